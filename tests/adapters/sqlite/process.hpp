#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "support/catch.hpp"

/// Another process of the same program. It opens what it needs itself, and ends by `_exit`, so that
/// nothing of the parent's is closed in it.
namespace sqlite_tests {

/// Ends a child at once; to SQLite, whose files are not closed, that is a crash.
[[noreturn]] inline void crash(int status) { _exit(status); }

class process {
public:
    /// `work` returns the exit status.
    template <class Work> explicit process(Work work) : id_(fork()) {
        REQUIRE(id_ >= 0);
        if (id_ == 0) _exit(work());
    }
    ~process() {
        if (id_ > 0) {
            ::kill(id_, SIGKILL);
            (void)wait();
        }
    }
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    void kill() { ::kill(id_, SIGKILL); }
    /// Its exit status, or -1 where it was killed.
    int wait() {
        int status = 0;
        (void)waitpid(std::exchange(id_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t id_;
};

} // namespace sqlite_tests
