// Runs the contract of `record_store` on the store of this folder.
#include <cstdio>
#include <memory>

#include "mcp_oauth/testing/record_store_contract.hpp"

#include "my_store.hpp"

// [main]
int main() {
    mcp_oauth::testing::store_under_test mine;
    const auto store = std::make_shared<my_store>();
    mine.open = [store] { return store; }; // a database: one more connection each time
    mine.shared_between_processes = false; // a database: leave it at true
    const auto report = mcp_oauth::testing::check_record_store(mine);
    std::fputs(report.text().c_str(), stdout);
    return report.passed() ? 0 : 1;
}
// [main]
