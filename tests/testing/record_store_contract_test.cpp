#include "mcp_oauth/testing/record_store_contract.hpp"

#include "mcp_oauth/ports/memory_store.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace mcp_oauth::testing;

TEST_CASE("the store in memory keeps the contract of stores", "[testing][threads]") {
    store_under_test memory;
    memory.open = [store = std::make_shared<memory_store>()] { return store; };
    memory.shared_between_processes = false;
    const auto report = check_record_store(memory);
    INFO(report.text());
    CHECK(report.passed());
}
