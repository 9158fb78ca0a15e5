// Token buckets, each kept as one number: the moment at which it will be full again. An attempt
// moves it by the price of one token, and is one too many where that is further ahead than a whole
// bucket's worth. Ordered by that moment, the first bucket is the fullest.

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/digest_hash.hpp"
#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/ports/attempt_limiter.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

// Finer than a millisecond, so that any rate divides a minute well enough.
using microseconds = std::chrono::microseconds;

// Keys are of a stranger's choosing and length; their digests are neither.
using bucket_name = digest256;

enum class spending : std::uint8_t { nothing, a_token };

bucket_name name_of(attempt what, std::string_view key) {
    std::string text(1, static_cast<char>(what));
    text.append(key);
    return sha256(text);
}

microseconds price(const attempt_rate& rate) noexcept {
    constexpr std::int64_t minute = 60'000'000;
    return microseconds{minute / std::max<std::int64_t>(rate.per_minute, 1)};
}

// When the bucket would be full after one more attempt; nothing where that is one too many, and
// then `wait` says for how long.
std::optional<microseconds> take_one(microseconds full_at, microseconds now,
                                     const attempt_rate& rate, seconds& wait) noexcept {
    const auto one = price(rate);
    const auto most = now + one * std::max<std::uint32_t>(rate.burst, 1);
    // A clock that went back leaves a moment that no bucket can be away from.
    full_at = std::clamp(full_at, now, most);
    if (full_at + one <= most) return full_at + one;
    wait = std::max(seconds{1}, std::chrono::ceil<seconds>(full_at + one - most));
    return std::nullopt;
}

} // namespace

struct memory_attempt_limiter::state {
    explicit state(const rates& chosen) : limits(chosen) {}

    [[nodiscard]] const std::optional<attempt_rate>& rate(attempt what) const noexcept {
        switch (what) {
        case attempt::registration: return limits.registration;
        case attempt::failed_secret: return limits.failed_secret;
        case attempt::failed_password: return limits.failed_password;
        case attempt::refused_token: return limits.refused_token;
        }
        return limits.failed_secret; // only reachable through a cast from an outside integer
    }
    [[nodiscard]] std::optional<seconds> ask(attempt what, std::string_view key, instant now,
                                             spending how) {
        const auto& chosen = rate(what);
        if (!chosen || limits.keys == 0) return std::nullopt;
        const auto name = name_of(what, key);
        seconds wait{};
        const std::lock_guard held(lock);
        const auto after = take_one(full_at(name), now.time_since_epoch(), *chosen, wait);
        if (!after) return wait;
        if (how == spending::a_token) put(name, *after);
        return std::nullopt;
    }
    [[nodiscard]] microseconds full_at(const bucket_name& name) const {
        const auto found = buckets.find(name);
        return found == buckets.end() ? microseconds::min() : found->second;
    }
    void put(const bucket_name& name, microseconds full_at) {
        const auto found = buckets.find(name);
        if (found != buckets.end()) {
            by_fullness.erase({found->second, name});
            found->second = full_at;
        } else {
            make_room();
            buckets.emplace(name, full_at);
        }
        by_fullness.emplace(full_at, name);
    }
    void make_room() {
        while (buckets.size() >= limits.keys) {
            buckets.erase(by_fullness.begin()->second);
            by_fullness.erase(by_fullness.begin());
        }
    }

    const rates limits;
    std::mutex lock;
    std::unordered_map<bucket_name, microseconds, digest_hash> buckets;
    std::set<std::pair<microseconds, bucket_name>> by_fullness;
};

memory_attempt_limiter::memory_attempt_limiter() : memory_attempt_limiter(rates{}) {}
memory_attempt_limiter::memory_attempt_limiter(const rates& chosen)
    : state_(std::make_unique<state>(chosen)) {}
memory_attempt_limiter::~memory_attempt_limiter() = default;

std::optional<seconds> memory_attempt_limiter::admit(attempt what, std::string_view key,
                                                     instant now) {
    return state_->ask(what, key, now, spending::a_token);
}
std::optional<seconds> memory_attempt_limiter::peek(attempt what, std::string_view key,
                                                    instant now) {
    return state_->ask(what, key, now, spending::nothing);
}

} // namespace v0
} // namespace mcp_oauth
