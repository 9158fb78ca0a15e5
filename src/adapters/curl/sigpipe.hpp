#pragma once

#ifndef _WIN32
#include <csignal>
#include <ctime>
#endif

namespace mcp_oauth {
inline namespace v0 {

/// Keeps SIGPIPE from this thread for as long as it lives: a peer that hangs up while TLS writes
/// would end a host that has not set the signal aside. The process's own handling stays untouched,
/// for libcurl's way of changing it is not for programs with threads.
class sigpipe_blocked {
#ifndef _WIN32
public:
    sigpipe_blocked() noexcept {
        sigset_t pending;
        sigemptyset(&pending);
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;

        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    ~sigpipe_blocked() {
        if (!was_pending_) take_pending();
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    sigpipe_blocked(const sigpipe_blocked&) = delete;
    sigpipe_blocked& operator=(const sigpipe_blocked&) = delete;

private:
    // One that is pending now came from a write of ours: the signal goes to the thread that wrote.
    void take_pending() noexcept {
        sigset_t pending;
        sigemptyset(&pending);
        sigpending(&pending);
        int taken = 0;
        if (sigismember(&pending, SIGPIPE) == 1) sigwait(&sigpipe_, &taken);
    }

    sigset_t sigpipe_{};
    sigset_t before_{};
    bool was_pending_ = false;
#else
public:
    sigpipe_blocked() noexcept {} // there is no such signal
#endif
};

} // namespace v0
} // namespace mcp_oauth
