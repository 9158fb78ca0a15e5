#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/server/trusted_issuer.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Something that is fetched from an issuer, kept for a while, and who fetches it when.
///
/// A fetch begins with a `claim`, which one caller at a time gets and nobody within
/// `between_fetches` of the last one. It ends with `succeed` or `fail`, or as failed when the claim
/// is destroyed; one that was never ended lapses after `longest_fetch`.
///
/// Threads: any thread may call anything.
template <class Value> class kept_fresh {
public:
    static constexpr seconds longest_fetch{60};

    explicit kept_fresh(key_freshness freshness) : freshness_(freshness) {}
    /// What was configured: it stays.
    explicit kept_fresh(Value fixed)
        : value_(std::make_shared<const Value>(std::move(fixed))), is_fixed_(true) {}

    struct view {
        std::shared_ptr<const Value> value; ///< null: there is none that may be used
        /// Another for each value: what was verified by one counts by no other.
        std::uint64_t generation = 0;
        bool is_due = false; ///< for a fetch
    };
    [[nodiscard]] view look(instant now) const {
        const std::lock_guard<std::mutex> lock{guard_};
        if (is_fixed_) return {value_, generation_, false};
        if (value_ == nullptr) return {nullptr, generation_, true};
        if (is_within(now, fetched_, lifetime_)) return {value_, generation_, false};
        if (is_within(now, fetched_, lifetime_ + freshness_.while_unreachable))
            return {value_, generation_, true};
        return {nullptr, generation_, true};
    }

    /// The right to fetch. It does nothing where another has claimed it in the meantime.
    class claim {
    public:
        claim(claim&& other) noexcept
            : owner_(std::exchange(other.owner_, nullptr)), ticket_(other.ticket_) {}
        claim& operator=(claim&&) = delete;
        ~claim() { fail(); }

        void succeed(Value fetched, std::optional<seconds> max_age, instant now) {
            if (auto* owner = std::exchange(owner_, nullptr))
                owner->refreshed(ticket_, std::move(fetched), max_age, now);
        }
        void fail() noexcept {
            if (auto* owner = std::exchange(owner_, nullptr)) owner->failed(ticket_);
        }
        /// Whether it has not ended.
        [[nodiscard]] bool is_open() const noexcept { return owner_ != nullptr; }

    private:
        friend class kept_fresh;
        claim(kept_fresh& owner, std::uint64_t ticket) : owner_(&owner), ticket_(ticket) {}
        kept_fresh* owner_;
        std::uint64_t ticket_;
    };
    /// Errors: nothing where somebody else is fetching, or it is too soon.
    [[nodiscard]] std::optional<claim> try_claim(instant now) {
        const std::lock_guard<std::mutex> lock{guard_};
        if (is_fixed_ || is_within(now, last_claim_, freshness_.between_fetches))
            return std::nullopt;
        if (is_fetching_ && is_within(now, last_claim_, longest_fetch)) return std::nullopt;
        is_fetching_ = true;
        last_claim_ = now;
        return claim{*this, ++last_ticket_};
    }

    /// Whether the last fetch brought this value, so that what is not in it is unknown to the
    /// issuer, as far as anybody may ask.
    [[nodiscard]] bool is_settled() const {
        const std::lock_guard<std::mutex> lock{guard_};
        return is_fixed_ || (value_ != nullptr && !is_fetching_ && !last_failed_);
    }

private:
    // A request that began before a fetch ended has an earlier `now`, and is within all the same. A
    // clock that was set back by more is no reason to wait for the time that it showed before.
    [[nodiscard]] static bool is_within(instant now, std::optional<instant> since, seconds span) {
        return since && now > *since - longest_fetch && now < *since + span;
    }
    void refreshed(std::uint64_t ticket, Value fetched, std::optional<seconds> max_age,
                   instant now) {
        auto fresh = std::make_shared<const Value>(std::move(fetched));
        const std::lock_guard<std::mutex> lock{guard_};
        if (ticket != last_ticket_) return;
        value_ = std::move(fresh);
        ++generation_;
        fetched_ = now;
        lifetime_ = std::clamp(max_age.value_or(freshness_.shortest), freshness_.shortest,
                               freshness_.longest);
        is_fetching_ = false;
        last_failed_ = false;
    }
    void failed(std::uint64_t ticket) noexcept {
        const std::lock_guard<std::mutex> lock{guard_};
        if (ticket != last_ticket_) return;
        is_fetching_ = false;
        last_failed_ = true;
    }

    key_freshness freshness_{};
    mutable std::mutex guard_;
    std::shared_ptr<const Value> value_;
    std::uint64_t generation_ = 0;
    bool is_fixed_ = false;
    instant fetched_{};
    seconds lifetime_{0};
    std::optional<instant> last_claim_;
    std::uint64_t last_ticket_ = 0;
    bool is_fetching_ = false;
    bool last_failed_ = false;
};

} // namespace v0
} // namespace mcp_oauth
