#include "adapters/redis/pool.hpp"

#include "adapters/redis/given_redis.hpp"

using namespace given_redis;

namespace {

auto in(milliseconds span) { return std::chrono::steady_clock::now() + span; }

mcp_oauth::redis::address address_of(const given_redis::server& redis) {
    auto to = mcp_oauth::redis::parse_address(redis.uri());
    REQUIRE(to);
    return std::move(*to);
}

} // namespace

TEST_CASE("who finds every connection lent waits to its deadline, and not beyond", "[redis]") {
    const given_redis::server redis({"appendonly no"});
    mcp_oauth::redis::pool pool(address_of(redis), 1, 1000ms);
    auto only = pool.take(in(1000ms));
    REQUIRE(only);
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(pool.take(in(50ms)));
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= 50ms);
    CHECK(took < 500ms);
}

TEST_CASE("a connection comes back to the pool, unless that was renewed meanwhile", "[redis]") {
    const given_redis::server redis({"appendonly no"});
    mcp_oauth::redis::pool pool(address_of(redis), 1, 1000ms);
    const auto is_new = [&] { return pool.take(in(1000ms))->fresh(); };
    CHECK(is_new());
    CHECK_FALSE(is_new());
    {
        const auto lent = pool.take(in(1000ms));
        pool.renew();
    }
    CHECK(is_new());
    CHECK_FALSE(is_new());
}
