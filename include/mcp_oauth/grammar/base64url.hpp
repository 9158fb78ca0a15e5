#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Whether `c` is of the base64url alphabet (RFC 4648 §5).
[[nodiscard]] constexpr bool is_base64url(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/// `octets` in base64url without padding (RFC 7515 §2).
[[nodiscard]] MCP_OAUTH_EXPORT std::string base64url(std::string_view octets);

/// The octets of `text`.
/// Errors: nothing on padding, white space, another character, an impossible length, or leftover
///         bits that are not zero (RFC 4648 §3.5): some octets have exactly one spelling.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<std::string> decode_base64url(std::string_view text);

/// The octets of padded, standard base64 (RFC 4648 §4), as HTTP Basic uses it. As strict as above.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<std::string> decode_base64(std::string_view text);

} // namespace v0
} // namespace mcp_oauth
