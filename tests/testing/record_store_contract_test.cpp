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

TEST_CASE("a write that is carried out by half is caught", "[testing]") {
    const auto database = std::make_shared<broken_database>();
    auto subject = in_memory();
    subject.operation_limit = broken_limit;
    subject.open = [database] { return std::make_shared<broken_store>(database); };
    subject.faults.open = [database] {
        auto store = std::make_shared<broken_store>(database);
        store->on_replace = [&s = *store](record next, const record_version& expected) {
            next.subject_owner = (**s.database->store.load(next.key)).subject_owner;
            (void)s.database->store.replace(next, expected); // and the lists come later
            return write_outcome::unknown;
        };
        return store;
    };
    subject.faults.lose_answer = [](std::size_t) {};
    subject.faults.heal = [] {};
    const auto result = check_clause(subject, "faults.lost_answer");
    CHECK(result.outcome == verdict::failed);
    CHECK(result.detail == "replace answered unknown, and was carried out by half");
}

TEST_CASE("the library's own faulty store serves as a means to fail", "[testing][threads]") {
    const auto database = std::make_shared<memory_store>();
    const auto faulty = std::make_shared<faulty_store>(*database);
    auto subject = in_memory();
    subject.open = [database] { return database; };
    subject.faults.open = [faulty] { return faulty; };
    subject.faults.refuse = [faulty] {
        for (std::size_t nth = 1; nth < 100; ++nth)
            faulty->fail(store_call::any, nth, store_fault::unavailable);
    };
    subject.faults.lose_request = [faulty](std::size_t nth) {
        faulty->fail(store_call::any, nth, store_fault::unknown_lost);
    };
    subject.faults.lose_answer = [faulty](std::size_t nth) {
        faulty->fail(store_call::any, nth, store_fault::unknown_written);
    };
    subject.faults.heal = [faulty] { faulty->heal(); };
    const auto report = check_record_store(subject);
    INFO(report.text());
    CHECK(report.passed());
    CHECK(report.count(verdict::not_checked) == 3 + 1); // processes, and what stalls
}

TEST_CASE("a clause that is not checked is not passed, and says why", "[testing]") {
    auto subject = in_memory();
    subject.sweeps = false;
    CHECK(check_clause(subject, "sweep.margin").outcome == verdict::not_checked);
    CHECK(check_clause(subject, "sweep.margin").detail == "the store leaves sweep out");
    subject.sweeps = true;
    subject.drops_by_itself = true;
    for (const auto* const clause : {"sweep.margin", "expiry.never_hidden"})
        CHECK(check_clause(subject, clause).outcome == verdict::not_checked);
    CHECK(check_clause(subject, "expiry.within_margin").outcome == verdict::passed);
    subject.faults.open = subject.open;
    CHECK(check_clause(subject, "faults.stalled").detail == "there is no means to stall");
    subject.faults.stall = [] {};
    CHECK(check_clause(subject, "faults.stalled").detail == "there is no means to heal");
}

TEST_CASE("what cannot be checked at all is a failure", "[testing]") {
    CHECK(check_clause(in_memory(), "no.such_clause").outcome == verdict::failed);
    CHECK(check_clause(in_memory(), "no.such_clause").detail ==
          "there is no clause no.such_clause");
    CHECK(check_clause(store_under_test{}, "record.absent").detail ==
          "the factory opened no store");
    store_under_test closed;
    closed.open = []() -> std::shared_ptr<record_store> { return nullptr; };
    const auto report = check_record_store(closed);
    CHECK_FALSE(report.passed());
    CHECK(report.count(verdict::passed) == 0);
    store_under_test throwing;
    throwing.open = []() -> std::shared_ptr<record_store> {
        throw std::runtime_error("connection lost");
    };
    CHECK(check_clause(throwing, "record.absent").detail ==
          "an exception was thrown: connection lost");
}

TEST_CASE("a report names what failed and what was not checked, and why", "[testing]") {
    contract_report report;
    for (const auto* const clause : {"record.absent", "processes.creators", "body.values"})
        report.results.push_back(check_clause(in_memory(), clause));
    report.results.push_back(check_clause(broken_by(flaws_of_writes().front()), "create.conflict"));
    CHECK_FALSE(report.passed());
    CHECK(report.text() ==
          "The contract of record_store: 2 clauses passed, 1 failed, 1 not checked.\n"
          "\n"
          "FAILED: create.conflict\n"
          "    Where a record exists under its key, create changes nothing, and returns conflict "
          "with that record.\n"
          "    create under a key that is taken answered done, not conflict\n"
          "\n"
          "not checked: processes.creators\n"
          "    Of several processes that create one key, exactly one does.\n"
          "    the store is one process's own\n");
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
