#include "adapters/redis/socket.hpp"

#include "adapters/redis/given_redis.hpp"

using namespace given_redis;
using steady = std::chrono::steady_clock;

namespace {

/// A socket, and the other end of it.
struct connected {
    std::string folder = output_of("mktemp -d /tmp/mcp_oauth_redis_test.XXXXXX");
    int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    int peer = -1;
    redis::socket mine = make();

    connected() = default;
    connected(const connected&) = delete;
    connected& operator=(const connected&) = delete;
    ~connected() {
        hang_up();
        (void)::close(listener);
        (void)output_of("rm -r " + quoted(folder));
    }
    void hang_up() {
        if (peer >= 0) (void)::close(std::exchange(peer, -1));
    }

private:
    redis::socket make() {
        redis::address to;
        to.socket_path = folder + "/socket";
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        to.socket_path.copy(at.sun_path, sizeof at.sun_path - 1);
        REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
        REQUIRE(::listen(listener, 1) == 0);
        auto made = redis::socket::connect(to, steady::now() + 1s);
        REQUIRE(made);
        peer = ::accept(listener, nullptr, nullptr);
        return std::move(*made);
    }
};

} // namespace

TEST_CASE("a socket whose peer has hung up is not quiet, and writing to it raises no signal",
          "[redis]") {
    connected both;
    CHECK(both.mine.quiet());
    both.hang_up();
    CHECK_FALSE(both.mine.quiet());
    CHECK_FALSE(both.mine.send("text", steady::now() + 1s));
    char c = 0;
    CHECK(both.mine.receive(&c, 1, steady::now() + 1s) == 0);
}

TEST_CASE("a socket with something to read is not quiet: it would answer the next question",
          "[redis]") {
    connected both;
    REQUIRE(::send(both.peer, "x", 1, 0) == 1);
    CHECK_FALSE(both.mine.quiet());
    char c = 0;
    CHECK(both.mine.receive(&c, 1, steady::now() + 1s) == 1);
    CHECK(c == 'x');
    CHECK(both.mine.quiet());
}

TEST_CASE("sending to a peer that reads nothing, and receiving from a silent one, end in time",
          "[redis]") {
    connected both;
    const auto begin = steady::now();
    CHECK_FALSE(both.mine.send(std::string(8'000'000, 'x'), begin + 50ms));
    char c = 0;
    CHECK(both.mine.receive(&c, 1, steady::now() + 50ms) == 0);
    CHECK(steady::now() - begin >= 100ms);
    CHECK(steady::now() - begin < 500ms);
    CHECK(both.mine.receive(&c, 1, begin) == 0); // time was up before
}
