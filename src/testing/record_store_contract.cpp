#include "mcp_oauth/testing/record_store_contract.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "testing/contract_run.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {

namespace {

using contract::clause_code;
using contract::clause_group;

const clause_group& all_clauses() {
    static const clause_group all = [] {
        clause_group clauses;
        for (const auto& group : {contract::clauses_of_records(), contract::clauses_of_bodies(),
                                  contract::clauses_of_writes(), contract::clauses_of_ordering(),
                                  contract::clauses_of_races(), contract::clauses_of_processes(),
                                  contract::clauses_of_lists(), contract::clauses_of_expiry(),
                                  contract::clauses_of_faults()})
            clauses.insert(clauses.end(), group.begin(), group.end());
        return clauses;
    }();
    return all;
}

clause_result run_clause(const clause_code& code, const store_under_test& subject) {
    clause_result result{code.clause, verdict::failed, {}};
    try {
        contract::contract_run run(subject, code.clause.name);
        code.check(run);
        result.outcome = verdict::passed;
    } catch (const contract::failure& seen) {
        result.detail = seen.detail;
    } catch (const contract::not_checkable& seen) {
        result.outcome = verdict::not_checked;
        result.detail = seen.reason;
    } catch (const std::exception& thrown) {
        result.detail = std::string{"an exception was thrown: "} + thrown.what();
    } catch (...) {
        result.detail = "something was thrown that is no std::exception";
    }
    return result;
}

void append_results(std::string& text, const contract_report& report, verdict which,
                    std::string_view heading) {
    for (const auto& each : report.results) {
        if (each.outcome != which) continue;
        text.append("\n").append(heading).append(": ").append(each.clause.name);
        text.append("\n    ").append(each.clause.sentence);
        text.append("\n    ").append(each.detail).append("\n");
    }
}

} // namespace

bool contract_report::passed() const noexcept { return count(verdict::failed) == 0; }

std::size_t contract_report::count(verdict which) const noexcept {
    return static_cast<std::size_t>(
        std::count_if(results.begin(), results.end(),
                      [which](const clause_result& each) { return each.outcome == which; }));
}

std::string contract_report::text() const {
    std::string text = "The contract of record_store: ";
    text.append(std::to_string(count(verdict::passed))).append(" clauses passed, ");
    text.append(std::to_string(count(verdict::failed))).append(" failed, ");
    text.append(std::to_string(count(verdict::not_checked))).append(" not checked.\n");
    append_results(text, *this, verdict::failed, "FAILED");
    append_results(text, *this, verdict::not_checked, "not checked");
    return text;
}

const std::vector<contract_clause>& contract_clauses() {
    static const std::vector<contract_clause> named = [] {
        std::vector<contract_clause> clauses;
        for (const auto& each : all_clauses()) clauses.push_back(each.clause);
        return clauses;
    }();
    return named;
}

clause_result check_clause(const store_under_test& subject, std::string_view name) {
    for (const auto& each : all_clauses())
        if (each.clause.name == name) return run_clause(each, subject);
    return {{}, verdict::failed, "there is no clause " + std::string{name}};
}

contract_report check_record_store(const store_under_test& subject) {
    contract_report report;
    for (const auto& each : all_clauses()) report.results.push_back(run_clause(each, subject));
    return report;
}

} // namespace testing
} // namespace v0
} // namespace mcp_oauth
