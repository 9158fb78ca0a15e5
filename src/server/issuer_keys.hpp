#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/rfc/7517_jwk.hpp"
#include "mcp_oauth/server/trusted_issuer.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The keys of one trusted issuer, and who fetches them when.
///
/// A fetch begins with a `claim`, which one caller at a time gets and nobody within
/// `between_fetches` of the last one. It ends with `refreshed` or `failed`; one that was never
/// ended lapses after `longest_fetch`.
///
/// Threads: any thread may call anything.
class issuer_keys {
public:
    using ticket = std::uint64_t;
    static constexpr seconds longest_fetch{60};

    explicit issuer_keys(key_freshness freshness) : freshness_(freshness) {}
    /// Keys that were configured: they stay.
    explicit issuer_keys(key_set fixed)
        : keys_(std::make_shared<const key_set>(std::move(fixed))), is_fixed_(true) {}

    struct view {
        std::shared_ptr<const key_set> keys; ///< null: there are none that may be used
        /// Another for each set of keys: what was verified under one counts under no other.
        std::uint64_t generation = 0;
        bool is_due = false; ///< for a fetch
    };
    [[nodiscard]] view look(instant now) const;

    /// Errors: nothing where somebody else is fetching, or it is too soon.
    [[nodiscard]] std::optional<ticket> claim(instant now);
    /// Does nothing where another has claimed the fetch in the meantime.
    void refreshed(ticket mine, key_set keys, std::optional<seconds> max_age, instant now);
    void failed(ticket mine);

    /// Whether the last fetch brought these keys, so that a name not among them is unknown to the
    /// issuer, as far as anybody may ask.
    [[nodiscard]] bool is_settled() const;

private:
    [[nodiscard]] static bool is_within(instant now, std::optional<instant> since, seconds span);

    key_freshness freshness_{};
    mutable std::mutex guard_;
    std::shared_ptr<const key_set> keys_;
    std::uint64_t generation_ = 0;
    bool is_fixed_ = false;
    instant fetched_{};
    seconds lifetime_{0};
    std::optional<instant> last_claim_;
    ticket last_ticket_ = 0;
    bool is_fetching_ = false;
    bool last_failed_ = false;
};

} // namespace v0
} // namespace mcp_oauth
