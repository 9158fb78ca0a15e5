#include "adapters/postgresql/socket.hpp"

#include <cerrno>

#include "support/listener.hpp"

using namespace mcp_oauth::postgresql;
using namespace std::chrono_literals;

namespace {

/// Two ends of one TCP connection on this machine.
struct connected_pair {
    connected_pair() {
        const listener others{1};
        REQUIRE(others.let_connect(mine));
        theirs = others.accept();
    }
    connected_pair(const connected_pair&) = delete;
    connected_pair& operator=(const connected_pair&) = delete;
    ~connected_pair() {
        ::close(mine);
        ::close(theirs);
    }
    int mine = ::socket(AF_INET, SOCK_STREAM, 0);
    int theirs = -1;
};

} // namespace

TEST_CASE("a wait ends when its time is over, and not before", "[postgresql][socket]") {
    const connected_pair pair;
    const auto begin = steady_clock::now();
    CHECK_FALSE(wait(pair.mine, until::readable, begin + 50ms));
    const auto took = steady_clock::now() - begin;
    CHECK(took >= 50ms);
    CHECK_FALSE(wait(pair.mine, until::readable, begin)); // over before it began
}

TEST_CASE("a wait ends when what it waits for comes", "[postgresql][socket]") {
    const connected_pair pair;
    const auto late = steady_clock::now() + 10s;
    CHECK(wait(pair.mine, until::writable, late));
    CHECK(wait(pair.mine, until::either, late));
    REQUIRE(::send(pair.theirs, "x", 1, 0) == 1);
    CHECK(wait(pair.mine, until::readable, late));
}

TEST_CASE("octets and the end of the stream are arrivals, silence is none",
          "[postgresql][socket]") {
    const connected_pair pair;
    CHECK_FALSE(has_arrivals(pair.mine));
    SECTION("an octet") { REQUIRE(::send(pair.theirs, "x", 1, 0) == 1); }
    SECTION("the end") { REQUIRE(::shutdown(pair.theirs, SHUT_WR) == 0); }
    CHECK(wait(pair.mine, until::readable, steady_clock::now() + 10s));
    CHECK(has_arrivals(pair.mine));
}

TEST_CASE("a close that drops what is unsent resets the connection", "[postgresql][socket]") {
    connected_pair pair;
    drop_unsent_at_close(pair.mine);
    ::close(pair.mine);
    pair.mine = -1;
    char octet = 0;
    CHECK(::recv(pair.theirs, &octet, 1, 0) == -1);
    CHECK(errno == ECONNRESET);
}
