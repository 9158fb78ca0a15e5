#include <memory>
#include <string>
#include <utility>

#include "database.hpp"
#include "mcp_oauth/testing/fault_proxy.hpp"
#include "mcp_oauth/testing/record_store_contract.hpp"

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

    const std::shared_ptr<testing::fault_proxy> proxy = testing::fault_proxy::to_socket(
        first_line_of("place") + "/.s.PGSQL." + first_line_of("port"));
    REQUIRE(proxy);
    o.connection =
        "host=127.0.0.1 port=" + std::to_string(proxy->port()) + " user=tester dbname=postgres";
    subject.faults = testing::faults_of(proxy, [o] { return opened(o); });

    for (const auto& clause : testing::contract_clauses()) {
        DYNAMIC_SECTION(clause.name) {
            const auto result = testing::check_clause(subject, clause.name);
            INFO(clause.sentence << "\n" << result.detail);
            CHECK(result.outcome == testing::verdict::passed);
        }
    }
}
