// A server that answers, and does not do it.
#include <array>

#include "adapters/redis/given_redis.hpp"

using namespace given_redis;

namespace {

/// Nothing can be written: each write says so, and reads go on.
void check_read_only(redis_store& store) {
    CHECK(store.create(current("new")).outcome == write_outcome::unavailable);
    CHECK(store.replace(current("k", 2), version_of(1)) == write_outcome::unavailable);
    CHECK((*store.load("k"))->version == version_of(1));
    CHECK(!*store.load("new"));
    CHECK(keys_of(store, "alice") == std::vector<std::string>{"k"});
}

} // namespace

TEST_CASE("a full server is unavailable to writes, and a record can still be erased", "[redis]") {
    const given_redis::server redis({"appendonly no"});
    auto store = redis.store();
    REQUIRE(store.create(current("k", 1)).outcome == write_outcome::done);
    (void)redis.cli("config set maxmemory 1");
    check_read_only(store);
    CHECK(store.erase("k", version_of(1)) == write_outcome::done);
    CHECK(keys_of(store, "alice").empty());
    (void)redis.cli("config set maxmemory 0");
    CHECK(store.create(current("k", 2)).outcome == write_outcome::done);
}

TEST_CASE("a primary with too few replicas is unavailable to writes", "[redis]") {
    const given_redis::server redis({"appendonly no"});
    auto store = redis.store();
    REQUIRE(store.create(current("k", 1)).outcome == write_outcome::done);
    (void)redis.cli("config set min-replicas-to-write 1");
    check_read_only(store);
    CHECK(store.erase("k", version_of(1)) == write_outcome::unavailable);
}

TEST_CASE("a primary that became a replica is left at its first refusal, and not read again",
          "[redis]") {
    const given_redis::server redis({"appendonly no"});
    auto store = redis.store();
    REQUIRE(store.create(current("k", 1)).outcome == write_outcome::done);
    (void)redis.cli("replicaof 127.0.0.1 1");
    CHECK(store.replace(current("k", 2), version_of(1)) == write_outcome::unavailable);
    CHECK_FALSE(store.load("k"));
    (void)redis.cli("replicaof no one");
    while (!store.load("k")) std::this_thread::sleep_for(5ms);
    CHECK(store.replace(current("k", 2), version_of(1)) == write_outcome::done);
}

TEST_CASE("one refusal by a replica ends the use of every connection to it", "[redis][threads]") {
    const given_redis::server redis({"appendonly no"});
    auto store = redis.store();
    REQUIRE(store.create(current("k", 1)).outcome == write_outcome::done);
    redis.signal("STOP"); // calls that meet need a connection each
    std::vector<std::thread> threads;
    std::array<bool, 6> loaded{}; // an assertion belongs to the first thread
    for (auto& each : loaded) threads.emplace_back([&] { each = store.load("k").has_value(); });
    std::this_thread::sleep_for(100ms);
    redis.signal("CONT");
    for (auto& each : threads) each.join();
    CHECK(loaded == std::array<bool, 6>{true, true, true, true, true, true});
    const auto clients = [&] {
        return redis.cli("client list type normal | grep -c -v cmd=client");
    };
    REQUIRE(std::stoi(clients()) >= 6);
    (void)redis.cli("replicaof 127.0.0.1 1");
    CHECK(store.replace(current("k", 2), version_of(1)) == write_outcome::unavailable);
    CHECK_FALSE(store.load("k")); // what the replica has may be old
    CHECK(clients() == "0");
}

TEST_CASE("a server that still loads its data is unavailable, and not empty", "[redis]") {
    // It answers after each 1,024 commands that it has read back; a record is seven of them.
    const given_redis::server redis({"appendfsync no", "key-load-delay 100"});
    const auto options = redis.options();
    auto store = redis.opened(options);
    for (int i = 0; i < 1800; ++i)
        REQUIRE(store.create(current(std::to_string(i), 1)).outcome == write_outcome::done);
    redis.script("restart");
    const auto problem =
        redis.problem(options); // none where this machine is slower than the server
    CHECK((problem.empty() || contains(problem, "LOADING")));
    for (auto seen = store.load("1799"); !seen || !*seen; seen = store.load("1799")) {
        REQUIRE_FALSE(seen); // never that there is no such record
        std::this_thread::sleep_for(5ms);
    }
    CHECK(store.replace(current("1799", 2), version_of(1)) == write_outcome::done);
}

TEST_CASE("while another script holds the server up, calls end in time and write nothing later",
          "[redis]") {
    const given_redis::server redis({"appendonly no", "busy-reply-threshold 50"});
    auto options = redis.options();
    options.call_limit = 300ms;
    auto store = redis.opened(options);
    REQUIRE(store.create(current("k", 1)).outcome == write_outcome::done);
    std::thread other([&] { (void)redis.cli("eval 'while true do end' 0"); });
    std::this_thread::sleep_for(200ms);
    CHECK(store.replace(current("k", 2), version_of(1)) == write_outcome::unavailable);
    CHECK_FALSE(store.load("k"));
    (void)redis.cli("script kill");
    other.join();
    CHECK((*store.load("k"))->version == version_of(1));
}

TEST_CASE("a key that holds something else is unavailable, and stays as it is", "[redis]") {
    const given_redis::server redis({"appendonly no"});
    const auto options = redis.options();
    auto store = redis.opened(options);
    const auto name = quoted(options.key_prefix + "record:k");
    for (const auto* const command : {"set NAME other", "rpush NAME other"}) {
        std::string text = command;
        (void)redis.cli("del " + name);
        (void)redis.cli(text.replace(text.find("NAME"), 4, name));
        CHECK_FALSE(store.load("k"));
        CHECK(store.create(current("k")).outcome == write_outcome::unavailable);
        CHECK(store.replace(current("k", 2), version_of(1)) != write_outcome::done);
        CHECK(store.erase("k", version_of(1)) != write_outcome::done);
        CHECK(redis.cli("exists " + name) == "1");
    }
    // A list that is none: the record is not created, or nobody would find it to revoke it.
    (void)redis.cli("set " + quoted(options.key_prefix + "list:grant:alice") + " other");
    CHECK(store.create(current("l")).outcome == write_outcome::unavailable);
    CHECK(!*store.load("l"));
    CHECK_FALSE(store.list(record_kind::grant, "alice", "", 10));
}

TEST_CASE("a changed password ends the store's calls, and the old one brought back mends them",
          "[redis]") {
    const given_redis::server redis({"appendonly no", "requirepass one"});
    auto options = redis.options();
    options.uri = "unix://:one@" + redis.socket_path();
    auto store = redis.opened(options);
    CHECK(store.load("k"));
    const auto admin = [&](const std::string& password, const std::string& command) {
        (void)redis.cli("--no-auth-warning -a " + password + ' ' + command);
    };
    admin("one", "config set requirepass two");
    admin("two", "client kill type normal");
    CHECK_FALSE(store.load("k"));
    admin("two", "config set requirepass one");
    while (!store.load("k")) std::this_thread::sleep_for(5ms);
}
