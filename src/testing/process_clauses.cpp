// Several processes on one database. Each child opens a store of its own; until all are forked, no
// store is open and no thread runs.

#include <algorithm>
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

// What a child does in one round, with a connection that it keeps.
using child_work = std::function<std::string(record_store& store, std::size_t round)>;

// The children live in this function, which none of them leaves; the parent leaves at once.
children fork_all(const contract_run& run, const child_work& work) {
    if (!run.subject().shared_between_processes) cannot_check("the store is one process's own");
    std::shared_ptr<record_store> store;
    std::size_t rounds = 0;
    const auto one_round = [&] {
        if (!store) store = run.open();
        return work(*store, rounds++);
    };
    children all;
    while (all.size() < process_count) all.push_back(std::make_unique<child_process>(one_round));
    return all;
}

// Has all of them work at once. Returns: what each says of it.
std::vector<std::string> one_round_of(const children& all) {
    for (const auto& each : all) each->let_go();
    std::vector<std::string> answers;
    for (const auto& each : all) answers.push_back(each->wait());
    return answers;
}

void increments(contract_run& run) {
    constexpr std::size_t each_adds = 10;
    const auto all = fork_all(run, [&](record_store& store, std::size_t round) {
        const auto mine = add_up(store, run.key(std::to_string(round)), each_adds);
        return std::to_string(mine.done) + " " + std::to_string(mine.unknown);
    });
    const auto store = run.open();
    race(run, [&](std::size_t round) {
        const auto counter = run.fresh(std::to_string(round));
        create(*store, counter);
        added sum;
        for (const auto& answer : one_round_of(all)) {
            sum.done += std::stoul(answer);
            sum.unknown += std::stoul(answer.substr(answer.find(' ')));
        }
        require_sum(*store, counter.key, sum);
    });
}

void creators(contract_run& run) {
    const auto all = fork_all(run, [&](record_store& store, std::size_t round) {
        return std::string{name(store.create(run.fresh(std::to_string(round))).outcome)};
    });
    const auto store = run.open();
    race(run, [&](std::size_t round) {
        const auto answers = one_round_of(all);
        const auto count = [&](write_outcome which) {
            return std::count(answers.begin(), answers.end(), name(which));
        };
        const auto done = count(write_outcome::done);
        if (done != 1 && !(done == 0 && count(write_outcome::unknown) > 0))
            fail("of several processes that created one key at once, " + std::to_string(done) +
                 " were done");
        require(load(*store, run.key(std::to_string(round))).has_value(),
                "what a process created is not there");
    });
}

// All keep their connections open, and look before each write of another's.
void seen_at_once(contract_run& run) {
    constexpr std::size_t rounds = 10;
    const auto r = run.fresh("r");
    const auto all = fork_all(run, [&](record_store& store, std::size_t) {
        const auto seen = load_present(store, r.key);
        const auto next = successor(seen);
        replace(store, next, seen.version);
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
