#include "testing/fault_steps.hpp"

#include <thread>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

namespace {

// What a busy machine may add to a time-out before the caller runs again.
constexpr milliseconds scheduling{250};
constexpr milliseconds between_looks{5};

template <class Call> auto in_time(const contract_run& run, const char* name, Call&& call) {
    const auto begun = steady::now();
    auto answer = call();
    const auto took = std::chrono::duration_cast<milliseconds>(steady::now() - begun);
    const auto limit = run.subject().operation_limit;
    if (took > limit + scheduling)
        fail(std::string{name} + " took " + std::to_string(took.count()) + " ms, and has " +
             std::to_string(limit.count()));
    return answer;
}

const char* verb(write_call call) noexcept {
    switch (call) {
    case write_call::create: return "create";
    case write_call::replace: return "replace";
    case write_call::erase: return "erase";
    }
    return "";
}

const record& subject_of(const attempt& a) { return a.before ? *a.before : *a.after; }

// The record and both lists of it, as `wanted` says.
bool stands(record_store& witness, const attempt& a, const std::optional<record>& wanted) {
    const auto there = load(witness, subject_of(a).key);
    if (there.has_value() != wanted.has_value()) return false;
    if (wanted && !same(*there, *wanted)) return false;
    for (const auto* side : {&a.before, &a.after}) {
        if (!*side) continue;
        for (const auto& owner : {(*side)->subject_owner, (*side)->client_owner}) {
            const bool listed = keys_listed(witness, (*side)->kind, owner).count((*side)->key) == 1;
            const bool due =
                wanted && (wanted->subject_owner == owner || wanted->client_owner == owner);
            if (listed != due) return false;
        }
    }
    return true;
}

void judge_once(record_store& witness, const attempt& a) {
    const bool undone = stands(witness, a, a.before);
    const bool done = stands(witness, a, a.after);
    const auto answered = std::string{verb(a.call)} + " answered " + std::string{name(a.outcome)};
    if (a.outcome == write_outcome::conflict) fail(answered + ", and nobody else wrote");
    if (!done && !undone) fail(answered + ", and was carried out by half");
    if (a.outcome == write_outcome::done && !done) fail(answered + ", and was not written");
    if (a.outcome == write_outcome::unavailable && !undone) fail(answered + ", and was written");
}

} // namespace

std::shared_ptr<record_store> open_warm(contract_run& run) {
    auto store = run.open_faulty();
    require_absent(*store, run.key("before the fault"), "a record that was never written");
    return store;
}

attempt prepare(contract_run& run, record_store& witness, write_call call, std::size_t nth) {
    const auto id = std::string{verb(call)} + " " + std::to_string(nth);
    auto r = run.fresh(id);
    r.subject_owner = run.owner(id);
    r.client_owner = run.owner(id + " client");
    attempt a;
    a.call = call;
    if (call != write_call::create) a.before = r;
    if (call != write_call::erase) a.after = a.before ? successor(r) : r;
    if (call == write_call::replace) a.after->subject_owner = run.owner(id + " next");
    if (a.before) create(witness, *a.before);
    return a;
}

void carry_out(const contract_run& run, record_store& store, attempt& a) {
    a.outcome = in_time(run, verb(a.call), [&] {
        switch (a.call) {
        case write_call::create: return store.create(*a.after).outcome;
        case write_call::replace: return store.replace(*a.after, a.before->version);
        case write_call::erase: break;
        }
        return store.erase(a.before->key, a.before->version);
    });
}

void judge(const contract_run& run, record_store& witness, const attempt& a) {
    // Nobody knows when an unknown write lands: it may do so between two looks.
    const auto end = steady::now() + run.subject().operation_limit;
    for (;;) {
        try {
            return judge_once(witness, a);
        } catch (const failure&) {
            if (a.outcome != write_outcome::unknown || steady::now() > end) throw;
        }
        std::this_thread::sleep_for(between_looks);
    }
}

void read_truly(const contract_run& run, record_store& store, const record& there) {
    const auto loaded = in_time(run, "load", [&] { return store.load(there.key); });
    if (loaded && !(*loaded && same(**loaded, there)))
        fail("load met a fault, and told of another record than there is, or of none");
    const auto page =
        in_time(run, "list", [&] { return store.list(there.kind, there.subject_owner, {}, 100); });
    if (page && !(page->records.size() == 1 && same(page->records.front(), there)))
        fail("list met a fault, and told of other records than there are");
}

void require_recovery(contract_run& run, record_store& store, const char* fault) {
    const auto end = steady::now() + run.subject().operation_limit;
    const auto after = std::string{"after "} + fault;
    const auto witness = run.open();
    for (std::size_t n = 0;; ++n) {
        const auto r = run.fresh(after + " " + std::to_string(n));
        const auto outcome = store.create(r).outcome;
        if (outcome == write_outcome::conflict)
            fail(after + ", create under a new key answered conflict");
        if (outcome == write_outcome::done) {
            require_stored(*witness, r, "what was created after a fault");
            return require_stored(store, r, "what was created after a fault");
        }
        if (steady::now() > end)
            fail(after + " was healed, create still answers " + std::string{name(outcome)});
        std::this_thread::sleep_for(between_looks);
    }
}

void add_one_if_possible(record_store& store, std::string_view key, added& mine) {
    const auto seen = store.load(key);
    if (!seen) return;
    if (!*seen) fail("load met a fault, and told that there is no record");
    const auto outcome = store.replace(successor(**seen), (**seen).version);
    if (outcome == write_outcome::done) ++mine.done;
    if (outcome == write_outcome::unknown) ++mine.unknown;
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
