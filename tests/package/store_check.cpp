// A host's check of its own store, as the header shows it.
#include <cstdio>
#include <memory>

#include <mcp_oauth/ports/memory_store.hpp>
#include <mcp_oauth/testing/record_store_contract.hpp>

int main() {
    mcp_oauth::testing::store_under_test mine;
    mine.open = [store = std::make_shared<mcp_oauth::memory_store>()] { return store; };
    mine.shared_between_processes = false;
    mine.race_time = mcp_oauth::milliseconds{20};
    const auto report = mcp_oauth::testing::check_record_store(mine);
    std::fputs(report.text().c_str(), stdout);
    return report.passed() ? 0 : 1;
}
