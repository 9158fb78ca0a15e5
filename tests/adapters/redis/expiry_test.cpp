#include "adapters/redis/given_redis.hpp"

using namespace given_redis;

namespace {

/// A store, and a look behind it. Nothing here is about durability, so it does without.
struct looked_into {
    given_redis::server redis{{"appendonly no"}};
    redis_options options = redis.options();
    redis_store store = redis.opened(options);

    std::string record_name(const std::string& key) const {
        return quoted(options.key_prefix + "record:" + key);
    }
    std::string list_name(const std::string& owner) const {
        return quoted(options.key_prefix + "list:grant:" + owner);
    }
    milliseconds time_left(const std::string& name) const {
        return milliseconds{std::stoll(redis.cli("pttl " + name))};
    }
    int entries(const std::string& owner) const {
        return std::stoi(redis.cli("zcard " + list_name(owner)));
    }
    /// Its time has come: Redis itself drops it, as it does minutes after a record's expiry.
    void expire(const std::string& key) const {
        (void)redis.cli("pexpire " + record_name(key) + " 1");
        while (redis.cli("exists " + record_name(key)) != "0") std::this_thread::yield();
    }
};

} // namespace

TEST_CASE("the server keeps a record until ten minutes after its expiry, and a list for longer",
          "[redis]") {
    looked_into all;
    (void)all.store.create(current("k", 1));
    CHECK(all.time_left(all.record_name("k")) <= 1h + 10min);
    CHECK(all.time_left(all.record_name("k")) > 1h + 9min);
    CHECK(all.time_left(all.list_name("alice")) > 24h);

    auto shorter = current("k", 2);
    shorter.expires_at = system_clock{}.now() + 1min;
    CHECK(all.store.replace(shorter, version_of(1)) == write_outcome::done);
    CHECK(all.time_left(all.record_name("k")) <= 11min);
    CHECK(all.time_left(all.list_name("alice")) > 24h); // others may need it

    auto longer = current("k", 3);
    longer.expires_at += 24h * 100;
    CHECK(all.store.replace(longer, version_of(2)) == write_outcome::done);
    CHECK(all.time_left(all.record_name("k")) > 24h * 100);
    CHECK(all.time_left(all.list_name("alice")) > 24h * 101);
    CHECK(all.time_left(all.list_name("client")) > 24h * 101);
}

TEST_CASE("a record that expired long ago is kept for ten minutes more whenever it is written",
          "[redis]") {
    looked_into all;
    auto old = current("k", 1);
    for (const auto when :
         {from_unix_ms(0), from_unix_ms(std::numeric_limits<std::int64_t>::min())}) {
        old.expires_at = when;
        old.key += 'k';
        CHECK(all.store.create(old).outcome == write_outcome::done);
        REQUIRE(*all.store.load(old.key));
        CHECK(same(**all.store.load(old.key), old));
        CHECK(all.time_left(all.record_name(old.key)) > 9min);
    }
}

