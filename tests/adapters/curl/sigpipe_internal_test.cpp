#include "adapters/curl/sigpipe.hpp"

#include <unistd.h>

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

// A write to a pipe that nobody reads: by default the end of the program.
void write_to_nobody() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[0]);
    CHECK(::write(ends[1], "x", 1) == -1);
    ::close(ends[1]);
}

bool is_blocked() {
    sigset_t now;
    pthread_sigmask(SIG_SETMASK, nullptr, &now);
    return sigismember(&now, SIGPIPE) == 1;
}

} // namespace

TEST_CASE("a peer that hung up ends a write and not the program", "[adapters]") {
    REQUIRE_FALSE(is_blocked());
    {
        const sigpipe_blocked blocked;
        CHECK(is_blocked());
        write_to_nobody();
    }
    CHECK_FALSE(is_blocked()); // and the signal is not delivered now
}

TEST_CASE("a signal that the host had waiting already is left to it", "[adapters]") {
    sigset_t sigpipe;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe, nullptr);
    write_to_nobody();
    {
        const sigpipe_blocked blocked;
        write_to_nobody();
    }
    CHECK(is_blocked());
    sigset_t pending;
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGPIPE) == 1);
    int taken = 0;
    sigwait(&sigpipe, &taken);
    pthread_sigmask(SIG_UNBLOCK, &sigpipe, nullptr);
}
