#include "server/verified_tokens.hpp"

#include <utility>

namespace mcp_oauth {
inline namespace v0 {

verified_entry verified_tokens::find(const digest256& token) const {
    const auto& mine = shard_of(token);
    const std::lock_guard<std::mutex> lock{mine.guard};
    const auto found = mine.entries.find(token);
    return found == mine.entries.end() ? verified_entry{} : found->second;
}

void verified_tokens::insert(const digest256& token, verified_entry entry) {
    if (is_off()) return;
    auto& mine = shard_of(token);
    const std::lock_guard<std::mutex> lock{mine.guard};
    if (const auto found = mine.entries.find(token); found != mine.entries.end()) {
        found->second = std::move(entry);
        return;
    }
    while (mine.order.size() >= most_in_shard_) {
        mine.entries.erase(mine.order.front());
        mine.order.pop_front();
    }
    mine.entries.emplace(token, std::move(entry));
    mine.order.push_back(token);
}

std::size_t verified_tokens::size() const {
    std::size_t all = 0;
    for (const auto& each : shards_) {
        const std::lock_guard<std::mutex> lock{each.guard};
        all += each.entries.size();
    }
    return all;
}

} // namespace v0
} // namespace mcp_oauth