TEST_CASE("a record for ever is one, and no number runs over", "[redis]") {
    looked_into all;
    auto lasting = current("k", 1);
    for (const auto when : {from_unix_seconds(253'402'300'799),
                            from_unix_ms(std::numeric_limits<std::int64_t>::max())}) {
        lasting.expires_at = when;
        lasting.key += 'k';
        CHECK(all.store.create(lasting).outcome == write_outcome::done);
        CHECK(same(**all.store.load(lasting.key), lasting));
        CHECK(all.time_left(all.record_name(lasting.key)) > 24h * 365 * 7000);
    }
    CHECK(keys_of(all.store, "alice").size() == 2);
}

TEST_CASE("a record that the server dropped is nothing, and makes room for a new one", "[redis]") {
    looked_into all;
    (void)all.store.create(current("k", 1));
    all.expire("k");
    CHECK(!*all.store.load("k"));
    CHECK(all.store.replace(current("k", 2), version_of(1)) == write_outcome::conflict);
    CHECK(all.store.erase("k", version_of(1)) == write_outcome::conflict);
    CHECK(all.store.create(current("k", 3)).outcome == write_outcome::done);
    CHECK(keys_of(all.store, "alice") == std::vector<std::string>{"k"});
}

TEST_CASE("a list skips what the server dropped, and forgets it", "[redis]") {
    looked_into all;
    for (const auto* const key : {"a", "b", "c", "d"}) (void)all.store.create(current(key));
    all.expire("a");
    all.expire("c");
    all.expire("d");
    CHECK(all.entries("alice") == 4);
    CHECK(keys_of(all.store, "alice", 2) == std::vector<std::string>{"b"});
    CHECK(all.entries("alice") == 1);
    CHECK(all.entries("client") == 4); // each list for itself
}

TEST_CASE("a list skips an entry that is another owner's record", "[redis]") {
    looked_into all;
    (void)all.store.create(current("a"));
    (void)all.redis.cli("zadd " + all.list_name("bob") + " 0 a"); // as a list left behind would
    CHECK(keys_of(all.store, "bob").empty());
    CHECK(keys_of(all.store, "alice") == std::vector<std::string>{"a"});
}

TEST_CASE("a page has 256 records at most, and the list goes on", "[redis]") {
    looked_into all;
    for (int i = 0; i < 257; ++i) (void)all.store.create(current(std::to_string(1000 + i)));
    const auto first = all.store.list(record_kind::grant, "alice", "", 5000);
    REQUIRE(first);
    CHECK(first->records.size() == 256);
    const auto last = all.store.list(record_kind::grant, "alice", first->next, 5000);
    REQUIRE(last);
    CHECK(last->records.size() == 1);
    CHECK(last->next.empty());
}

TEST_CASE("new entries clear away dead ones, so a list that nobody reads does not grow",
          "[redis]") {
    looked_into all;
    const auto name = [](int n) { return std::to_string(1'000'000 + n * 7919 % 1'000'000); };
    constexpr int ever = 1500;
    constexpr int alive = 100;
    int most = 0;
    for (int n = 0; n < ever; n += alive) {
        std::string old; // as the server drops them: the lists are not told
        for (int i = 0; i < alive; ++i) {
            REQUIRE(all.store.create(current(name(n + i))).outcome == write_outcome::done);
            old += ' ' + all.record_name(name(n + i - alive));
        }
        (void)all.redis.cli("del" + old);
        most = std::max(most, all.entries("client"));
    }
    CHECK(most < 3 * alive); // not 15 times
    CHECK(keys_of(all.store, "client").size() == alive);
}

TEST_CASE("after many records died at once, the next few entries clear their list", "[redis]") {
    looked_into all;
    constexpr int dead = 2000;
    std::string names;
    for (int n = 0; n < dead; ++n) {
        const auto key = std::to_string(100'000 + n);
        REQUIRE(all.store.create(current(key)).outcome == write_outcome::done);
        names += ' ' + all.record_name(key);
    }
    (void)all.redis.cli("del" + names);
    CHECK(all.entries("client") == dead);
    for (int n = 0; n < 40; ++n)
        REQUIRE(all.store.create(current(std::to_string(100'000 + n * 50) + "new")).outcome ==
                write_outcome::done);
    CHECK(all.entries("client") < 100);
    CHECK(keys_of(all.store, "client").size() == 40);
}

TEST_CASE("a list whose records are all gone ends by itself", "[redis]") {
    looked_into all;
    (void)all.store.create(current("k", 1));
    const auto left = all.time_left(all.list_name("client"));
    CHECK(left < 24h + 1h + 10min + 1s);
    CHECK(left > all.time_left(all.record_name("k")));
    CHECK(all.store.erase("k", version_of(1)) == write_outcome::done);
    CHECK(all.redis.cli("exists " + all.list_name("client")) == "0"); // sooner, if it is erased
}

TEST_CASE("there is nothing to sweep", "[redis]") {
    looked_into all;
    auto old = current("k");
    old.expires_at = from_unix_ms(0);
    (void)all.store.create(old);
    CHECK(*all.store.sweep(system_clock{}.now()) == 0);
    CHECK(*all.store.load("k"));
}
