// The contract that all stores keep is checked clause by clause; what follows is this store's own.
#include "mcp_oauth/ports/memory_store.hpp"

#include "mcp_oauth/testing/record_store_contract.hpp"
#include "ports/records.hpp"
#include "support/catch.hpp"

using namespace record_tests;

using keys = std::vector<std::string>;

TEST_CASE("a store in memory keeps each clause of the contract", "[ports][threads]") {
    testing::store_under_test memory;
    memory.open = [store = std::make_shared<memory_store>()] { return store; };
    memory.shared_between_processes = false;
    for (const auto& clause : testing::contract_clauses()) {
        const auto result = testing::check_clause(memory, clause.name);
        INFO(clause.name << ": " << clause.sentence << "\n" << result.detail);
        CHECK(result.outcome != testing::verdict::failed);
    }
}

TEST_CASE("a body is kept as it was written, to the octet", "[ports]") {
    memory_store store;
    auto fresh = record_of("k");
    fresh.body = " {\t\"a\" : 1.0 } ";
    (void)store.create(fresh);
    CHECK((*store.load("k"))->body == fresh.body);
    CHECK(keys_of(store, "alice") == keys{"k"});
}

TEST_CASE("records are listed in the order of their keys", "[ports]") {
    memory_store store;
    for (const auto* const key : {"b", "a", "c"}) (void)store.create(record_of(key));
    CHECK(keys_of(store, "alice") == keys{"a", "b", "c"});
    CHECK(keys_of(store, "client") == keys{"a", "b", "c"});
}

TEST_CASE("pages of any size show each record once", "[ports]") {
    memory_store store;
    keys all;
    for (int i = 100; i < 117; ++i) {
        all.push_back("k" + std::to_string(i));
        (void)store.create(record_of(all.back()));
    }
    for (const std::size_t limit : {0U, 1U, 2U, 16U, 17U, 18U, 1000U})
        CHECK(keys_of(store, "alice", limit) == all);
    CHECK(store.list(record_kind::grant, "alice", "", 16)->records.size() == 16);
}

TEST_CASE("records that come and go between two pages do not repeat another", "[ports]") {
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

TEST_CASE("the size of a store is what was created and has not gone", "[ports]") {
    memory_store store;
    CHECK(store.size() == 0);
    for (int i = 0; i < 10; ++i) (void)store.create(record_of(std::to_string(i)));
    (void)store.create(record_of("3", 2));
    (void)store.replace(record_of("4", 2), version_of(1));
    (void)store.erase("5", version_of(1));
    CHECK(store.size() == 9);
    CHECK(*store.sweep(record_of("k").expires_at + sweep_margin) == 9);
    CHECK(store.size() == 0);
}
