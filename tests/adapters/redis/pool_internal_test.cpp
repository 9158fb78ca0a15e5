#include "adapters/redis/pool.hpp"

#include "adapters/redis/given_redis.hpp"

using namespace given_redis;

TEST_CASE("who finds every connection lent waits to its deadline, and not beyond", "[redis]") {
    const given_redis::server redis({"appendonly no"});
    auto to = mcp_oauth::redis::parse_address(redis.uri());
    REQUIRE(to);
    mcp_oauth::redis::pool pool(std::move(*to), 1, 1000ms);
    const auto in = [](milliseconds span) { return std::chrono::steady_clock::now() + span; };
    auto only = pool.take(in(1000ms));
    REQUIRE(only);
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(pool.take(in(50ms)));
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= 50ms);
    CHECK(took < 500ms);
}
