#pragma once

#include <string_view>

namespace mcp_oauth {
inline namespace v0 {
namespace redis {

/// The code that an error begins with, such as `NOSCRIPT` or `OOM`. Before version 7 a script's
/// error wraps that of the command that it called, whose code is then the one that counts.
[[nodiscard]] std::string_view error_code(std::string_view error) noexcept;

/// What an error means for a write, and for the connection that it came on.
struct refusal {
    bool nothing_was_written; ///< certainly; otherwise nobody knows
    bool of_this_server;      ///< it would meet every command here: go and look for another
};

/// The one place that decides what becomes of an error reply.
///
/// Nothing was written where Redis refuses a command before it runs. A script is refused as a whole
/// or at its first write: Redis checks memory, disk, role and replicas there and never later, so
/// that no script stops half-way. An error that is not listed is not trusted to mean that.
[[nodiscard]] refusal judge(std::string_view code) noexcept;

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
