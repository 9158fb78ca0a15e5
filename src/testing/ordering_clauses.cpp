// A load that begins after a write was acknowledged sees it, through whichever connection: this is
// where a replica, a cache or an open snapshot shows.

#include <array>
#include <atomic>

#include "testing/contract_run.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

namespace {

constexpr std::size_t rounds = 10;

// Each write goes through one connection and is looked for through all of them.
void seen_at_once(contract_run& run, const std::vector<std::shared_ptr<record_store>>& stores) {
    const auto everywhere = [&](const record& wanted, const char* what) {
        for (const auto& each : stores) require_stored(*each, wanted, what);
    };
    const auto nowhere = [&](const std::string& key, const char* what) {
        for (const auto& each : stores) require_absent(*each, key, what);
    };
    for (std::size_t round = 0; round < rounds; ++round) {
        auto& writer = *stores[round % stores.size()];
        auto r = run.fresh(std::to_string(round));
        nowhere(r.key, "a record that is yet to be created");
        create(writer, r);
        everywhere(r, "a record that was just created");
        const auto next = successor(r);
        replace(writer, next, r.version);
        everywhere(next, "a record that was just replaced");
        erase(writer, r.key, next.version);
        nowhere(r.key, "a record that was just erased");
        create(writer, r);
        everywhere(r, "a record that was created anew");
    }
}

void own_writes(contract_run& run) { seen_at_once(run, {run.open()}); }
void others_writes(contract_run& run) { seen_at_once(run, {run.open(), run.open(), run.open()}); }

void versions_are_current(contract_run& run) {
    const auto one = run.open();
    const auto other = run.open();
    auto r = run.fresh("r");
    create(*one, r);
    for (std::size_t round = 0; round < rounds; ++round) {
        auto& writer = round % 2 == 0 ? *one : *other;
        auto& reader = round % 2 == 0 ? *other : *one;
        const auto seen = load_present(writer, r.key);
        (void)load_present(reader, r.key); // fills a cache, if there is one
        const auto next = successor(seen);
        require_outcome(writer.replace(next, seen.version), write_outcome::done,
                        "replace at the version that was just loaded");
        r = next;
    }
    require(number_in(load_present(*one, r.key)) == rounds,
            "a chain of replaces is shorter than it was acknowledged to be");
}

void lists(contract_run& run) {
    const auto one = run.open();
    const auto other = run.open();
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto r = run.fresh(std::to_string(round));
        const auto listed = [&] {
            return keys_listed(*other, r.kind, r.subject_owner).count(r.key) == 1;
        };
        require(!listed(), "a record is listed that is yet to be created");
        create(*one, r);
        require(listed(), "a record that was just created is not listed");
        erase(*one, r.key, r.version);
        require(!listed(), "a record that was just erased is listed");
    }
}

void replace_and_tell(record_store& store, record current, std::atomic<std::size_t>& acknowledged) {
    constexpr std::size_t writes = 20;
    while (acknowledged < writes) {
        const auto next = successor(current);
        replace(store, next, current.version);
        current = next;
        ++acknowledged;
    }
}

// One writes and says so, the others look: nobody may see less than was said before it looked.
void beside_readers(contract_run& run) {
    const std::array<std::shared_ptr<record_store>, 2> stores{run.open(), run.open()};
    race(run, [&](std::size_t n) {
        const auto first = run.fresh(std::to_string(n));
        create(*stores[0], first);
        std::atomic<std::size_t> acknowledged{0};
        countdown writing{1};
        in_threads(thread_count / 2, [&](std::size_t i) {
            if (i == 0) {
                const auto counted = writing.one_less_at_the_end();
                return replace_and_tell(*stores[0], first, acknowledged);
            }
            while (!writing.over()) {
                const std::size_t at_least = acknowledged;
                if (number_in(load_present(*stores[i % 2], first.key)) < at_least)
                    fail("load returned a record that had been replaced before it began");
            }
        });
    });
}

} // namespace

clause_group clauses_of_ordering() {
    return {
        {{"ordering.own_writes", "A load sees what its own connection wrote before."}, own_writes},
        {{"ordering.others_writes",
          "A load sees what any other connection wrote before: no replica, no cache."},
         others_writes},
        {{"ordering.current_version",
          "Where nobody else writes, replace succeeds at the version that load returned."},
         versions_are_current},
        {{"ordering.lists", "A list sees what was created and erased before it began."}, lists},
        {{"ordering.beside_readers",
          "A load that begins after a write was acknowledged sees it, while writes go on."},
         beside_readers},
    };
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
