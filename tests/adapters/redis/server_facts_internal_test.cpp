#include "adapters/redis/server_facts.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

redis::server_facts facts_of(std::string_view more) {
    return redis::read_facts("# Server\r\nredis_version:7.0.15\r\nrole:master\r\n"
                             "cluster_enabled:0\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n"
                             "aof_enabled:1\r\n" +
                             std::string{more});
}

} // namespace

TEST_CASE("a primary that keeps what it is given will do", "[redis]") {
    CHECK_FALSE(redis::unfit(facts_of("")));
    CHECK_FALSE(redis::unfit(facts_of("redis_version:5.0.0\r\n")));
    CHECK_FALSE(redis::unfit(facts_of("redis_version:10.2.1\r\n")));
    CHECK_FALSE(redis::unfit(redis::server_facts{})); // it told nothing
}

TEST_CASE("an old server, a replica, a cluster and one that evicts will not do", "[redis]") {
    CHECK(redis::unfit(facts_of("redis_version:4.0.14\r\n")));
    CHECK(redis::unfit(facts_of("role:slave\r\n")));
    CHECK(redis::unfit(facts_of("cluster_enabled:1\r\n")));
    CHECK(redis::unfit(facts_of("maxmemory:1\r\nmaxmemory_policy:volatile-lru\r\n")));
    CHECK(redis::unfit(facts_of("maxmemory:1\r\nmaxmemory_policy:allkeys-random\r\n")));
    CHECK_FALSE(redis::unfit(facts_of("maxmemory_policy:volatile-lru\r\n"))); // never full
    CHECK_FALSE(redis::unfit(facts_of("maxmemory:1\r\n")));
}

TEST_CASE("each setting that loses acknowledged writes is warned of", "[redis]") {
    const auto warned = [](const redis::server_facts& facts, const char* appendfsync,
                           bool not_on_rewrite = false) {
        const auto all = redis::durability_warnings(facts, {appendfsync, not_on_rewrite});
        return all.empty() ? "" : all.front().substr(0, all.front().find(' '));
    };
    CHECK(warned(facts_of(""), "always") == "");
    CHECK(warned(facts_of(""), "always", true) == "no-appendfsync-on-rewrite");
    CHECK(warned(facts_of(""), "everysec") == "appendfsync");
    CHECK(warned(facts_of(""), "no", true) == "appendfsync");
    CHECK(warned(facts_of(""), "") == "CONFIG");
    CHECK(warned(facts_of("aof_enabled:0\r\n"), "always") == "appendonly");
    CHECK(warned(redis::server_facts{}, "always") == "INFO");
}
