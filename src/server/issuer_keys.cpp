#include "server/issuer_keys.hpp"

#include <algorithm>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {

// A request that began before a fetch ended has an earlier `now`, and is within all the same. A
// clock that was set back by more is no reason to wait for the time that it showed before.
bool issuer_keys::is_within(instant now, std::optional<instant> since, seconds span) {
    return since && now > *since - longest_fetch && now < *since + span;
}

issuer_keys::view issuer_keys::look(instant now) const {
    const std::lock_guard<std::mutex> lock{guard_};
    if (is_fixed_) return {keys_, generation_, false};
    if (keys_ == nullptr) return {nullptr, generation_, true};
    if (is_within(now, fetched_, lifetime_)) return {keys_, generation_, false};
    if (is_within(now, fetched_, lifetime_ + freshness_.while_unreachable))
        return {keys_, generation_, true};
    return {nullptr, generation_, true};
}

std::optional<issuer_keys::ticket> issuer_keys::claim(instant now) {
    const std::lock_guard<std::mutex> lock{guard_};
    if (is_fixed_ || is_within(now, last_claim_, freshness_.between_fetches)) return std::nullopt;
    if (is_fetching_ && is_within(now, last_claim_, longest_fetch)) return std::nullopt;
    is_fetching_ = true;
    last_claim_ = now;
    return ++last_ticket_;
}

void issuer_keys::refreshed(ticket mine, key_set keys, std::optional<seconds> max_age,
                            instant now) {
    auto fresh = std::make_shared<const key_set>(std::move(keys));
    const std::lock_guard<std::mutex> lock{guard_};
    if (mine != last_ticket_) return;
    keys_ = std::move(fresh);
    ++generation_;
    fetched_ = now;
    lifetime_ =
        std::clamp(max_age.value_or(freshness_.shortest), freshness_.shortest, freshness_.longest);
    is_fetching_ = false;
    last_failed_ = false;
}

void issuer_keys::failed(ticket mine) {
    const std::lock_guard<std::mutex> lock{guard_};
    if (mine != last_ticket_) return;
    is_fetching_ = false;
    last_failed_ = true;
}

bool issuer_keys::is_settled() const {
    const std::lock_guard<std::mutex> lock{guard_};
    return is_fixed_ || (keys_ != nullptr && !is_fetching_ && !last_failed_);
}

} // namespace v0
} // namespace mcp_oauth
