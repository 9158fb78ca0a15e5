// The server goes down beneath a load, and comes back. With `appendfsync always` no acknowledged
// write may be lost by that, and every unknown one is there as a whole, or not at all.
#include <mutex>

#include "adapters/redis/given_redis.hpp"

using namespace given_redis;

namespace {

std::uint64_t number_of(const record_version& v) {
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < 8; ++i) n |= static_cast<std::uint64_t>(v[i]) << (8 * i);
    return n;
}

/// One key, which one thread replaces again and again, and what it was told.
struct writer {
    std::string key;
    std::uint64_t acknowledged = 0;
    std::uint64_t unsure = 0; ///< above `acknowledged` where the last write's outcome is unknown
    int done = 0;
    int unknown = 0;
    std::string wrong;

    /// What is there after an unknown outcome is one of the two, and then known.
    void look(redis_store& store) {
        const auto seen = store.load(key);
        if (!seen) return;
        const auto version = *seen ? number_of((*seen)->version) : 0;
        if (version != acknowledged && version != unsure)
            wrong = "acknowledged " + std::to_string(acknowledged) + ", there is " +
                    std::to_string(version);
        acknowledged = version;
        unsure = version;
    }
    void write_once(redis_store& store) {
        if (unsure != acknowledged) return look(store);
        const auto next = acknowledged + 1;
        const auto outcome = acknowledged == 0
                                 ? store.create(current(key, next)).outcome
                                 : store.replace(current(key, next), version_of(acknowledged));
        if (outcome == write_outcome::conflict) wrong = "a conflict with nobody";
        if (outcome == write_outcome::done) {
            acknowledged = unsure = next;
            ++done;
        }
        if (outcome == write_outcome::unknown) {
            unsure = next;
            ++unknown;
        }
        if (outcome == write_outcome::unavailable) std::this_thread::sleep_for(1ms);
    }
};

struct sums {
    int done = 0;
    int unknown = 0;
};

/// Writers who go on while `disturb` runs, and for a while after it.
template <class Disturb> sums load_during(redis_store& store, Disturb disturb) {
    std::vector<writer> writers(6);
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < writers.size(); ++t) {
        writers[t].key = "writer " + std::to_string(t);
        threads.emplace_back([&, t] {
            while (!stop) writers[t].write_once(store);
        });
    }
    std::this_thread::sleep_for(100ms);
    disturb();
    std::this_thread::sleep_for(300ms);
    stop = true;
    for (auto& each : threads) each.join();
    while (!store.load("recovered?")) std::this_thread::sleep_for(5ms);
    sums all;
    for (auto& each : writers) {
        each.look(store);
        CHECK(each.wrong.empty());
        CHECK(each.done > 1);
        all.done += each.done;
        all.unknown += each.unknown;
    }
    CHECK(keys_of(store, "alice").size() == writers.size());
    return all;
}

} // namespace

TEST_CASE("no acknowledged write is lost when the server is killed and started again",
          "[redis][threads]") {
    const given_redis::server redis;
    auto store = redis.store();
    const auto all = load_during(store, [&] {
        for (int i = 0; i < 3; ++i) {
            redis.script("kill");
            redis.script("start");
            std::this_thread::sleep_for(150ms);
        }
    });
    CHECK(all.unknown <= 3 * 6); // one for each writer and crash at most
}

TEST_CASE("no acknowledged write is lost when the server is restarted in order",
          "[redis][threads]") {
    const given_redis::server redis;
    auto store = redis.store();
    (void)load_during(store, [&] { redis.script("restart"); });
}

TEST_CASE("scripts that the server forgets in mid-load are brought again, and nobody notices",
          "[redis][threads]") {
    const given_redis::server redis;
    auto store = redis.store();
    const auto all = load_during(store, [&] {
        for (int i = 0; i < 30; ++i) {
            (void)redis.cli("script flush");
            std::this_thread::sleep_for(5ms);
        }
    });
    CHECK(all.unknown == 0);
}

TEST_CASE("a write after a restart is done, not unknown: a dead connection is noticed before",
          "[redis]") {
    const auto port = free_port(); // a closed TCP connection takes one more write, and loses it
    const given_redis::server redis({"port " + port, "bind 127.0.0.1"});
    auto options = redis.options();
    options.uri = "redis://127.0.0.1:" + port;
    auto store = redis.opened(options);
    REQUIRE(store.create(current("k", 1)).outcome == write_outcome::done);
    redis.script("kill");
    redis.script("start");
    CHECK(store.replace(current("k", 2), version_of(1)) == write_outcome::done);
}

TEST_CASE("a read whose connection breaks meanwhile is sent once more", "[redis]") {
    const given_redis::server redis({"appendonly no"});
    const auto proxy = redis.proxy();
    auto store = redis.opened(redis.through(*proxy, redis.options()));
    REQUIRE(store.create(current("k", 1)).outcome == write_outcome::done);
    proxy->lose_request();
    CHECK((*store.load("k"))->version == version_of(1));
    CHECK(keys_of(store, "alice").size() == 1); // on a connection that was asked before
    proxy->lose_answer();
    CHECK(keys_of(store, "alice").size() == 1);
}

TEST_CASE("while the server is away nothing is written, and a store comes back by itself",
          "[redis]") {
    const given_redis::server redis;
    auto store = redis.store();
    REQUIRE(store.create(current("k", 1)).outcome == write_outcome::done);
    redis.script("kill");
    CHECK(store.replace(current("k", 2), version_of(1)) == write_outcome::unavailable);
    CHECK_FALSE(store.load("k"));
    redis.script("start");
    std::this_thread::sleep_for(1s); // the longest pause between two attempts to connect
    CHECK(store.replace(current("k", 2), version_of(1)) == write_outcome::done);
}

TEST_CASE("while the server is silent, calls fail at once instead of waiting one after the other",
          "[redis]") {
    const given_redis::server redis({"appendonly no"});
    const auto proxy = redis.proxy();
    auto options = redis.through(*proxy, redis.options());
    options.connect_timeout = 100ms;
    options.call_limit = 200ms;
    auto store = redis.opened(options);
    proxy->stall();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i) CHECK_FALSE(store.load("k"));
    CHECK(std::chrono::steady_clock::now() - begin < 2s); // not 50 times 100 ms
    proxy->heal();
}

TEST_CASE("however long the server was away, it is tried again within about a second", "[redis]") {
    const given_redis::server redis({"appendonly no"});
    const auto proxy = redis.proxy();
    auto store = redis.opened(redis.through(*proxy, redis.options()));
    proxy->refuse();
    const auto back = std::chrono::steady_clock::now() + 3300ms;
    while (std::chrono::steady_clock::now() < back) {
        CHECK_FALSE(store.load("k"));
        std::this_thread::sleep_for(10ms);
    }
    proxy->heal();
    const auto begin = std::chrono::steady_clock::now();
    while (!store.load("k")) std::this_thread::sleep_for(5ms);
    CHECK(std::chrono::steady_clock::now() - begin < 1300ms);
}
