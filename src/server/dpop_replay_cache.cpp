#include "server/dpop_replay_cache.hpp"

namespace mcp_oauth {
inline namespace v0 {

bool dpop_replay_cache::insert(const dpop_proof& proof, instant now) {
    const auto& digest = proof.replay_digest();
    // The last octet chooses the shard, the first ones the place in it.
    auto& mine = shards_[digest.back() % shards];
    const std::lock_guard<std::mutex> lock{mine.guard};
    const auto found = mine.seen.find(digest);
    if (found != mine.seen.end() && now < found->second) return false;
    const auto is_due = [&] {
        return mine.order.size() >= most_in_shard_ || now >= mine.seen.at(mine.order.front());
    };
    while (!mine.order.empty() && is_due()) {
        mine.seen.erase(mine.order.front());
        mine.order.pop_front();
    }
    const bool fresh = mine.seen.insert_or_assign(digest, proof.expires_at()).second;
    if (fresh) mine.order.push_back(digest);
    return true;
}

std::size_t dpop_replay_cache::size() const {
    std::size_t all = 0;
    for (const auto& each : shards_) {
        const std::lock_guard<std::mutex> lock{each.guard};
        all += each.seen.size();
    }
    return all;
}

} // namespace v0
} // namespace mcp_oauth
