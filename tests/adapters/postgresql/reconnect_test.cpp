// While the database cannot be reached: calls are refused at once, and one at a time tries again.

#include <atomic>

#include "proxied.hpp"

using namespace postgresql_tests;

TEST_CASE("a read whose connection breaks meanwhile is sent once more", "[postgresql][faults]") {
    database db;
    const auto proxy = proxy_to_server();
    auto o = db.options();
    o.connection = connection_through(*proxy);
    const auto store = database::open(o);
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    proxy->lose_request();
    CHECK(store->load("k")->value().version == version_of(1));
    proxy->lose_answer();
    CHECK(store->list(record_kind::grant, "alice", "", 10)->records.size() == 1);
}

TEST_CASE("while the database is down calls fail at once, and soon work when it is back",
          "[postgresql][faults]") {
    database db;
    const auto store = db.open();
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    server("kill");
    static_cast<void>(store->load("k"));
    const auto hundred = time_of([&] {
        for (int i = 0; i < 100; ++i) {
            if (store->load("k")) FAIL_CHECK("answered by a dead server");
            const auto outcome = store->replace(record_of("k", 2), version_of(1));
            if (outcome != write_outcome::unavailable) FAIL_CHECK("not said to be unwritten");
        }
    });
    CHECK(hundred < 500ms);
    server("restart");
    std::this_thread::sleep_for(1100ms);
    CHECK(store->load("k")->value().version == version_of(1));
}

TEST_CASE("however long the database was away, it is tried again within about a second",
          "[postgresql][faults]") {
    database db;
    const auto proxy = proxy_to_server();
    auto o = db.options();
    o.connection = connection_through(*proxy);
    const auto store = database::open(o);
    proxy->refuse();
    const auto back = std::chrono::steady_clock::now() + 3300ms;
    while (std::chrono::steady_clock::now() < back) {
        CHECK_FALSE(store->load("k"));
        std::this_thread::sleep_for(10ms);
    }
    proxy->heal();
    CHECK(time_of([&] { await([&] { return store->load("k").has_value(); }); }) < 1300ms);
}

TEST_CASE("while the way to the database is silent only one call at a time waits for it",
          "[postgresql][faults]") {
    database db;
    const auto proxy = proxy_to_server();
    auto o = db.options();
    o.call_limit = 600ms;
    o.connection = connection_through(*proxy);
    const auto store = database::open(o);
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    proxy->stall();
    CHECK_FALSE(store->load("k")); // over the connection that there is
    CHECK_FALSE(store->load("k")); // over a new one, which does not come about
    CHECK(time_of([&] {
              for (int i = 0; i < 50; ++i) CHECK_FALSE(store->load("k"));
          }) < 500ms);
    std::this_thread::sleep_for(200ms);
    std::atomic<int> at_once_refused{0};
    at_once(8, [&](std::size_t) { // the pause is over: one of them tries
        if (time_of([&] { static_cast<void>(store->load("k")); }) < 250ms) ++at_once_refused;
    });
    CHECK(at_once_refused == 7);
    proxy->heal();
    await([&] { return store->load("k").has_value(); });
}
