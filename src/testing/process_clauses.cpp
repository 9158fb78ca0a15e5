// Several processes on one database. Each child opens a store of its own; until all are forked, no
// store is open and no thread runs.

#include <array>
#include <memory>

#include "testing/child_process.hpp"
#include "testing/races.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

namespace {

constexpr std::size_t process_count = 4;

using children = std::vector<std::unique_ptr<child_process>>;

children fork_all(const contract_run& run, const std::function<std::string()>& work) {
    if (!run.subject().shared_between_processes) cannot_check("the store is one process's own");
    children all;
    for (std::size_t i = 0; i < process_count; ++i)
        all.push_back(std::make_unique<child_process>(work));
    return all;
}

void increments(contract_run& run) {
    constexpr std::size_t each_adds = 20;
    const auto counter = run.fresh("r");
    const auto all = fork_all(run, [&] {
        const auto mine = add_up(*run.open(), counter.key, each_adds);
        return std::to_string(mine.done) + " " + std::to_string(mine.unknown);
    });
    const auto store = run.open();
    create(*store, counter);
    for (const auto& each : all) each->let_go();
    added sum;
    for (const auto& each : all) {
        const auto text = each->wait();
        sum.done += std::stoul(text);
        sum.unknown += std::stoul(text.substr(text.find(' ')));
    }
    require_sum(*store, counter.key, sum);
}

void creators(contract_run& run) {
    const auto model = run.fresh("r");
    const auto all = fork_all(
        run, [&] { return std::string{name(run.open()->create(successor(model)).outcome)}; });
    for (const auto& each : all) each->let_go();
    std::size_t done = 0;
    std::size_t unknown = 0;
    for (const auto& each : all) {
        const auto outcome = each->wait();
        if (outcome == name(write_outcome::done)) ++done;
        if (outcome == name(write_outcome::unknown)) ++unknown;
    }
    require(done == 1 || (done == 0 && unknown > 0),
            "of several processes that create one key, not exactly one did");
    require(load(*run.open(), model.key).has_value(), "what a process created is not there");
}

// Both keep their connection open, and look before each write of the other's.
void seen_at_once(contract_run& run) {
    constexpr std::size_t rounds = 10;
    const auto r = run.fresh("r");
    std::shared_ptr<record_store> theirs; // the child's own
    const auto all = fork_all(run, [&] {
        if (!theirs) theirs = run.open();
        const auto seen = load_present(*theirs, r.key);
        const auto next = successor(seen);
        replace(*theirs, next, seen.version);
        return std::to_string(number_in(next));
    });
    const auto mine = run.open();
    create(*mine, r);
    for (std::size_t n = 1; n <= rounds; ++n) {
        (void)load(*mine, r.key); // fills a cache, if there is one
        const auto& child = all[n % all.size()];
        child->let_go();
        require(child->wait() == std::to_string(n),
                "a process did not see what another had written before");
        require(number_in(load_present(*mine, r.key)) == n,
                "a record is there as it was before another process replaced it");
    }
}

} // namespace

clause_group clauses_of_processes() {
    return {
        {{"processes.increments",
          "Of several processes that load and replace, none loses another's write."},
         increments},
        {{"processes.creators", "Of several processes that create one key, exactly one does."},
         creators},
        {{"processes.seen_at_once",
          "A load sees what another process wrote before: no cache of a process's own."},
         seen_at_once},
    };
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
