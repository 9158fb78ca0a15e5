#include "mcp_oauth/testing/fault_proxy.hpp"

#include "support/catch.hpp"
#include "testing/socket_store.hpp"

using namespace contract_tests;
using namespace mcp_oauth::testing;
using namespace std::chrono_literals;

namespace {

record record_of(std::string key) {
    record r;
    r.key = std::move(key);
    r.body = "{}";
    return r;
}

struct by_proxy {
    record_server server;
    std::unique_ptr<fault_proxy> proxy = fault_proxy::to_port("127.0.0.1", server.port());
    socket_store store{proxy->port()};
    socket_store direct{server.port()};

    bool there(const char* key) { return (*direct.load(key)).has_value(); }
    bool there_in_the_end(const char* key) {
        for (int i = 0; i < 1000 && !there(key); ++i) std::this_thread::sleep_for(1ms);
        return there(key);
    }
    write_outcome create(const char* key) { return store.create(record_of(key)).outcome; }
};

milliseconds time_of(const std::function<void()>& work) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
}

} // namespace

TEST_CASE("a proxy passes on whatever its size, and counts requests", "[testing]") {
    by_proxy way;
    CHECK(way.proxy->requests() == 0);
    auto large = record_of("large");
    large.body = std::string(500'000, 'x');
    CHECK(way.store.create(large).outcome == write_outcome::done);
    const auto there = way.store.load("large");
    REQUIRE(there);
    REQUIRE(*there);
    CHECK((*there)->body == large.body);
    CHECK(way.proxy->requests() == 2);
}

TEST_CASE("a lost request never arrives, and breaks its connection", "[testing]") {
    by_proxy way;
    way.proxy->lose_request(2);
    CHECK(way.create("first") == write_outcome::done);
    const auto took = time_of([&] { CHECK(way.create("second") == write_outcome::unknown); });
    CHECK(took < socket_store::limit); // it broke, and was not waited for
    CHECK(way.create("third") == write_outcome::done);
    CHECK(way.there("first"));
    CHECK_FALSE(way.there("second"));
    CHECK(way.proxy->requests() == 3);
}

TEST_CASE("a lost answer is one to a request that was carried out", "[testing]") {
    by_proxy way;
    way.proxy->lose_answer(2);
    CHECK(way.create("first") == write_outcome::done);
    CHECK(way.create("second") == write_outcome::unknown);
    CHECK(way.there("second"));
    CHECK(way.create("third") == write_outcome::done);
}

TEST_CASE("only the connection breaks whose request it was", "[testing]") {
    by_proxy way;
    socket_store other{way.proxy->port(), client_flaw::never_reconnects};
    CHECK(other.load("k"));
    way.proxy->lose_request();
    CHECK_FALSE(way.store.load("k"));
    CHECK(other.load("k"));
}

TEST_CASE("a proxy that refuses breaks old connections and new ones until it is healed",
          "[testing]") {
    by_proxy way;
    CHECK(way.create("before") == write_outcome::done);
    way.proxy->refuse();
    const auto took = time_of([&] {
        for (const auto* const key : {"meanwhile", "again"})
            CHECK(way.create(key) != write_outcome::done);
        CHECK_FALSE(socket_store{way.proxy->port()}.load("before"));
    });
    CHECK(took < socket_store::limit);
    way.proxy->heal();
    CHECK(way.create("after") == write_outcome::done);
    for (const auto* const key : {"meanwhile", "again"}) CHECK_FALSE(way.there(key));
}

TEST_CASE("a proxy that stalls is silent, and passes on late what it had", "[testing]") {
    by_proxy way;
    CHECK(way.create("before") == write_outcome::done);
    way.proxy->stall();
    const auto took = time_of([&] { CHECK(way.create("late") == write_outcome::unknown); });
    CHECK(took >= socket_store::limit - 5ms);
    CHECK_FALSE(way.there("late"));
    way.proxy->heal();
    CHECK(way.there_in_the_end("late"));
    CHECK(way.create("after") == write_outcome::done);
}

TEST_CASE("healing calls off a fault that has not come about", "[testing]") {
    by_proxy way;
    way.proxy->lose_request(1);
    way.proxy->heal();
    CHECK(way.create("k") == write_outcome::done);
    way.proxy->lose_answer(1);
    way.proxy->heal();
    CHECK(way.create("l") == write_outcome::done);
}

TEST_CASE("without a server, connections through a proxy break at once", "[testing]") {
    std::unique_ptr<fault_proxy> proxy;
    {
        const record_server gone;
        proxy = fault_proxy::to_port("127.0.0.1", gone.port());
    }
    socket_store store{proxy->port()};
    const auto took = time_of([&] { CHECK_FALSE(store.load("k")); });
    CHECK(took < socket_store::limit);
    CHECK_FALSE(socket_store{fault_proxy::to_socket("no/such/socket")->port()}.load("k"));
}

TEST_CASE("a proxy that goes breaks its connections", "[testing]") {
    by_proxy way;
    CHECK(way.create("before") == write_outcome::done);
    way.proxy.reset();
    CHECK(way.create("after") != write_outcome::done);
}

TEST_CASE("a proxy serves many clients at once", "[testing][threads]") {
    by_proxy way;
    std::vector<std::thread> clients;
    std::atomic<int> done{0};
    for (int i = 0; i < 8; ++i)
        clients.emplace_back([&, i] {
            socket_store mine{way.proxy->port()};
            for (int n = 0; n < 50; ++n)
                if (mine.create(record_of(std::to_string(i * 100 + n))).outcome ==
                    write_outcome::done)
                    ++done;
        });
    for (auto& each : clients) each.join();
    CHECK(done == 8 * 50);
    CHECK(way.proxy->requests() == 8 * 50);
}
