#include <memory>
#include <string>
#include <utility>

#include "mcp_oauth/testing/record_store_contract.hpp"
#include "proxied.hpp"

using namespace postgresql_tests;

namespace {

// Also called in forked children, so it tells nothing to the test framework.
std::shared_ptr<record_store> opened(const postgresql_options& o) {
    auto made = postgresql_store::open(o);
    return made ? std::make_shared<postgresql_store>(std::move(*made)) : nullptr;
}

} // namespace

TEST_CASE("the contract of stores, clause by clause", "[postgresql][contract][threads]") {
    database db;
    auto o = db.options();
    o.call_limit = 1000ms;
    testing::store_under_test subject;
    subject.open = [o] { return opened(o); };
    subject.operation_limit = 1100ms;

    const auto proxy = proxy_to_server();
    o.connection = connection_through(*proxy);
    subject.faults = testing::faults_of(proxy, [o] { return opened(o); });

    for (const auto& clause : testing::contract_clauses()) {
        DYNAMIC_SECTION(clause.name) {
            const auto result = testing::check_clause(subject, clause.name);
            INFO(clause.sentence << "\n" << result.detail);
            CHECK(result.outcome == testing::verdict::passed);
        }
    }
}
