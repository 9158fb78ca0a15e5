#include "mcp_oauth/ports/memory_store.hpp"

#include <limits>

#include "ports/records.hpp"
#include "support/catch.hpp"

using namespace record_tests;

using keys = std::vector<std::string>;

TEST_CASE("a record that was created is loaded as it was, and one that was not is nothing",
          "[ports]") {
    memory_store store;
    auto fresh = record_of("k");
    fresh.kind = record_kind::client;
    fresh.body = std::string(64 * 1024, 'x');
    CHECK(store.create(fresh).outcome == write_outcome::done);
    REQUIRE(*store.load("k"));
    CHECK(same(**store.load("k"), fresh));
    for (const auto* const other : {"", "K", "k ", "kk"}) CHECK(!*store.load(other));
}

TEST_CASE("creating what exists changes nothing and returns what is there", "[ports]") {
    memory_store store;
    (void)store.create(record_of("k", 1));
    const auto again = store.create(record_of("k", 2));
    CHECK(again.outcome == write_outcome::conflict);
    REQUIRE(again.existing);
    CHECK(same(*again.existing, record_of("k", 1)));
    CHECK(same(**store.load("k"), record_of("k", 1)));
}

TEST_CASE("a record is replaced at its own version only", "[ports]") {
    memory_store store;
    CHECK(store.replace(record_of("k", 2), version_of(1)) == write_outcome::conflict);
    (void)store.create(record_of("k", 1));
    CHECK(store.replace(record_of("k", 3), version_of(2)) == write_outcome::conflict);
    CHECK((*store.load("k"))->version == version_of(1));
    CHECK(store.replace(record_of("k", 2), version_of(1)) == write_outcome::done);
    CHECK(store.replace(record_of("k", 3), version_of(1)) == write_outcome::conflict);
    CHECK((*store.load("k"))->version == version_of(2));
}

TEST_CASE("a version differs in any of its octets", "[ports]") {
    memory_store store;
    (void)store.create(record_of("k", 0));
    for (std::size_t i = 0; i < record_version{}.size(); ++i) {
        record_version other{};
        other[i] = 1;
        CHECK(store.replace(record_of("k", 9), other) == write_outcome::conflict);
        CHECK(store.erase("k", other) == write_outcome::conflict);
    }
    CHECK(store.erase("k", record_version{}) == write_outcome::done);
}

TEST_CASE("a record is erased at its own version only, and a new one starts anew", "[ports]") {
    memory_store store;
    CHECK(store.erase("k", version_of(1)) == write_outcome::conflict);
    (void)store.create(record_of("k", 1));
    CHECK(store.erase("k", version_of(2)) == write_outcome::conflict);
    CHECK(store.erase("k", version_of(1)) == write_outcome::done);
    CHECK(!*store.load("k"));
    CHECK(store.create(record_of("k", 3)).outcome == write_outcome::done);
    CHECK(store.erase("k", version_of(1)) == write_outcome::conflict);
    CHECK(store.size() == 1);
}

TEST_CASE("replacing takes over every member", "[ports]") {
    memory_store store;
    (void)store.create(record_of("k", 1));
    record next = record_of("k", 2);
    next.kind = record_kind::consent;
    next.subject_owner = "bob";
    next.client_owner = "";
    next.expires_at = from_unix_seconds(1);
    next.body = "{}";
    CHECK(store.replace(next, version_of(1)) == write_outcome::done);
    CHECK(same(**store.load("k"), next));
    CHECK(keys_of(store, "alice").empty());
    CHECK(keys_of(store, "client").empty());
    CHECK(keys_of(store, "bob").empty());
    CHECK(keys_of(store, "bob", 100, record_kind::consent) == keys{"k"});
}

TEST_CASE("records are listed by kind and by either owner, in the order of their keys", "[ports]") {
    memory_store store;
    for (const auto* const key : {"b", "a", "c"}) (void)store.create(record_of(key));
    auto other = record_of("d");
    other.subject_owner = "bob";
    (void)store.create(other);
    auto client = record_of("e");
    client.kind = record_kind::client;
    (void)store.create(client);

    CHECK(keys_of(store, "alice") == keys{"a", "b", "c"});
    CHECK(keys_of(store, "bob") == keys{"d"});
    CHECK(keys_of(store, "client") == keys{"a", "b", "c", "d"});
    CHECK(keys_of(store, "client", 100, record_kind::client) == keys{"e"});
    CHECK(keys_of(store, "nobody").empty());
    CHECK(keys_of(store, "ali").empty());
}

TEST_CASE("records without an owner are nobody's", "[ports]") {
    memory_store store;
    auto free = record_of("k");
    free.subject_owner.clear();
    free.client_owner.clear();
    (void)store.create(free);
    CHECK(keys_of(store, "").empty());
    CHECK(store.size() == 1);
}

TEST_CASE("pages of any size show each record once", "[ports]") {
    memory_store store;
    keys all;
    for (int i = 100; i < 117; ++i) {
        all.push_back("k" + std::to_string(i));
        (void)store.create(record_of(all.back()));
    }
    for (const std::size_t limit : {std::size_t{1}, std::size_t{2}, std::size_t{16},
                                    std::size_t{17}, std::size_t{18}, std::size_t{1000}})
        CHECK(keys_of(store, "alice", limit) == all);
    CHECK(store.list(record_kind::grant, "alice", "", 16)->records.size() == 16);
}

TEST_CASE("records that come and go between two pages neither hide nor repeat another", "[ports]") {
    memory_store store;
    for (const auto* const key : {"b", "d", "f", "h"}) (void)store.create(record_of(key));
    auto page = *store.list(record_kind::grant, "alice", "", 2);
    REQUIRE(page.records.size() == 2);
    (void)store.create(record_of("a"));
    (void)store.create(record_of("c"));
    (void)store.create(record_of("e"));
    (void)store.erase("d", version_of(1));
    (void)store.erase("f", version_of(1));
    keys rest;
    for (auto after = page.next; !after.empty(); after = page.next) {
        page = *store.list(record_kind::grant, "alice", after, 2);
        for (const auto& each : page.records) rest.push_back(each.key);
    }
    CHECK(rest == keys{"e", "h"});
}

TEST_CASE("a record is swept five minutes after it expired, and not a millisecond earlier",
          "[ports]") {
    const auto expiry = record_of("k").expires_at;
    memory_store store;
    (void)store.create(record_of("k"));
    CHECK(*store.sweep(expiry) == 0);
    CHECK(*store.sweep(expiry + 5min - 1ms) == 0);
    REQUIRE(*store.load("k")); // and never hidden by its age
    CHECK(*store.sweep(expiry + 5min) == 1);
    CHECK(!*store.load("k"));
    CHECK(keys_of(store, "alice").empty());
    CHECK(*store.sweep(expiry + 1h) == 0);
}

TEST_CASE("a sweep drops no more than it was asked to, and goes on the next time", "[ports]") {
    memory_store store;
    for (int i = 0; i < 10; ++i) (void)store.create(record_of(std::to_string(i)));
    auto young = record_of("young");
    young.expires_at += 1h;
    (void)store.create(young);
    const auto now = record_of("k").expires_at + 10min;
    CHECK(*store.sweep(now, 0) == 0);
    CHECK(*store.sweep(now, 4) == 4);
    CHECK(store.size() == 7);
    CHECK(*store.sweep(now) == 6);
    CHECK(keys_of(store, "alice") == keys{"young"});
}
