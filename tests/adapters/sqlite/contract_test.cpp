// The contract of stores, clause by clause: threads, processes, and a disk that fails.

#include <memory>

#include "adapters/sqlite/faulty_disk.hpp"
#include "adapters/sqlite/given_sqlite.hpp"
#include "mcp_oauth/testing/record_store_contract.hpp"

using namespace sqlite_tests;
using mcp_oauth::testing::store_under_test;

namespace {

// Also called in forked children, so it tells nothing to the test framework.
std::shared_ptr<record_store> open_at(const std::string& path) {
    auto store = sqlite_store::open(options_of(path, milliseconds{1500}));
    return store ? std::make_shared<sqlite_store>(std::move(*store)) : nullptr;
}

store_under_test subject_at(const std::string& path) {
    store_under_test subject;
    subject.operation_limit = milliseconds{2000};
    subject.open = [path] { return open_at(path); };
    auto& faults = subject.faults;
    faults.open = [path] {
        const faulty_disk disk;
        return open_at(path);
    };
    faults.refuse = [] { faulty_disk::fail_all(disk_call::any, SQLITE_IOERR); };
    faults.lose_request = [](std::size_t nth) {
        faulty_disk::fail(disk_call::any, SQLITE_IOERR, static_cast<int>(nth));
    };
    faults.lose_answer = [](std::size_t nth) {
        faulty_disk::fail_afterwards(disk_call::write_or_flush_log, SQLITE_IOERR,
                                     static_cast<int>(nth));
    };
    faults.stall = [] { faulty_disk::fail_all(disk_call::lock_for_writing, SQLITE_BUSY); };
    faults.heal = [] { faulty_disk::heal(); };
    return subject;
}

} // namespace

TEST_CASE("the SQLite store keeps every clause of the contract", "[sqlite][contract][threads]") {
    for (const auto& clause : testing::contract_clauses()) {
        DYNAMIC_SECTION(clause.name) {
            const scratch folder;
            const auto result = testing::check_clause(subject_at(folder.path()), clause.name);
            INFO(clause.sentence << "\n" << result.detail);
            CHECK(result.outcome == testing::verdict::passed);
        }
    }
}
