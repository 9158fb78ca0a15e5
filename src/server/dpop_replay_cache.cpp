#include "server/dpop_replay_cache.hpp"

namespace mcp_oauth {
inline namespace v0 {

bool dpop_replay_cache::insert(const dpop_proof& proof, instant now) {
    const auto& digest = proof.replay_digest();
    auto& mine = seen_.of(digest);
    const std::lock_guard<std::mutex> lock{mine.guard};
    if (const auto* until = mine.find(digest); until != nullptr && now < *until) return false;
    const auto is_due = [&] { return mine.size() >= most_in_shard_ || now >= mine.oldest(); };
    while (mine.size() > 0 && is_due()) mine.drop_oldest();
    if (auto* until = mine.find(digest))
        *until = proof.expires_at();
    else
        mine.add(digest, proof.expires_at());
    return true;
}

} // namespace v0
} // namespace mcp_oauth
