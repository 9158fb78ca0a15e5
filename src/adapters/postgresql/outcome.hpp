#pragma once

#include <cstdint>
#include <string_view>

/// What an error that the server reports says about the statement and about the session.
namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

enum class verdict : std::uint8_t {
    rolled_back,   ///< nothing was written; the session goes on
    session_spent, ///< nothing was written, and this session will not do better
    not_known,     ///< written or not; the session is over
};

/// Judges by severity first. An ERROR is only ever reported for a transaction that is rolled back.
/// FATAL and PANIC end a session at any moment, and that may be right after its commit.
///
/// `severity` is the one that no locale translates; `sqlstate` has five characters.
[[nodiscard]] verdict judge(std::string_view severity, std::string_view sqlstate) noexcept;

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
