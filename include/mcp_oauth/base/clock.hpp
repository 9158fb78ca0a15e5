#pragma once

#include <chrono>
#include <cstdint>

#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Durations of windows and limits.
using milliseconds = std::chrono::milliseconds;
/// Durations that travel: lifetimes, `max_age`.
using seconds = std::chrono::seconds;

/// A moment: Unix time in milliseconds. Windows and deadlines need more than whole seconds.
using instant = std::chrono::time_point<std::chrono::system_clock, milliseconds>;

/// The moment that a record or an index holds as a number.
[[nodiscard]] constexpr instant from_unix_ms(std::int64_t ms) noexcept {
    return instant{milliseconds{ms}};
}
/// Milliseconds since the epoch: the form in records.
[[nodiscard]] constexpr std::int64_t to_unix_ms(instant t) noexcept {
    return t.time_since_epoch().count();
}
/// Whole seconds since the epoch, rounded down: the form of `iat` and `exp` (RFC 7519 §2).
[[nodiscard]] constexpr std::int64_t to_unix_seconds(instant t) noexcept {
    return std::chrono::floor<seconds>(t.time_since_epoch()).count();
}
/// The moment that a token holds as a number.
[[nodiscard]] constexpr instant from_unix_seconds(std::int64_t s) noexcept {
    return instant{seconds{s}};
}

/// Where the library reads the time. A host rarely replaces it; tests do.
///
/// Threads: called concurrently.
/// Errors:  none. A clock that steps backwards is tolerated: see `grant/transition.hpp`.
class MCP_OAUTH_EXPORT clock {
public:
    virtual ~clock();
    /// The time of day, not of the process: it is compared with what other servers wrote into
    /// tokens and records.
    [[nodiscard]] virtual instant now() const noexcept = 0;
};

/// `std::chrono::system_clock`.
class MCP_OAUTH_EXPORT system_clock final : public clock {
public:
    /// Rounded down to a millisecond.
    [[nodiscard]] instant now() const noexcept override;
};

} // namespace v0
} // namespace mcp_oauth
