// The three conditional writes: what each does, at which version, and what it leaves alone.

#include "testing/contract_run.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

namespace {

void create_conflict(contract_run& run) {
    const auto store = run.open();
    const auto first = run.fresh("r");
    create(*store, first);
    auto second = successor(first);
    second.kind = record_kind::client;
    second.subject_owner = run.owner("another");
    const auto again = store->create(second);
    require_outcome(again.outcome, write_outcome::conflict, "create under a key that is taken");
    require(again.existing.has_value(), "create answered conflict without the existing record");
    const auto unlike = difference(*again.existing, first);
    if (!unlike.empty()) fail("of the existing record that create returned, " + unlike);
    require_stored(*store, first, "the record that was there before");
    require(keys_listed(*store, second.kind, second.subject_owner).empty(),
            "what was not created is listed");
}

void replace_absent(contract_run& run) {
    const auto store = run.open();
    const auto r = run.fresh("r");
    require_outcome(store->replace(r, fresh_version()), write_outcome::conflict,
                    "replace of a record that is absent");
    require_outcome(store->replace(r, r.version), write_outcome::conflict,
                    "replace of an absent record, the new version being the expected one");
    require_absent(*store, r.key, "a record that was only ever replaced");
}

// Each differs from `version` in one bit of one octet.
std::vector<record_version> near_misses(const record_version& version) {
    std::vector<record_version> others;
    for (std::size_t i = 0; i < version.size(); ++i) {
        others.push_back(version);
        others.back()[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    }
    return others;
}

void replace_version(contract_run& run) {
    const auto store = run.open();
    const auto first = run.fresh("r");
    create(*store, first);
    const auto next = successor(first);
    for (const auto& other : near_misses(first.version))
        require_outcome(store->replace(next, other), write_outcome::conflict,
                        "replace at a version that differs in one bit");
    require_outcome(store->replace(next, next.version), write_outcome::conflict,
                    "replace at the version that is to be written");
    require_stored(*store, first, "a record that no replace matched");
    replace(*store, next, first.version);
    require_outcome(store->replace(successor(next), first.version), write_outcome::conflict,
                    "replace at the version before the last");
    require_stored(*store, next, "the record that was put in its place");
}

void replace_every_member(contract_run& run) {
    const auto store = run.open();
    const auto first = run.fresh("r");
    create(*store, first);
    auto next = successor(first);
    next.kind = record_kind::consent;
    next.subject_owner = run.owner("another");
    next.client_owner.clear();
    next.expires_at += milliseconds{12'345};
    replace(*store, next, first.version);
    require_stored(*store, next, "the record that was put in its place");
    for (const auto kind : {first.kind, next.kind})
        for (const auto& owner : {first.subject_owner, first.client_owner})
            require(keys_listed(*store, kind, owner).empty(),
                    "a replaced record is listed under its former owner");
    require(keys_listed(*store, first.kind, next.subject_owner).empty(),
            "a replaced record is listed under its former kind");
    require(keys_listed(*store, next.kind, next.subject_owner).count(next.key) == 1,
            "a replaced record is not listed under its new owner and kind");
}

void replace_alone(contract_run& run) {
    const auto store = run.open();
    const auto one = run.fresh("one");
    auto other = run.fresh("other");
    other.version = one.version; // a restored backup may well bring that about
    create(*store, one);
    create(*store, other);
    replace(*store, successor(one), one.version);
    require_stored(*store, other, "another record of the same version");
    erase(*store, other.key, other.version);
    require(load(*store, one.key).has_value(), "erase took another record along");
}

void erase_absent(contract_run& run) {
    const auto store = run.open();
    require_outcome(store->erase(run.key("r"), fresh_version()), write_outcome::conflict,
                    "erase of a record that is absent");
}

void erase_version(contract_run& run) {
    const auto store = run.open();
    const auto r = run.fresh("r");
    create(*store, r);
    for (const auto& other : near_misses(r.version))
        require_outcome(store->erase(r.key, other), write_outcome::conflict,
                        "erase at a version that differs in one bit");
    require_stored(*store, r, "a record that no erase matched");
    erase(*store, r.key, r.version);
    require_absent(*store, r.key, "an erased record");
    require_outcome(store->erase(r.key, r.version), write_outcome::conflict, "a second erase");
    for (const auto& owner : {r.subject_owner, r.client_owner})
        require(keys_listed(*store, r.kind, owner).empty(), "an erased record is listed");
}

void new_life(contract_run& run) {
    const auto store = run.open();
    const auto first = run.fresh("r");
    create(*store, first);
    erase(*store, first.key, first.version);
    auto second = successor(first);
    create(*store, second);
    require_outcome(store->replace(successor(second), first.version), write_outcome::conflict,
                    "a late replace that means the key's former life");
    require_outcome(store->erase(first.key, first.version), write_outcome::conflict,
                    "a late erase that means the key's former life");
    require_stored(*store, second, "the key's new life");
}

} // namespace

clause_group clauses_of_writes() {
    return {
        {{"create.conflict", "Where a record exists under its key, create changes nothing, and "
                             "returns conflict with that record."},
         create_conflict},
        {{"replace.absent", "replace of an absent record is a conflict, and creates nothing."},
         replace_absent},
        {{"replace.version", "replace happens at the expected version only, to the last bit."},
         replace_version},
        {{"replace.every_member",
          "replace takes over every member, kind and owners too, and list follows."},
         replace_every_member},
        {{"replace.alone", "A write touches the record under its key, and no other."},
         replace_alone},
        {{"erase.absent", "erase of an absent record is a conflict."}, erase_absent},
        {{"erase.version", "erase happens at the expected version only, and leaves nothing."},
         erase_version},
        {{"erase.new_life", "A late write cannot hit a new life of the key."}, new_life},
    };
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
