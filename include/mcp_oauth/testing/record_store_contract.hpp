#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/ports/record_store.hpp"

/// The contract of `record_store` as code: a host runs it against its own store. It needs no test
/// framework. Link `mcp_oauth::testing`.
///
///     #include <cstdio>
///     #include <mcp_oauth/testing/record_store_contract.hpp>
///
///     int main() {
///         mcp_oauth::testing::store_under_test mine;
///         mine.open = [] { return std::make_unique<my_store>("host=localhost dbname=test"); };
///         const auto report = mcp_oauth::testing::check_record_store(mine);
///         std::fputs(report.text().c_str(), stdout);
///         return report.passed() ? 0 : 1;
///     }
///
/// A test framework shows each clause as a test of its own: one for each of `contract_clauses()`,
/// which calls `check_clause` with its name.
namespace mcp_oauth {
inline namespace v0 {
namespace testing {

/// How the store under test is made to fail. Leave out what cannot be done: the clauses that need
/// it are then not checked, and the report says so. One thread at a time calls these, beside calls
/// of the store.
///
/// For a database behind a socket, `faults_of(proxy, ...)` fills all of this in: see
/// testing/fault_proxy.hpp. Others may break a connection through a second one, stop a server, hold
/// a lock, or put a `faulty_store` in front:
///
///     faults.lose_answer = [faulty](std::size_t nth) {
///         faulty->fail(store_call::any, nth, store_fault::unknown_written);
///     };
///     faults.heal = [faulty] { faulty->heal(); };
struct store_faults {
    /// One more connection to the same database, which the faults below meet; those that
    /// `store_under_test::open` makes, they must not meet. The checks see through these what really
    /// happened.
    std::function<std::shared_ptr<record_store>()> open;

    /// From now on nobody gets through: connections are broken, and new ones refused.
    std::function<void()> refuse;
    /// The `nth` request from now on (1 is the next) does not arrive, and its connection breaks.
    std::function<void(std::size_t nth)> lose_request;
    /// The `nth` request from now on arrives and is carried out; its answer does not come back, and
    /// its connection breaks.
    std::function<void(std::size_t nth)> lose_answer;
    /// From now on nothing is answered any more, and nothing breaks: a host that is gone, a lock
    /// that is held.
    std::function<void()> stall;

    /// Ends each of the above, also one that has not come about yet. Required with any of them.
    std::function<void()> heal;
};

/// A store, as the contract looks at it.
struct store_under_test {
    /// One more connection to the same database, whatever is in it: several are open at a time, and
    /// what one writes, all must see. A store that is one object in this process returns that same
    /// object each time. It may return null where the database cannot be reached, which is a
    /// failure. Required. Threads: called by one at a time.
    std::function<std::shared_ptr<record_store>()> open;

    /// All keys and owners begin with it, and go on with a number that no other run has. What a
    /// check creates, it removes in the end.
    std::string key_prefix = "https://contract.example";

    /// The policy's. Each call must end within it, whatever happens. The checks that stall a
    /// connection take this long, so a test may make the store's own time-out, and this, shorter.
    milliseconds operation_limit{5000};

    /// Whether `open`, called in a forked process, connects anew to the same database. Where there
    /// is no fork, the clauses about processes are not checked.
    bool shared_between_processes = true;

    /// Whether `sweep` is implemented. The checks sweep in the year 1990 only, so that no record is
    /// dropped that anybody needs.
    bool sweeps = true;

    /// Whether the store drops what is due by its own clock as well (a time to live, a job). Then
    /// no record is made that is already due, and the clauses that need one are not checked.
    bool drops_by_itself = false;

    /// How long each race between threads or processes goes on; at least once around. Longer finds
    /// more.
    milliseconds race_time{300};

    /// Left empty, the clauses about faults are not checked.
    store_faults faults;
};

/// One sentence of the contract that can be checked.
struct contract_clause {
    std::string_view name;     ///< such as "replace.version"
    std::string_view sentence; ///< what it promises
};

/// What is to be said of a clause.
enum class verdict : std::uint8_t {
    passed,     ///< no violation was seen; for races that proves nothing
    failed,     ///< a violation was seen, or the check threw
    not_checked ///< the host gave no means, or this system has none: see `clause_result::detail`
};

/// How a clause came out.
struct clause_result {
    contract_clause clause; ///< empty where `check_clause` was asked for a name that is none
    verdict outcome = verdict::not_checked; ///< `detail` says why, unless it `passed`
    /// Of a failure: what was seen, and what should have been. Else why it was not checked.
    std::string detail;
};

/// How every clause came out.
struct contract_report {
    std::vector<clause_result> results; ///< in the order of `contract_clauses`

    /// Whether no clause failed. One that was not checked did not: see `count`.
    [[nodiscard]] MCP_OAUTH_EXPORT bool passed() const noexcept;
    /// How many came out so. The three counts add up to all clauses: a store is proven as far as
    /// `not_checked` is zero.
    [[nodiscard]] MCP_OAUTH_EXPORT std::size_t count(verdict which) const noexcept;
    /// For people: the sums, then each clause that failed or was not checked, with its sentence and
    /// the reason.
    [[nodiscard]] MCP_OAUTH_EXPORT std::string text() const;
};

/// Every clause there is.
[[nodiscard]] MCP_OAUTH_EXPORT const std::vector<contract_clause>& contract_clauses();

/// Checks one clause.
///
/// Requires: what `check_record_store` requires. An unknown name is a failure.
[[nodiscard]] MCP_OAUTH_EXPORT clause_result check_clause(const store_under_test& subject,
                                                          std::string_view name);

/// Checks every clause, one after the other.
///
/// Requires: nobody else sweeps meanwhile, nor needs a record that is due since 1990.
///           Where the clauses about processes are checked (they fork): at that moment none of this
///           process's own threads holds a lock that `open` needs. Best is a program without other
///           threads, and without an open store. The kit has neither then. A child calls `open`,
///           uses what it gets, and ends by `_exit`, so that no destructor of the parent's objects
///           runs in it, and nothing is flushed twice.
/// Does not check: that `done` survives a crash of the database's machine, or a failover; that no
///           version is refused which repeats (writers draw them at random).
/// Errors:   none. What a store throws counts as a failure of the clause. A call that never
///           returns holds up the check for ever.
/// Returns:  one result for each clause.
[[nodiscard]] MCP_OAUTH_EXPORT contract_report check_record_store(const store_under_test& subject);

} // namespace testing
} // namespace v0
} // namespace mcp_oauth
