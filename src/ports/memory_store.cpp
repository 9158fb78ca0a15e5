// Records in hash maps, split over shards by their key, so that two grants rarely share a lock.
//
// An index for each owner keeps its keys in order, which is the order of `list`: a page goes on
// after the last key that it looked at, so records that come and go meanwhile neither hide nor
// repeat another. The index changes under the record's lock, or a late clean-up would take a new
// record's entry for the old one's. Locks are taken in one order only, record before index, and
// never two of a kind.

#include "mcp_oauth/ports/memory_store.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <set>
#include <unordered_map>

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::size_t shard_count = 64;

std::size_t shard_of(std::string_view text) noexcept {
    return std::hash<std::string_view>{}(text) % shard_count;
}

// The keys are views into the records themselves, which do not move; so are those of the index.
struct record_shard {
    mutable std::mutex lock;
    std::unordered_map<std::string_view, std::unique_ptr<record>> records;
};

struct index_shard {
    std::mutex lock;
    std::unordered_map<std::string, std::set<std::string_view>> keys_of;
};

std::string index_name(record_kind kind, std::string_view owner) {
    std::string text(name(kind));
    text.push_back('/');
    text.append(owner);
    return text;
}

bool belongs_to(const record& r, record_kind kind, std::string_view owner) noexcept {
    return r.kind == kind && (r.subject_owner == owner || r.client_owner == owner);
}

} // namespace

struct memory_store::state {
    std::array<record_shard, shard_count> records;
    std::array<index_shard, shard_count> indexes;

    record_shard& shard(std::string_view key) noexcept { return records[shard_of(key)]; }

    // Requires, like all that follow: the lock of the record's shard.
    void enter(const record& r) {
        for (const auto* owner : {&r.subject_owner, &r.client_owner}) {
            if (owner->empty()) continue;
            auto index = index_name(r.kind, *owner);
            auto& shard = indexes[shard_of(index)];
            const std::lock_guard held(shard.lock);
            shard.keys_of[std::move(index)].insert(r.key);
        }
    }
    void leave(const record& r) {
        for (const auto* owner : {&r.subject_owner, &r.client_owner}) {
            if (owner->empty()) continue;
            const auto index = index_name(r.kind, *owner);
            auto& shard = indexes[shard_of(index)];
            const std::lock_guard held(shard.lock);
            const auto found = shard.keys_of.find(index);
            if (found == shard.keys_of.end()) continue;
            found->second.erase(r.key);
            if (found->second.empty()) shard.keys_of.erase(found);
        }
    }
    void overwrite(record& old, const record& next) {
        const bool same_owners = old.kind == next.kind && old.subject_owner == next.subject_owner &&
                                 old.client_owner == next.client_owner;
        if (!same_owners) leave(old);
        old.kind = next.kind;
        old.version = next.version;
        old.subject_owner = next.subject_owner;
        old.client_owner = next.client_owner;
        old.expires_at = next.expires_at;
        old.body = next.body;
        if (!same_owners) enter(old);
    }

    // The next keys of an owner, in order; takes the index's lock alone.
    std::vector<std::string> keys_after(record_kind kind, std::string_view owner,
                                        std::string_view after, std::size_t limit) {
        const auto index = index_name(kind, owner);
        auto& shard = indexes[shard_of(index)];
        const std::lock_guard held(shard.lock);
        std::vector<std::string> keys;
        const auto found = shard.keys_of.find(index);
        if (found == shard.keys_of.end()) return keys;
        for (auto at = found->second.upper_bound(after); at != found->second.end(); ++at) {
            if (keys.size() == limit) break;
            keys.emplace_back(*at);
        }
        return keys;
    }
};

memory_store::memory_store() : state_(std::make_unique<state>()) {}
memory_store::~memory_store() = default;

expected<std::optional<record>, unavailable> memory_store::load(std::string_view key) {
    auto& shard = state_->shard(key);
    const std::lock_guard held(shard.lock);
    const auto found = shard.records.find(key);
    if (found == shard.records.end()) return std::optional<record>{};
    return std::optional<record>{*found->second};
}

create_result memory_store::create(const record& fresh) {
    auto& shard = state_->shard(fresh.key);
    const std::lock_guard held(shard.lock);
    const auto found = shard.records.find(fresh.key);
    if (found != shard.records.end()) return {write_outcome::conflict, *found->second};
    auto kept = std::make_unique<record>(fresh);
    const auto& made = *kept;
    shard.records.emplace(made.key, std::move(kept));
    state_->enter(made);
    return {write_outcome::done, std::nullopt};
}

write_outcome memory_store::replace(const record& next, const record_version& expected) {
    auto& shard = state_->shard(next.key);
    const std::lock_guard held(shard.lock);
    const auto found = shard.records.find(next.key);
    if (found == shard.records.end() || found->second->version != expected)
        return write_outcome::conflict;
    state_->overwrite(*found->second, next);
    return write_outcome::done;
}

write_outcome memory_store::erase(std::string_view key, const record_version& expected) {
    auto& shard = state_->shard(key);
    const std::lock_guard held(shard.lock);
    const auto found = shard.records.find(key);
    if (found == shard.records.end() || found->second->version != expected)
        return write_outcome::conflict;
    state_->leave(*found->second);
    shard.records.erase(found);
    return write_outcome::done;
}

expected<record_page, unavailable> memory_store::list(record_kind kind, std::string_view owner,
                                                      std::string_view after, std::size_t limit) {
    record_page page;
    if (owner.empty()) return page; // records without an owner belong to nobody's list
    limit = std::max<std::size_t>(limit, 1);
    const auto keys = state_->keys_after(kind, owner, after, limit);
    for (const auto& key : keys) {
        auto& shard = state_->shard(key);
        const std::lock_guard held(shard.lock);
        const auto found = shard.records.find(key); // may be gone, or another's, by now
        if (found != shard.records.end() && belongs_to(*found->second, kind, owner))
            page.records.push_back(*found->second);
    }
    if (keys.size() == limit) page.next = keys.back();
    return page;
}

expected<std::size_t, unavailable> memory_store::sweep(instant now, std::size_t limit) {
    std::size_t dropped = 0;
    for (auto& shard : state_->records) {
        const std::lock_guard held(shard.lock);
        for (auto at = shard.records.begin(); at != shard.records.end() && dropped < limit;) {
            if (at->second->expires_at > now - sweep_margin) {
                ++at;
                continue;
            }
            state_->leave(*at->second);
            at = shard.records.erase(at);
            ++dropped;
        }
    }
    return dropped;
}

std::size_t memory_store::size() const {
    std::size_t sum = 0;
    for (const auto& shard : state_->records) {
        const std::lock_guard held(shard.lock);
        sum += shard.records.size();
    }
    return sum;
}

} // namespace v0
} // namespace mcp_oauth
