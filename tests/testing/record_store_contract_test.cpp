// The kit passes what keeps the contract, and each of its clauses catches a store that breaks it.
#include "mcp_oauth/testing/record_store_contract.hpp"

#include <algorithm>

#include "mcp_oauth/ports/memory_store.hpp"
#include "mcp_oauth/testing/faulty_store.hpp"
#include "support/catch.hpp"
#include "testing/broken_stores.hpp"

using namespace contract_tests;
using namespace mcp_oauth::testing;

namespace {

store_under_test in_memory() {
    store_under_test s;
    s.open = [store = std::make_shared<memory_store>()] { return store; };
    s.shared_between_processes = false;
    s.race_time = 100ms;
    return s;
}

store_under_test broken_by(const flaw& f) {
    store_under_test s;
    s.open = [f, database = std::make_shared<broken_database>()] {
        auto store = std::make_shared<broken_store>(database);
        f.put_into(*store);
        return store;
    };
    s.shared_between_processes = false;
    s.operation_limit = broken_limit;
    s.race_time = 5s; // or until it is caught
    return s;
}

void check_caught(const std::vector<flaw>& flaws) {
    for (const auto& each : flaws) {
        const auto result = check_clause(broken_by(each), each.clause);
        INFO(each.what);
        CHECK(std::string{result.clause.name} == each.clause);
        CHECK(result.outcome == verdict::failed);
        CHECK_FALSE(result.detail.empty());
    }
}

} // namespace

TEST_CASE("the store in memory keeps the contract of stores", "[testing][threads]") {
    const auto report = check_record_store(in_memory());
    INFO(report.text());
    CHECK(report.passed());
    CHECK(report.count(verdict::not_checked) == 3 + 6); // processes and faults
}

TEST_CASE("a check leaves nothing behind", "[testing][threads]") {
    const auto store = std::make_shared<memory_store>();
    auto subject = in_memory();
    subject.open = [store] { return store; };
    (void)check_record_store(subject);
    CHECK(store->size() == 0);
}

TEST_CASE("a check keeps away from what else is in the database", "[testing][threads]") {
    const auto store = std::make_shared<memory_store>();
    auto subject = in_memory();
    subject.open = [store] { return store; };
    record theirs;
    theirs.key = subject.key_prefix;
    theirs.body = "{}";
    theirs.expires_at = from_unix_seconds(631'152'000 + 3600); // expired since 1990
    REQUIRE(store->create(theirs).outcome == write_outcome::done);
    CHECK(check_record_store(subject).passed());
    CHECK((*store->load(theirs.key)).has_value());
    CHECK(store->size() == 1);
}

TEST_CASE("a store that keeps something else than was written is caught", "[testing]") {
    check_caught(flaws_of_values());
}
TEST_CASE("a store whose writes are not conditional, or two steps, is caught",
          "[testing][threads]") {
    check_caught(flaws_of_writes());
}
TEST_CASE("a store whose reads are old, or another's, is caught", "[testing][threads]") {
    check_caught(flaws_of_reads());
}
TEST_CASE("a store that lists too much or too little is caught", "[testing][threads]") {
    check_caught(flaws_of_lists());
}
TEST_CASE("a store that goes by the expiry, or cleans too much, is caught", "[testing][threads]") {
    check_caught(flaws_of_expiry());
}

TEST_CASE("every clause has a store that it catches", "[testing]") {
    std::set<std::string> caught{
        // by contract_faults_test.cpp
        "processes.increments", "processes.creators", "processes.seen_at_once",
        "faults.lost_request",  "faults.lost_answer", "faults.refused",
        "faults.stalled",       "faults.recovers",    "faults.increments"};
    for (const auto& flaws : {flaws_of_values(), flaws_of_writes(), flaws_of_reads(),
                              flaws_of_lists(), flaws_of_expiry()})
        for (const auto& each : flaws) caught.insert(each.clause);
    std::set<std::string> all;
    for (const auto& each : contract_clauses()) {
        INFO(each.name);
        CHECK(all.insert(std::string{each.name}).second); // each name once
        CHECK_FALSE(each.sentence.empty());
    }
    CHECK(caught == all);
}
