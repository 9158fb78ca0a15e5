#include "adapters/redis/given_redis.hpp"

using namespace given_redis;

namespace {

/// Through a proxy that counts how often the store waits for the server.
struct counted {
    given_redis::server redis;
    std::shared_ptr<testing::fault_proxy> proxy = redis.proxy();
    redis_store store = redis.opened(redis.through(*proxy, redis.options()));

    template <class Call> std::size_t trips(Call call) const {
        const auto before = proxy->requests();
        call();
        return proxy->requests() - before;
    }
};

} // namespace

TEST_CASE("each call is one round trip", "[redis]") {
    counted all;
    auto& store = all.store;
    (void)all.redis.cli("script flush");
    // The first write after a restart brings its script along.
    CHECK(all.trips([&] { (void)store.create(current("first")); }) == 2);
    CHECK(all.trips([&] { (void)store.replace(current("first", 2), version_of(1)); }) == 2);
    CHECK(all.trips([&] { (void)store.erase("first", version_of(2)); }) == 2);
    CHECK(all.trips([&] { (void)keys_of(store, "alice"); }) == 2);

    CHECK(all.trips([&] { (void)store.load("k"); }) == 1);
    CHECK(all.trips([&] { (void)store.create(current("k", 1)); }) == 1);
    CHECK(all.trips([&] { CHECK(store.create(current("k", 9)).existing); }) == 1);
    CHECK(all.trips([&] { (void)store.replace(current("k", 2), version_of(1)); }) == 1);
    CHECK(all.trips([&] { (void)store.replace(current("k", 3), version_of(1)); }) == 1);
    CHECK(all.trips([&] { (void)keys_of(store, "alice"); }) == 1);
    CHECK(all.trips([&] { (void)store.erase("k", version_of(2)); }) == 1);
    CHECK(all.trips([&] { (void)store.sweep(system_clock{}.now()); }) == 0);
}

TEST_CASE("a new connection costs one round trip, and the store opens with one", "[redis]") {
    counted all;
    CHECK(all.proxy->requests() == 3); // the greeting, the proof of scripts, appendfsync
    all.proxy->refuse();
    CHECK_FALSE(all.store.load("k"));
    all.proxy->heal();
    while (!all.store.load("k")) std::this_thread::sleep_for(5ms);
    (void)all.redis.cli("client kill type normal");
    std::this_thread::sleep_for(20ms);
    CHECK(all.trips([&] { CHECK(all.store.load("k")); }) == 2);
}

TEST_CASE("connections are made when they are needed, and kept", "[redis]") {
    const given_redis::server redis;
    auto o = redis.options();
    o.connections = 3;
    auto store = redis.opened(o);
    const auto clients = [&] {
        return std::stoi(output_of("redis-cli -s " + quoted(redis.socket_path()) +
                                   " client list type normal | grep -c -v cmd=client"));
    };
    const int before = clients();
    for (int i = 0; i < 10; ++i) CHECK(store.load("k"));
    CHECK(clients() == before); // one after the other, one is enough
    std::vector<std::thread> threads;
    for (int t = 0; t < 12; ++t)
        threads.emplace_back([&store] {
            for (int i = 0; i < 200; ++i) (void)store.load("k");
        });
    for (auto& each : threads) each.join();
    CHECK(clients() <= before + 2);
}
