#include "adapters/redis/given_redis.hpp"

using namespace given_redis;

TEST_CASE("a server that keeps what it acknowledges opens without a warning", "[redis]") {
    const given_redis::server redis;
    CHECK(redis.store().warnings().empty());
}

TEST_CASE("limits that make no sense are refused", "[redis]") {
    const given_redis::server redis;
    auto o = redis.options();
    o.connections = 0;
    CHECK(contains(redis.problem(o), "connections"));
    o = redis.options();
    o.call_limit = 0ms;
    CHECK(contains(redis.problem(o), "call_limit"));
    o = redis.options();
    o.connect_timeout = -1ms;
    CHECK(contains(redis.problem(o), "connect_timeout"));
    o.connect_timeout = 0ms;
    CHECK(contains(redis.problem(o), "connect_timeout"));
    o = redis.options();
    o.connections = 1025;
    CHECK(contains(redis.problem(o), "connections"));
    o = redis.options();
    o.call_limit = 10min + 1ms;
    CHECK(contains(redis.problem(o), "call_limit"));
}

TEST_CASE("limits are taken at their ends", "[redis]") {
    const given_redis::server redis;
    auto o = redis.options();
    o.connections = 1024;
    o.call_limit = 10min;
    CHECK(redis.problem(o).empty());
    o.connections = 1;
    o.connect_timeout = 1h; // at most half of the call's limit counts
    CHECK(redis.problem(o).empty());
}

TEST_CASE("a server that is not there is named, in time", "[redis]") {
    redis_options o;
    o.uri = "redis://:hunter2@127.0.0.1:1/0";
    CHECK(contains(given_redis::server::problem(o), "127.0.0.1:1 cannot be reached"));
    CHECK_FALSE(contains(given_redis::server::problem(o), "hunter2"));
    o.uri = "unix:/nowhere/socket";
    CHECK(contains(given_redis::server::problem(o), "/nowhere/socket cannot be reached"));
    o.uri = "redis://no-such-host.invalid";
    CHECK(contains(given_redis::server::problem(o), "no-such-host.invalid"));
    o.uri = "unix:/" + std::string(200, 'x');
    CHECK(contains(given_redis::server::problem(o), "cannot be reached"));
}

TEST_CASE("a wrong password, a missing one and an unknown user are refused without repeating them",
          "[redis]") {
    const given_redis::server redis({"requirepass s3cret-password"});
    auto o = redis.options();
    const auto path = redis.socket_path();
    CHECK(contains(redis.problem(o), "NOAUTH"));
    o.uri = "unix://:wrong-one@" + path;
    CHECK(contains(redis.problem(o), "refuses the user or the password"));
    CHECK_FALSE(contains(redis.problem(o), "wrong-one"));
    o.uri = "unix://nobody:s3cret-password@" + path;
    CHECK(contains(redis.problem(o), "refuses the user or the password"));
    CHECK_FALSE(contains(redis.problem(o), "s3cret"));
    o.uri = "unix://:s3cret-password@" + path;
    CHECK(redis.problem(o).empty());
    o.uri = "unix://default:s3cret-password@" + path + "?db=3";
    CHECK(redis.problem(o).empty());
    o.uri = "unix://default:s3cret-password@" + path + "?db=99";
    CHECK(contains(redis.problem(o), "database 99"));
}

TEST_CASE("a server that does not know AUTH does not get to repeat the password", "[redis]") {
    const given_redis::server redis({"rename-command AUTH \"\""});
    auto o = redis.options();
    o.uri = "unix://ann:s3cret-password@" + redis.socket_path();
    CHECK(contains(redis.problem(o), "refuses AUTH (ERR)"));
    CHECK_FALSE(contains(redis.problem(o), "s3cret"));
}

TEST_CASE("a server without scripts is refused", "[redis]") {
    const given_redis::server redis({"rename-command EVAL \"\""});
    CHECK(contains(redis.problem(redis.options()), "does not run scripts"));
}

