#include "my_store.hpp"

#include <algorithm>

namespace oauth = mcp_oauth;

// [load]
my_store::result<std::optional<oauth::record>> my_store::load(std::string_view key) {
    const std::lock_guard held(lock_);
    const auto found = table_.find(key);
    if (found == table_.end()) return std::optional<oauth::record>{};
    return std::optional<oauth::record>{found->second};
}
// [load]

// [create]
oauth::create_result my_store::create(const oauth::record& fresh) {
    const std::lock_guard held(lock_);
    const auto [at, inserted] = table_.emplace(fresh.key, fresh);
    if (!inserted) return {oauth::write_outcome::conflict, at->second};
    return {oauth::write_outcome::done, std::nullopt};
}
// [create]

// [replace]
oauth::write_outcome my_store::replace(const oauth::record& next,
                                       const oauth::record_version& expected) {
    const std::lock_guard held(lock_);
    const auto found = table_.find(next.key);
    if (found == table_.end() || found->second.version != expected)
        return oauth::write_outcome::conflict;
    found->second = next; // every member: also the kind, the owners and the expiry
    return oauth::write_outcome::done;
}
// [replace]

// [erase]
oauth::write_outcome my_store::erase(std::string_view key, const oauth::record_version& expected) {
    const std::lock_guard held(lock_);
    const auto found = table_.find(key);
    if (found == table_.end() || found->second.version != expected)
        return oauth::write_outcome::conflict;
    table_.erase(found);
    return oauth::write_outcome::done;
}
// [erase]

// [list]
my_store::result<oauth::record_page> my_store::list(oauth::record_kind kind, std::string_view owner,
                                                    std::string_view after, std::size_t limit) {
    oauth::record_page page;
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
my_store::result<std::size_t> my_store::sweep(oauth::instant now, std::size_t limit) {
    const std::lock_guard held(lock_);
    std::size_t dropped = 0;
    for (auto at = table_.begin(); at != table_.end() && dropped < limit;) {
        if (at->second.expires_at > now - oauth::sweep_margin) {
            ++at;
            continue;
        }
        at = table_.erase(at);
        ++dropped;
    }
    return dropped;
}
// [sweep]
