#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/digest_hash.hpp"
#include "mcp_oauth/base/crypto.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Values by SHA-256, in shards that each have a lock of their own, so that threads seldom meet.
/// In a shard the values have an age: the oldest is the one that goes for another.
template <class Value> class digest_shards {
public:
    static constexpr std::size_t count = 16;

    /// All of it is for whoever holds `guard`.
    class shard {
    public:
        mutable std::mutex guard;

        /// Null where there is none. Good until the shard changes.
        /// @{
        [[nodiscard]] Value* find(const digest256& digest) {
            const auto found = values_.find(digest);
            return found == values_.end() ? nullptr : &found->second;
        }
        [[nodiscard]] const Value* find(const digest256& digest) const {
            const auto found = values_.find(digest);
            return found == values_.end() ? nullptr : &found->second;
        }
        /// @}

        /// The youngest from here on. Requires: there is none of this digest.
        void add(const digest256& digest, Value value) {
            values_.emplace(digest, std::move(value));
            order_.push_back(digest);
        }
        [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }
        /// Both require: there is one.
        /// @{
        [[nodiscard]] const Value& oldest() const { return values_.at(order_.front()); }
        void drop_oldest() {
            values_.erase(order_.front());
            order_.pop_front();
        }
        /// @}

    private:
        std::unordered_map<digest256, Value, digest_hash> values_;
        std::deque<digest256> order_; // the oldest in front
    };

    /// Chosen by the last octet; the first ones choose the place in the shard.
    /// @{
    [[nodiscard]] shard& of(const digest256& digest) { return shards_[digest.back() % count]; }
    [[nodiscard]] const shard& of(const digest256& digest) const {
        return shards_[digest.back() % count];
    }
    /// @}

    /// Of all shards, one after the other.
    [[nodiscard]] std::size_t size() const {
        std::size_t all = 0;
        for (const auto& each : shards_) {
            const std::lock_guard<std::mutex> lock{each.guard};
            all += each.size();
        }
        return all;
    }

private:
    std::array<shard, count> shards_;
};

} // namespace v0
} // namespace mcp_oauth
