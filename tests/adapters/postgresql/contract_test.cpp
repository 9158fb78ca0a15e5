#include <memory>
#include <string>

#include "database.hpp"
#include "mcp_oauth/testing/record_store_contract.hpp"

using namespace postgresql_tests;

TEST_CASE("the contract of stores, clause by clause", "[postgresql][contract][threads]") {
    database db;
    testing::store_under_test subject;
    // Also called in forked children, so it tells nothing to the test framework.
    subject.open = [o = db.options()]() -> std::shared_ptr<record_store> {
        auto made = postgresql_store::open(o);
        return made ? std::shared_ptr<record_store>{std::move(*made)} : nullptr;
    };
    for (const auto& clause : testing::contract_clauses()) {
        DYNAMIC_SECTION(clause.name) {
            const auto result = testing::check_clause(subject, clause.name);
            INFO(clause.sentence << "\n" << result.detail);
            CHECK(result.outcome != testing::verdict::failed);
        }
    }
}
