// A server that takes its time. Every call ends within its limit, and what it began ends with it.

#include <array>

#include <fcntl.h>

#include "adapters/redis/given_redis.hpp"
#include "support/listener.hpp"

using namespace given_redis;

namespace {

using steady = std::chrono::steady_clock;

/// How long `call` took.
template <class Call> steady::duration time_of(Call call) {
    const auto begin = steady::now();
    call();
    return steady::now() - begin;
}

/// A peer that accepts one connection after the other, and gives each to `talk`.
class peer {
public:
    template <class Talk> explicit peer(Talk talk) {
        thread_ = std::thread([this, talk] {
            for (int fd = listener_.accept(); fd >= 0; fd = listener_.accept()) {
                talk(fd);
                (void)::close(fd);
            }
        });
    }
    peer(const peer&) = delete;
    peer& operator=(const peer&) = delete;
    ~peer() {
        listener_.end();
        thread_.join();
    }
    [[nodiscard]] std::string uri() const {
        return "redis://127.0.0.1:" + std::to_string(listener_.port());
    }

private:
    const listener listener_;
    std::thread thread_;
};

bool say(int fd, const std::string& text) {
    return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

} // namespace

TEST_CASE("a write that a stalled server meets after its call's end is not carried out",
          "[redis]") {
    const given_redis::server redis({"appendonly no"});
    auto options = redis.options();
    options.call_limit = 200ms;
    auto store = redis.opened(options);
    REQUIRE(store.create(current("k", 0)).outcome == write_outcome::done);
    REQUIRE(store.replace(current("k", 1), version_of(0)) == write_outcome::done); // has the script
    redis.signal("STOP");
    auto outcome = write_outcome::done;
    const auto took = time_of([&] { outcome = store.replace(current("k", 2), version_of(1)); });
    CHECK(outcome == write_outcome::unknown);
    CHECK(took >= 200ms);
    CHECK(took < 400ms);
    CHECK(time_of([&] { CHECK_FALSE(store.load("k")); }) < 400ms);
    redis.signal("CONT");
    while (!store.load("k")) std::this_thread::sleep_for(5ms);
    CHECK((*store.load("k"))->version == version_of(1)); // the command did arrive
}

TEST_CASE("a stalled server that goes on in time carries the write out", "[redis]") {
    const given_redis::server redis({"appendonly no"});
    auto store = redis.store();
    REQUIRE(store.create(current("k", 1)).outcome == write_outcome::done);
    redis.signal("STOP");
    std::thread later([&] {
        std::this_thread::sleep_for(200ms);
        redis.signal("CONT");
    });
    CHECK(store.replace(current("k", 2), version_of(1)) == write_outcome::done);
    later.join();
}

TEST_CASE("an answer that comes too late is not taken for that of the next question", "[redis]") {
    const given_redis::server redis({"appendonly no"});
    auto options = redis.options();
    options.connections = 1;
    options.call_limit = 300ms;
    auto store = redis.opened(options);
    for (const auto* const key : {"k", "l"})
        (void)store.create(current(key, key[0] == 'k' ? 1 : 2));
    redis.signal("STOP");
    CHECK(store.replace(current("k", 3), version_of(1)) == write_outcome::unknown);
    std::thread later([&] {
        std::this_thread::sleep_for(100ms);
        redis.signal("CONT");
    });
    const auto other = store.load("l");
    later.join();
    REQUIRE(other);
    CHECK((*other)->version == version_of(2));
}

TEST_CASE("a connection on which more came than was asked for is not asked again", "[redis]") {
    const peer chatty([](int fd) {
        std::array<char, 64 * 1024> octets{};
        for (;;) {
            const auto size = ::recv(fd, octets.data(), octets.size(), 0);
            if (size <= 0) return;
            const std::string asked(octets.data(), static_cast<std::size_t>(size));
            const auto digest = "$40\r\n" + std::string(40, 'a') + "\r\n";
            if (contains(asked, "INFO"))
                (void)say(fd, "$11\r\nrole:master\r\n*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n");
            else if (contains(asked, "EVAL"))
                (void)say(fd, "*4\r\n" + digest + digest + digest + digest);
            else if (contains(asked, "CONFIG"))
                (void)say(fd, "*0\r\n");
            else
                (void)say(fd, "$-1\r\n$5\r\nother\r\n"); // nothing there, and then something
        }
    });
    redis_options options;
    options.uri = chatty.uri();
    options.connections = 1;
    auto store = given_redis::server::opened(options);
    for (int i = 0; i < 3; ++i) {
        const auto answer = store.load("k");
        REQUIRE(answer);
        CHECK_FALSE(*answer);
    }
}

TEST_CASE("many who share few connections to a stalled server all end in time",
          "[redis][threads]") {
    const given_redis::server redis({"appendonly no"});
    auto options = redis.options();
    options.call_limit = 300ms;
    options.connections = 2;
    auto store = redis.opened(options);
    redis.signal("STOP");
    std::vector<steady::duration> took(10);
    std::vector<std::thread> threads;
    for (auto& each : took)
        threads.emplace_back([&] { each = time_of([&] { (void)store.load("k"); }); });
    for (auto& each : threads) each.join();
    redis.signal("CONT");
    for (const auto& each : took) CHECK(each < 500ms);
}

TEST_CASE("a peer that says nothing, or a little now and then, does not open", "[redis]") {
    redis_options options;
    options.connect_timeout = 200ms;
    const peer silent([](int fd) {
        char c = 0;
        while (::recv(fd, &c, 1, 0) > 0) {
        }
    });
    options.uri = silent.uri();
    CHECK(time_of([&] { CHECK_FALSE(given_redis::server::problem(options).empty()); }) < 400ms);

    const peer dripping([](int fd) {
        (void)say(fd, "$100000\r\n");
        while (say(fd, "x")) std::this_thread::sleep_for(10ms); // each read alone is quick
    });
    options.uri = dripping.uri();
    CHECK(time_of([&] { CHECK_FALSE(given_redis::server::problem(options).empty()); }) < 400ms);
}

TEST_CASE("a host that takes up no connection is given up in time", "[redis]") {
    const listener full{0};
    std::vector<int> waiting; // they fill its queue, and what comes after them is not answered
    for (int i = 0; i < 4; ++i) {
        waiting.push_back(::socket(AF_INET, SOCK_STREAM, 0));
        REQUIRE(::fcntl(waiting.back(), F_SETFL, O_NONBLOCK) == 0);
        (void)full.let_connect(waiting.back());
    }
    std::this_thread::sleep_for(20ms);
    redis_options options;
    options.connect_timeout = 200ms;
    options.uri = "redis://127.0.0.1:" + std::to_string(full.port());
    const auto took = time_of(
        [&] { CHECK(contains(given_redis::server::problem(options), "cannot be reached")); });
    CHECK(took >= 200ms);
    CHECK(took < 400ms);
    for (const int each : waiting) (void)::close(each);
}

TEST_CASE("a peer that speaks no Redis, or hangs up, does not open, and raises no signal",
          "[redis]") {
    redis_options options;
    for (const char* const text : {"", "HTTP/1.1 400 Bad Request\r\n\r\n", "*-5\r\n", "$5\r\nab"}) {
        const peer other([text](int fd) { (void)say(fd, text); });
        options.uri = other.uri();
        for (int i = 0; i < 20; ++i)
            CHECK(contains(given_redis::server::problem(options), "127.0.0.1"));
    }
}
