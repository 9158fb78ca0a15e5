#include "adapters/redis/given_redis.hpp"
#include "mcp_oauth/testing/record_store_contract.hpp"

using namespace given_redis;
using mcp_oauth::testing::check_clause;
using mcp_oauth::testing::contract_clauses;
using mcp_oauth::testing::store_under_test;
using mcp_oauth::testing::verdict;

TEST_CASE("the store in Redis keeps the contract of stores", "[redis][threads]") {
    const given_redis::server redis;
    const auto options = redis.options();
    store_under_test subject;
    subject.open = [&options]() -> std::shared_ptr<record_store> {
        auto made = redis_store::open(options);
        if (!made) return nullptr;
        return std::make_shared<redis_store>(std::move(*made));
    };
    subject.sweeps = false; // the server drops records, see expiry_test.cpp
    for (const auto& clause : contract_clauses()) {
        const auto result = check_clause(subject, clause.name);
        INFO(clause.name << ": " << clause.sentence << '\n' << result.detail);
        CHECK(result.outcome != verdict::failed);
    }
    // What a contract's check creates it erases, and with the last record its list is gone.
    CHECK(redis.cli("--scan --pattern " + quoted(options.key_prefix + '*')).empty());
}
