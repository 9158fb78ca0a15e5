#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/ports/record_store.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace redis {

/// What a version looks like in a record's text and in a script's arguments: 32 digits.
[[nodiscard]] std::string version_text(const record_version& version);

/// A record as the string that is kept under its name; the key is not part of it. An operator can
/// read it, and so can the scripts (`head_of` in scripts.cpp):
///
///     VERSION KIND EXPIRES_AT SUBJECT_LENGTH CLIENT_LENGTH\n SUBJECT CLIENT BODY
///
/// without the spaces after the line's end. Times are Unix time in milliseconds, lengths octets.
[[nodiscard]] std::string encode(const record& r);

/// Errors: nothing where `text` is no such string.
[[nodiscard]] std::optional<record> decode(std::string_view key, std::string_view text);

/// How long the server is to keep a record that is written now, in milliseconds. Twice the margin
/// that the port asks for, so that the server's clock may be set right meanwhile; and never counted
/// from a moment in the past, since a record that has expired must still be found.
[[nodiscard]] std::int64_t time_to_keep(instant expires_at, instant now) noexcept;

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
