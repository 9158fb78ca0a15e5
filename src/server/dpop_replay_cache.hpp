#pragma once

#include <cstddef>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/rfc/9449_dpop.hpp"
#include "server/digest_shards.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The proofs that one process has seen, each for as long as it could come back (RFC 9449 §11.1).
///
/// Bounded: an entry has a fixed size, and where there are too many the oldest goes (DPOP-10,
/// ATK-DP-10). Refusing new ones instead would let one client lock out all others.
///
/// Threads: any thread may call anything. Shards keep them apart.
class dpop_replay_cache {
public:
    static constexpr std::size_t shards = digest_shards<instant>::count;

    explicit dpop_replay_cache(std::size_t most_entries)
        : most_in_shard_(most_entries / shards > 0 ? most_entries / shards : 1) {}

    /// Remembers the proof. Returns: whether it was not here before.
    [[nodiscard]] bool insert(const dpop_proof& proof, instant now);

    /// How many are remembered, expired ones included.
    [[nodiscard]] std::size_t size() const { return seen_.size(); }

private:
    std::size_t most_in_shard_;
    digest_shards<instant> seen_; ///< and until when each proof could come back
};

} // namespace v0
} // namespace mcp_oauth
