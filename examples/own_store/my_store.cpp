#include "my_store.hpp"

#include <algorithm>

using namespace mcp_oauth;

// [load]
my_store::result<std::optional<record>> my_store::load(std::string_view key) {
    const std::lock_guard held(lock_);
    const auto found = table_.find(key);
    if (found == table_.end()) return std::optional<record>{};
    return std::optional<record>{found->second};
}
// [load]

// [create]
create_result my_store::create(const record& fresh) {
    const std::lock_guard held(lock_);
    const auto [at, inserted] = table_.emplace(fresh.key, fresh);
    if (!inserted) return {write_outcome::conflict, at->second};
    return {write_outcome::done, std::nullopt};
}
// [create]

// [replace]
write_outcome my_store::replace(const record& next, const record_version& expected) {
    const std::lock_guard held(lock_);
    const auto found = table_.find(next.key);
    if (found == table_.end() || found->second.version != expected) return write_outcome::conflict;
    found->second = next; // every member: also the kind, the owners and the expiry
    return write_outcome::done;
}
// [replace]

// [erase]
write_outcome my_store::erase(std::string_view key, const record_version& expected) {
    const std::lock_guard held(lock_);
    const auto found = table_.find(key);
    if (found == table_.end() || found->second.version != expected) return write_outcome::conflict;
    table_.erase(found);
    return write_outcome::done;
}
// [erase]

// [list]
my_store::result<record_page> my_store::list(record_kind kind, std::string_view owner,
                                             std::string_view after, std::size_t limit) {
    record_page page;
    if (owner.empty()) return page; // records without an owner belong to nobody's list
    limit = (std::max)(limit, std::size_t{1});
    const std::lock_guard held(lock_);
    for (auto at = table_.upper_bound(after); at != table_.end(); ++at) {
        const auto& each = at->second;
        if (each.kind != kind) continue;
        if (each.subject_owner != owner && each.client_owner != owner) continue;
        page.records.push_back(each);
        if (page.records.size() < limit) continue;
        page.next = each.key; // the next page begins after it, whatever came or went meanwhile
        break;
    }
    return page;
}
// [list]

// [sweep]
my_store::result<std::size_t> my_store::sweep(instant now, std::size_t limit) {
    const std::lock_guard held(lock_);
    std::size_t dropped = 0;
    for (auto at = table_.begin(); at != table_.end() && dropped < limit;) {
        if (at->second.expires_at > now - sweep_margin) {
            ++at;
            continue;
        }
        at = table_.erase(at);
        ++dropped;
    }
    return dropped;
}
// [sweep]
