// expires_at is for cleaning only. The sweeps here are those of the year 1990: they see whether a
// store goes by the time that it is told, and drop nothing that anybody else needs.

#include <array>

#include "testing/contract_run.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

namespace {

constexpr instant then = from_unix_seconds(631'152'000); // 1 January 1990
constexpr instant all_due = then + sweep_margin;
constexpr milliseconds one_ms{1};

void require_usable(contract_run& run, instant expires_at, const char* name) {
    const auto store = run.open();
    auto r = run.fresh(name);
    r.expires_at = expires_at;
    create(*store, r);
    require_stored(*store, r, "an expired record");
    require_stored(*run.open(), r, "an expired record, seen through another connection");
    require(keys_listed(*store, r.kind, r.subject_owner).count(r.key) == 1,
            "an expired record is not listed");
    const auto again = store->create(successor(r));
    require_outcome(again.outcome, write_outcome::conflict, "create over an expired record");
    require(again.existing && same(*again.existing, r),
            "create over an expired record does not return it");
    auto next = successor(r);
    replace(*store, next, r.version);
    require_stored(*store, next, "an expired record that was replaced");
    auto renewed = successor(next);
    renewed.expires_at = system_clock{}.now() + std::chrono::hours{1};
    replace(*store, renewed, next.version);
    require_stored(*store, renewed, "an expired record that was renewed");
    replace(*store, next, renewed.version); // and back
    erase(*store, r.key, next.version);
    require_absent(*store, r.key, "an expired record that was erased");
}

void within_margin(contract_run& run) {
    const auto now = system_clock{}.now();
    require_usable(run, now - one_ms, "just expired");
    require_usable(run, now - sweep_margin + std::chrono::minutes{1}, "expired four minutes ago");
}

void never_hidden(contract_run& run) {
    if (run.subject().drops_by_itself)
        cannot_check("the store drops by itself, and may drop these at once");
    require_usable(run, then, "expired long ago");
    require_usable(run, from_unix_ms(0), "expired in 1970");
}

// A store to sweep in, with nothing in it that is due at `all_due`.
std::shared_ptr<record_store> open_swept(const contract_run& run) {
    if (!run.subject().sweeps) cannot_check("the store leaves sweep out");
    if (run.subject().drops_by_itself)
        cannot_check("the store drops by itself, and may come before the sweep");
    const auto store = run.open();
    const patience limited;
    for (;;) {
        const auto dropped = store->sweep(all_due, 1000);
        if (!dropped) fail("sweep answered unavailable, and there was no fault");
        if (*dropped == 0) return store;
        limited.spend("sweep finds something to drop again and again");
    }
}

std::size_t sweep(record_store& store, instant now, std::size_t limit = 1000) {
    const auto dropped = store.sweep(now, limit);
    if (!dropped) fail("sweep answered unavailable, and there was no fault");
    return *dropped;
}

record due(contract_run& run, std::string_view name) {
    auto r = run.fresh(name);
    r.expires_at = then;
    return r;
}

void sweep_margin_holds(contract_run& run) {
    const auto store = open_swept(run);
    const auto r = due(run, "due");
    auto later = due(run, "due a millisecond later");
    later.expires_at = then + one_ms;
    create(*store, r);
    create(*store, later);
    for (const auto now : {then - one_ms, then, then + one_ms, then + sweep_margin - one_ms})
        require(sweep(*store, now) == 0, "sweep dropped something before sweep_margin was over");
    require_stored(*store, r, "a record within sweep_margin");
    require(sweep(*store, then + sweep_margin) == 1,
            "at the end of sweep_margin, sweep did not drop the one record that is due");
    require_absent(*store, r.key, "a swept record");
    require(keys_listed(*store, r.kind, r.subject_owner) == std::set<std::string>{later.key},
            "after a sweep, the list is not exactly what was left");
    require_stored(*store, later, "a record that was not due yet");
}

void sweep_limit(contract_run& run) {
    const auto store = open_swept(run);
    constexpr std::size_t count = 5;
    for (std::size_t i = 0; i < count; ++i) create(*store, due(run, std::to_string(i)));
    require(sweep(*store, all_due, 0) == 0, "sweep dropped more than its limit of 0");
    require(sweep(*store, all_due, 2) == 2, "sweep did not drop 2 of 5, its limit being 2");
    const auto left = keys_listed(*store, record_kind::grant, run.owner("subject")).size();
    require(left == count - 2, "sweep dropped another number than it returned");
    require(sweep(*store, all_due) == count - 2, "sweep did not drop what was left");
    require(sweep(*store, all_due) == 0, "sweep counted records where there were none");
}

void sweep_kinds(contract_run& run) {
    const auto store = open_swept(run);
    for (const auto kind : record_kinds) {
        auto r = due(run, mcp_oauth::name(kind));
        r.kind = kind;
        r.subject_owner.clear();
        if (kind == record_kind::secret_check) r.client_owner.clear();
        create(*store, r);
    }
    require(sweep(*store, all_due) == record_kinds.size(),
            "sweep did not drop what is due of every kind");
}

void sweep_renewed(contract_run& run) {
    const auto store = open_swept(run);
    const auto r = due(run, "r");
    create(*store, r);
    auto next = successor(r);
    next.expires_at = then + one_ms;
    replace(*store, next, r.version);
    require(sweep(*store, all_due) == 0, "sweep dropped a record that had been renewed");
    require_stored(*store, next, "a renewed record");
    auto shortened = successor(next);
    shortened.expires_at = then;
    replace(*store, shortened, next.version);
    require(sweep(*store, all_due) == 1, "sweep did not drop a record whose time was cut short");
}

// Creates due records and renews them. Returns: those whose renewal was done.
std::vector<record> renew_some(contract_run& run, record_store& store, const std::string& names) {
    std::vector<record> renewed;
    for (std::size_t round = 0; round < 10; ++round) {
        const auto r = due(run, names + std::to_string(round));
        create(store, r);
        auto next = successor(r);
        next.expires_at = then + std::chrono::hours{1};
        const auto outcome = store.replace(next, r.version);
        if (outcome == write_outcome::done)
            renewed.push_back(next);
        else
            require_outcome(outcome, write_outcome::conflict, "a renewal beside a sweep");
    }
    return renewed;
}

// Half of the threads renew due records, and the others sweep them.
void sweep_beside_writers(contract_run& run) {
    const auto swept = open_swept(run);
    const std::array<std::shared_ptr<record_store>, 2> stores{swept, run.open()};
    race(run, [&](std::size_t n) {
        countdown writing{thread_count / 2};
        std::array<std::vector<record>, thread_count> renewed;
        in_threads(thread_count, [&](std::size_t i) {
            auto& store = *stores[(i / 2) % 2];
            if (i % 2 == 1) {
                do (void)sweep(store, all_due, 3);
                while (!writing.over());
                return;
            }
            const auto counted = writing.one_less_at_the_end();
            renewed[i] = renew_some(run, store, std::to_string(n) + "/" + std::to_string(i) + "/");
        });
        for (const auto& records : renewed)
            for (const auto& each : records)
                require_stored(*swept, each, "a record that was renewed beside a sweep");
    });
}

} // namespace

clause_group clauses_of_expiry() {
    return {
        {{"expiry.within_margin",
          "For five minutes after expires_at a record is as usable as before."},
         within_margin},
        {{"expiry.never_hidden",
          "No record is hidden or refused because of its expires_at, until it is dropped."},
         never_hidden},
        {{"sweep.margin", "sweep drops a record sweep_margin after expires_at, by the time it is "
                          "told, and not a millisecond earlier."},
         sweep_margin_holds},
        {{"sweep.limit", "sweep drops up to limit records, and returns how many."}, sweep_limit},
        {{"sweep.kinds", "sweep drops records of every kind, with and without owners."},
         sweep_kinds},
        {{"sweep.renewed", "sweep goes by the expires_at that a record has now."}, sweep_renewed},
        {{"sweep.beside_writers", "A record that was renewed while a sweep goes on stays."},
         sweep_beside_writers},
    };
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
