#include "server/verified_tokens.hpp"

#include <utility>

namespace mcp_oauth {
inline namespace v0 {

verified_entry verified_tokens::find(const digest256& token) const {
    const auto& mine = entries_.of(token);
    const std::lock_guard<std::mutex> lock{mine.guard};
    const auto* found = mine.find(token);
    return found == nullptr ? verified_entry{} : *found;
}

void verified_tokens::insert(const digest256& token, verified_entry entry) {
    if (is_off()) return;
    auto& mine = entries_.of(token);
    const std::lock_guard<std::mutex> lock{mine.guard};
    if (auto* found = mine.find(token)) {
        *found = std::move(entry);
        return;
    }
    while (mine.size() >= most_in_shard_) mine.drop_oldest();
    mine.add(token, std::move(entry));
}

} // namespace v0
} // namespace mcp_oauth
