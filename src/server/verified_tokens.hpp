#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "server/digest_shards.hpp"

namespace mcp_oauth {
inline namespace v0 {

struct guarded_resource;
struct pinned_issuer;

/// What was verified: by which rules, under which keys.
struct verified_entry {
    std::shared_ptr<const verified_access_token> token;
    const guarded_resource* resource = nullptr; ///< that it was found to be for
    const pinned_issuer* issuer = nullptr;      ///< whose it is; null for the server's own
    std::uint64_t generation = 0;               ///< of the issuer's keys
    instant since{};                            ///< when it was found so: not earlier
    std::optional<instant> until{};             ///< for one whose issuer told: when to ask again
};

/// Tokens that one process has verified, by their SHA-256: none is kept that could be stolen here.
///
/// It says only that a signature and the claims beside it were found right. Whether the token is in
/// its time, and the keys are those of then, is the caller's to see.
///
/// Bounded: where there are too many the oldest goes, so that entries which are no longer good need
/// no looking after.
///
/// Threads: any thread may call anything. Shards keep them apart.
class verified_tokens {
public:
    static constexpr std::size_t shards = digest_shards<verified_entry>::count;

    /// Zero entries: nothing is remembered.
    explicit verified_tokens(std::size_t most_entries)
        : most_in_shard_((most_entries + shards - 1) / shards) {}

    [[nodiscard]] bool is_off() const noexcept { return most_in_shard_ == 0; }
    /// Errors: an entry without a token.
    [[nodiscard]] verified_entry find(const digest256& token) const;
    void insert(const digest256& token, verified_entry entry);
    /// How many are remembered.
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    std::size_t most_in_shard_;
    digest_shards<verified_entry> entries_;
};

} // namespace v0
} // namespace mcp_oauth
