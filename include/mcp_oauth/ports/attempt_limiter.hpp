#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What somebody does too often.
enum class attempt : std::uint8_t {
    registration,    ///< keyed by the source address
    failed_secret,   ///< keyed by client and source: a success from elsewhere is never locked out
    failed_password, ///< keyed by user and source; for the host's own login page
    /// Keyed by the source address: a token that its issuer was asked about (RFC 7662), and which
    /// is no good. One that is good never counts.
    refused_token,
};

/// Slows down whoever guesses or floods (OA21-CLI-09, MCP-SEC-04, MCP-DCR-11).
///
/// Errors:  none; a limiter that cannot tell answers "go on".
/// Threads: called concurrently, with no lock of the library held. Must not block.
class MCP_OAUTH_EXPORT attempt_limiter {
public:
    virtual ~attempt_limiter();

    /// Counts one attempt. Returns: how long to wait where it was one too many, nothing otherwise.
    [[nodiscard]] virtual std::optional<seconds> admit(attempt what, std::string_view key,
                                                       instant now) = 0;
    /// The same answer without counting: asked before a secret is compared, so that a guesser who
    /// is told to wait cannot go on guessing.
    [[nodiscard]] virtual std::optional<seconds> peek(attempt what, std::string_view key,
                                                      instant now) = 0;
};

/// How many attempts of one kind a key may make.
struct attempt_rate {
    std::uint32_t burst = 20;      ///< at once; zero counts as one, or nobody could ever come
    std::uint32_t per_minute = 20; ///< and then; likewise
};

/// The default limiter: one token bucket per (attempt, key), in this process's memory, bounded.
///
/// When `keys` buckets are in use, the fullest (the least suspicious) make room.
class MCP_OAUTH_EXPORT memory_attempt_limiter final : public attempt_limiter {
public:
    /// A rate for each kind of attempt, and for how many keys they are remembered.
    struct rates {
        std::optional<attempt_rate> registration = attempt_rate{}; ///< nothing: no limit
        /// Client secrets that were wrong; nothing: no limit (OA21-CLI-09).
        std::optional<attempt_rate> failed_secret = attempt_rate{10, 10};
        /// For the host's login page, which asks itself; the library never does.
        std::optional<attempt_rate> failed_password = attempt_rate{10, 10};
        /// Access tokens that an introspected issuer did not know, as a gate counts them.
        std::optional<attempt_rate> refused_token = attempt_rate{60, 60};
        /// The most buckets at one time, over all kinds together; zero: no limit on anything.
        std::size_t keys = 10'000;
    };

    /// Limits as `rates{}` has them.
    memory_attempt_limiter();
    /// Limits as `chosen` has them. Every number has a meaning; none is refused.
    explicit memory_attempt_limiter(const rates& chosen);
    ~memory_attempt_limiter() override;
    memory_attempt_limiter(const memory_attempt_limiter&) = delete;
    memory_attempt_limiter& operator=(const memory_attempt_limiter&) = delete;

    [[nodiscard]] std::optional<seconds> admit(attempt what, std::string_view key,
                                               instant now) override;
    [[nodiscard]] std::optional<seconds> peek(attempt what, std::string_view key,
                                              instant now) override;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace v0
} // namespace mcp_oauth
