#pragma once

#include <atomic>

#include "mcp_oauth/base/clock.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {

/// A clock that stands still until it is told to move, backwards too. Threads: any number.
class manual_clock final : public clock {
public:
    /// The default is 2027-01-15T08:00:00Z: a whole second, as tokens count them.
    explicit manual_clock(instant start = from_unix_seconds(1'800'000'000)) noexcept
        : ms_(to_unix_ms(start)) {}

    /// The same at each call, until it is moved.
    [[nodiscard]] instant now() const noexcept override { return from_unix_ms(ms_); }
    /// A negative `by` goes back.
    void advance(milliseconds by) noexcept { ms_ += by.count(); }
    /// To any moment, before or after the last one.
    void set(instant t) noexcept { ms_ = to_unix_ms(t); }

private:
    std::atomic<std::int64_t> ms_;
};

} // namespace testing
} // namespace v0
} // namespace mcp_oauth
