#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/testing/record_store_contract.hpp"

/// What the clauses are written in. A clause ends by an exception, which leaves this room nowhere:
/// `check_clause` turns it into a result.
namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

using steady = std::chrono::steady_clock;

struct failure {
    std::string detail;
};
struct not_checkable {
    std::string reason;
};

[[noreturn]] void fail(std::string detail);
[[noreturn]] void cannot_check(std::string reason);
inline void require(bool held, const char* otherwise) {
    if (!held) fail(otherwise);
}

std::string_view name(write_outcome outcome) noexcept;

/// How two records differ; empty where they do not. Bodies are compared as JSON.
std::string difference(const record& got, const record& wanted);
bool same(const record& a, const record& b);

/// One clause's dealings with the store.
class contract_run {
public:
    contract_run(const store_under_test& subject, std::string_view clause);
    ~contract_run(); // removes what was made
    contract_run(const contract_run&) = delete;
    contract_run& operator=(const contract_run&) = delete;

    [[nodiscard]] const store_under_test& subject() const noexcept { return subject_; }
    /// One more connection. Threads: any number, as all of this.
    [[nodiscard]] std::shared_ptr<record_store> open() const;
    /// One more connection that the faults meet.
    [[nodiscard]] std::shared_ptr<record_store> open_faulty() const;

    /// A key of this clause's own, which is removed in the end.
    [[nodiscard]] std::string key(std::string_view name);
    [[nodiscard]] std::string owner(std::string_view name) const;
    /// A grant of its owners "subject" and "client", an hour before its end.
    [[nodiscard]] record fresh(std::string_view name);

private:
    void clean_up();

    const store_under_test& subject_;
    std::string prefix_;
    std::mutex lock_;
    std::set<std::string> keys_;
};

/// 128 bits that were never drawn before.
record_version fresh_version();
/// `r` with a version and a body of its own: what a writer puts in its place.
record successor(const record& r);
std::string numbered_body(std::size_t n);
/// The number in a body that `numbered_body` made, whatever the store made of its spelling.
std::size_t number_in(const record& r);

/// Steps that must succeed. `what` says in a failure which of several it was.
std::optional<record> load(record_store& store, std::string_view key);
record load_present(record_store& store, std::string_view key, const char* what = "the record");
void create(record_store& store, const record& fresh);
void replace(record_store& store, const record& next, const record_version& expected);
void erase(record_store& store, std::string_view key, const record_version& expected);
void require_outcome(write_outcome got, write_outcome wanted, const char* what);
/// That `wanted`, and nothing else, is under its key.
void require_stored(record_store& store, const record& wanted, const char* what);
void require_absent(record_store& store, std::string_view key, const char* what);

/// All pages. Fails where a page is too large, or the pages have no end.
std::vector<record> list_all(record_store& store, record_kind kind, std::string_view owner,
                             std::size_t limit = 100);
std::set<std::string> keys_listed(record_store& store, record_kind kind, std::string_view owner,
                                  std::size_t limit = 100);

/// Runs `work(0)` to `work(count - 1)` at once, each in a thread of its own. The first failure of
/// any is this function's.
void in_threads(std::size_t count, const std::function<void(std::size_t)>& work);
constexpr std::size_t thread_count = 8;

/// How many threads have yet to get their work done, for those that go on until then.
class countdown {
public:
    explicit countdown(std::size_t count) noexcept : left_(count) {}
    [[nodiscard]] bool over() const noexcept { return left_ == 0; }
    /// Hold it while at work: it counts also where a failure ends the work.
    [[nodiscard]] std::shared_ptr<void> one_less_at_the_end() {
        return {nullptr, [this](void*) { --left_; }};
    }

private:
    std::atomic<std::size_t> left_;
};

/// Calls `round(n)` again and again for `race_time`.
void race(const contract_run& run, const std::function<void(std::size_t)>& round);

/// Ends what makes no progress: a writer that loses for ever, a page that never is the last.
class patience {
public:
    void spend(const char* waiting_for) const {
        if (steady::now() > end_) fail(waiting_for);
    }

private:
    steady::time_point end_ = steady::now() + std::chrono::seconds{60};
};

/// How a room of clauses is written down.
struct clause_code {
    contract_clause clause;
    void (*check)(contract_run& run);
};
using clause_group = std::vector<clause_code>;

clause_group clauses_of_records();
clause_group clauses_of_bodies();
clause_group clauses_of_writes();
clause_group clauses_of_ordering();
clause_group clauses_of_races();
clause_group clauses_of_processes();
clause_group clauses_of_lists();
clause_group clauses_of_expiry();
clause_group clauses_of_faults();

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
