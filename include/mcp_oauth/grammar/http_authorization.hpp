#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/secret.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The value of an `Authorization` field: a scheme, and what follows it (RFC 9110 §11.4).
struct http_credentials {
    std::string_view scheme; ///< as written; compare without case
    std::string_view token;  ///< what follows one or more spaces; empty for a scheme alone
};

/// Errors: nothing where the value does not begin with a scheme token.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<http_credentials>
parse_credentials(std::string_view value) noexcept;

/// Whether `text` is `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="` (RFC 6750
/// §2.1).
[[nodiscard]] MCP_OAUTH_EXPORT bool is_token68(std::string_view text) noexcept;

/// The two halves of HTTP Basic credentials, still form-encoded (RFC 7617 §2; RFC 6749 §2.3.1).
struct basic_credentials {
    std::string user_id;  ///< may be empty
    std::string password; ///< may be empty, and may hold colons
};

/// Splits at the first colon.
/// Errors: nothing on bad base64, without a colon, or with a control character.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<basic_credentials>
decode_basic(std::string_view token68);

/// The value of an `Authorization` field of the scheme Basic (RFC 7617 §2), for both halves as they
/// are: OAuth form-encodes them first (RFC 6749 §2.3.1).
/// Requires: no colon in `user_id`.
[[nodiscard]] MCP_OAUTH_EXPORT secret encode_basic(std::string_view user_id,
                                                   std::string_view password);

/// Builds one `WWW-Authenticate` challenge: `Scheme name="value", name="value"` (RFC 9110 §11.6.1).
///
/// A parameter whose value holds a character outside %x20-21 / %x23-5B / %x5D-7E is left out whole:
/// no quoting, no escapes, nothing to inject into (RFC 6750 §3; OA21-RS-09, ATK-RS-07). A second
/// parameter of one name is left out too.
class challenge {
public:
    /// Requires: `scheme` is a token (RFC 9110 §5.6.2). It is written as it is.
    explicit challenge(std::string_view scheme) : text_(scheme) {}
    /// Adds one parameter, or leaves it out as said above, also where `name` is no token.
    MCP_OAUTH_EXPORT challenge& with(std::string_view name, std::string_view value);
    /// The challenge so far; others may follow it in the same field, after a comma.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
    bool has_parameters_ = false;
};

} // namespace v0
} // namespace mcp_oauth
