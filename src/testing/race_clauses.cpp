// Threads that write one key at the same time, half of them through one connection and half through
// another.

#include <algorithm>
#include <array>
#include <atomic>

#include "testing/races.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

added add_up(record_store& store, std::string_view key, std::size_t times) {
    const patience limited;
    added mine;
    while (mine.done + mine.unknown < times) {
        const auto seen = load_present(store, key);
        switch (store.replace(successor(seen), seen.version)) {
        case write_outcome::done: ++mine.done; break;
        case write_outcome::unknown: ++mine.unknown; break;
        case write_outcome::conflict:
        case write_outcome::unavailable: break; // not written: once more
        }
        limited.spend("a writer that loads and replaces lost against others for a minute");
    }
    return mine;
}

void require_sum(record_store& store, std::string_view key, const added& all) {
    const auto number = number_in(load_present(store, key));
    if (number >= all.done && number <= all.done + all.unknown) return;
    fail("the counter says " + std::to_string(number) + ", but " + std::to_string(all.done) +
         " increments were done");
}

namespace {

using two_stores = std::array<std::shared_ptr<record_store>, 2>;

two_stores open_two(const contract_run& run) { return {run.open(), run.open()}; }

// Exactly one write of many may say `done`. An `unknown` may be the one, and nothing else may.
void require_one_winner(const std::vector<write_outcome>& outcomes, const char* what) {
    const auto count = [&](write_outcome which) {
        return std::count(outcomes.begin(), outcomes.end(), which);
    };
    const auto done = count(write_outcome::done);
    if (done == 1 || (done == 0 && count(write_outcome::unknown) > 0)) return;
    fail("of " + std::to_string(outcomes.size()) + " " + what + ", " + std::to_string(done) +
         " were done");
}

void increments(contract_run& run) {
    constexpr std::size_t each_adds = 10;
    const auto stores = open_two(run);
    race(run, [&](std::size_t n) {
        const auto counter = run.fresh(std::to_string(n));
        create(*stores[0], counter);
        std::array<added, thread_count> parts;
        in_threads(thread_count, [&](std::size_t i) {
            parts[i] = add_up(*stores[i % 2], counter.key, each_adds);
        });
        added all;
        for (const auto& part : parts) {
            all.done += part.done;
            all.unknown += part.unknown;
        }
        require_sum(*stores[0], counter.key, all);
    });
}

void creators(contract_run& run) {
    const auto stores = open_two(run);
    race(run, [&](std::size_t n) {
        const auto model = run.fresh(std::to_string(n));
        std::vector<create_result> results(thread_count);
        std::vector<record> mine(thread_count);
        in_threads(thread_count, [&](std::size_t i) {
            mine[i] = successor(model);
            results[i] = stores[i % 2]->create(mine[i]);
        });
        std::vector<write_outcome> outcomes;
        for (const auto& each : results) outcomes.push_back(each.outcome);
        require_one_winner(outcomes, "creates of one key at once");
        const auto there = load_present(*stores[0], model.key, "what many created at once");
        for (std::size_t i = 0; i < results.size(); ++i) {
            if (results[i].outcome == write_outcome::done && !same(mine[i], there))
                fail("create was done, and another's record is there");
            if (results[i].outcome != write_outcome::conflict) continue;
            if (!results[i].existing || !same(*results[i].existing, there))
                fail("create answered conflict without the record that won");
        }
    });
}

void replacers(contract_run& run) {
    const auto stores = open_two(run);
    race(run, [&](std::size_t n) {
        const auto first = run.fresh(std::to_string(n));
        create(*stores[0], first);
        std::vector<write_outcome> outcomes(thread_count);
        std::vector<record> mine(thread_count);
        in_threads(thread_count, [&](std::size_t i) {
            mine[i] = successor(first);
            outcomes[i] = stores[i % 2]->replace(mine[i], first.version);
        });
        require_one_winner(outcomes, "replaces at one version at once");
        const auto there = load_present(*stores[0], first.key, "what many replaced at once");
        for (std::size_t i = 0; i < outcomes.size(); ++i)
            if (outcomes[i] == write_outcome::done && !same(mine[i], there))
                fail("replace was done, and another's record is there");
    });
}

void erase_or_replace(contract_run& run) {
    const auto stores = open_two(run);
    race(run, [&](std::size_t n) {
        const auto first = run.fresh(std::to_string(n));
        create(*stores[0], first);
        std::vector<write_outcome> outcomes(thread_count);
        in_threads(thread_count, [&](std::size_t i) {
            auto& store = *stores[i % 2];
            outcomes[i] = i < thread_count / 2 ? store.erase(first.key, first.version)
                                               : store.replace(successor(first), first.version);
        });
        require_one_winner(outcomes, "erases and replaces at one version at once");
        const bool replaced = std::find(outcomes.begin() + thread_count / 2, outcomes.end(),
                                        write_outcome::done) != outcomes.end();
        const bool erased = std::find(outcomes.begin(), outcomes.begin() + thread_count / 2,
                                      write_outcome::done) != outcomes.begin() + thread_count / 2;
        const bool there = load(*stores[0], first.key).has_value();
        require(!(replaced && !there), "replace was done, and an erase took its record");
        require(!(erased && there), "erase was done, and a record is there");
    });
}

// Nothing is shared here but the connection: what one thread asks, another must not be told.
void one_object(contract_run& run) {
    const auto store = run.open();
    race(run, [&](std::size_t n) {
        in_threads(thread_count, [&](std::size_t i) {
            auto r = run.fresh(std::to_string(n) + "/" + std::to_string(i));
            r.subject_owner = run.owner(std::to_string(i));
            require_absent(*store, r.key, "another thread's record");
            create(*store, r);
            require_stored(*store, r, "this thread's record, beside other threads");
            const auto next = successor(r);
            replace(*store, next, r.version);
            require_stored(*store, next, "this thread's record, beside other threads");
            require(keys_listed(*store, r.kind, r.subject_owner) == std::set<std::string>{r.key},
                    "this thread's owner has not exactly this thread's record, beside others");
            erase(*store, r.key, next.version);
            require_absent(*store, r.key, "what this thread erased, beside other threads,");
        });
    });
}

void in_time(contract_run& run) {
    const auto stores = open_two(run);
    const auto counter = run.fresh("r");
    create(*stores[0], counter);
    std::array<steady::duration, thread_count> longest{};
    in_threads(thread_count, [&](std::size_t i) {
        for (std::size_t n = 0; n < 10; ++n) {
            const auto seen = load_present(*stores[i % 2], counter.key);
            const auto begun = steady::now();
            (void)stores[i % 2]->replace(successor(seen), seen.version);
            longest[i] = std::max(longest[i], steady::now() - begun);
        }
    });
    require(*std::max_element(longest.begin(), longest.end()) <= run.subject().operation_limit,
            "a replace that met others took longer than operation_limit");
}

} // namespace

clause_group clauses_of_races() {
    return {
        {{"races.increments", "Of writers who load and replace, none loses another's write."},
         increments},
        {{"races.creators",
          "Of many who create one key at once exactly one does, and the others see its record."},
         creators},
        {{"races.replacers",
          "Of many who replace one version at once exactly one does, and its record is there."},
         replacers},
        {{"races.erase_or_replace",
          "Of erases and replaces at one version at once exactly one is done."},
         erase_or_replace},
        {{"races.one_object", "One object answers many threads, each its own question."},
         one_object},
        {{"races.in_time", "A write that meets others ends within operation_limit."}, in_time},
    };
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
