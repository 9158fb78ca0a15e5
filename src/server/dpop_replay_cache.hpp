#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/rfc/9449_dpop.hpp"

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
    static constexpr std::size_t shards = 16;

    explicit dpop_replay_cache(std::size_t most_entries)
        : most_in_shard_(most_entries / shards > 0 ? most_entries / shards : 1) {}

    /// Remembers the proof. Returns: whether it was not here before.
    [[nodiscard]] bool insert(const dpop_proof& proof, instant now);

    /// How many are remembered, expired ones included.
    [[nodiscard]] std::size_t size() const;

private:
    struct hash {
        // A part of a SHA-256 is as good as any hash of it.
        std::size_t operator()(const digest256& digest) const noexcept {
            std::size_t value = 0;
            for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8U | digest[i];
            return value;
        }
    };
    struct shard {
        mutable std::mutex guard;
        std::unordered_map<digest256, instant, hash> seen;
        std::deque<digest256> order; ///< the oldest in front
    };

    std::size_t most_in_shard_;
    std::array<shard, shards> shards_;
};

} // namespace v0
} // namespace mcp_oauth