TEST_CASE("a user without scripts is refused, and the rights that are documented are enough",
          "[redis]") {
    const given_redis::server redis;
    auto o = redis.options();
    o.uri = "unix://tester:pw@" + redis.socket_path();
    const auto as_tester = [&](const std::string& rights) {
        (void)redis.cli("acl setuser tester reset on '>pw' " + rights);
        return redis.problem(o);
    };
    const auto keys = quoted('~' + o.key_prefix + '*');
    CHECK(contains(as_tester(keys + " +info +time +@read +@write"), "does not run scripts"));
    REQUIRE(as_tester(keys + " +@read +@write +@scripting +info +time +select +ping").empty());
    auto store = redis.opened(o);
    CHECK(store.warnings().size() == 1); // CONFIG GET is not among them
    CHECK(store.create(current("k", 1)).outcome == write_outcome::done);
    CHECK(store.replace(current("k", 2), version_of(1)) == write_outcome::done);
    CHECK(keys_of(store, "alice").size() == 1);
    CHECK(store.erase("k", version_of(2)) == write_outcome::done);
    // A user that loses its rights later writes nothing, and is told so.
    (void)redis.cli("acl setuser tester -evalsha -eval");
    CHECK(store.create(current("k", 1)).outcome == write_outcome::unavailable);
    (void)redis.cli("acl deluser tester");
    CHECK_FALSE(store.load("k"));
}

TEST_CASE("a server that tells nothing about itself is warned of", "[redis]") {
    const given_redis::server redis;
    auto o = redis.options();
    (void)redis.cli("acl setuser silent reset on '>pw' '~*' +@all -info");
    o.uri = "unix://silent:pw@" + redis.socket_path();
    const auto store = redis.opened(o);
    REQUIRE(store.warnings().size() == 1);
    CHECK(contains(store.warnings()[0], "INFO"));
    (void)redis.cli("acl deluser silent");
}

TEST_CASE("a replica is refused", "[redis]") {
    const given_redis::server redis({"replicaof 127.0.0.1 1"});
    CHECK(contains(redis.problem(redis.options()), "is a replica"));
}

TEST_CASE("a cluster is refused", "[redis]") {
    const given_redis::server redis(
        {"port " + free_port(), "bind 127.0.0.1", "cluster-enabled yes"});
    CHECK(contains(redis.problem(redis.options()), "cluster"));
}

TEST_CASE("a server that evicts is refused, and one without a limit cannot", "[redis]") {
    const given_redis::server full({"maxmemory 100mb", "maxmemory-policy volatile-lru"});
    CHECK(contains(full.problem(full.options()), "maxmemory-policy volatile-lru"));
    const given_redis::server boundless({"maxmemory-policy volatile-lru"});
    CHECK(boundless.problem(boundless.options()).empty());
}

TEST_CASE("settings that lose acknowledged writes are warned of", "[redis]") {
    const given_redis::server second({"appendfsync everysec"});
    REQUIRE(second.store().warnings().size() == 1);
    CHECK(contains(second.store().warnings()[0], "everysec"));
    const given_redis::server none({"appendonly no"});
    REQUIRE(none.store().warnings().size() == 1);
    CHECK(contains(none.store().warnings()[0], "appendonly"));
    const given_redis::server resting({"no-appendfsync-on-rewrite yes"});
    REQUIRE(resting.store().warnings().size() == 1);
    CHECK(contains(resting.store().warnings()[0], "no-appendfsync-on-rewrite"));
}

TEST_CASE("a store is opened over TCP too", "[redis]") {
    const auto port = free_port();
    const given_redis::server redis({"port " + port, "bind 127.0.0.1"});
    auto o = redis.options();
    for (const auto& uri : {"redis://127.0.0.1:" + port, "redis://localhost:" + port + "/2"}) {
        o.uri = uri;
        auto store = redis.opened(o);
        CHECK(store.create(current("k")).outcome == write_outcome::done);
        CHECK(*store.load("k"));
    }
}

TEST_CASE("what speaks another protocol is refused in time", "[redis]") {
    const given_redis::server redis({"rename-command INFO \"\""});
    CHECK(contains(redis.problem(redis.options()), "refuses INFO"));
}
