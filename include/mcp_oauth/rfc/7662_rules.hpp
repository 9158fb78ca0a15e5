#pragma once

#include <cstdint>

/// RFC 7662: what a configuration says of an issuer's answers. Apart from what reads them, so that
/// a configuration costs its includers little.
namespace mcp_oauth {
inline namespace v0 {

/// Whether an answer about an active token may lack a member that RFC 7662 §2.2 leaves optional.
enum class absent_member : std::uint8_t {
    refused,  ///< the token is `invalid_token` without it
    accepted, ///< it is checked where it is there
};

/// What an answer has to say beside `active`.
struct introspection_rules {
    /// `aud`. An issuer that leaves it out must answer `active` only for tokens of the resource
    /// server that asks (RFC 7662 §4), or every token that it ever issued opens this one
    /// (MCP-TOK-05).
    absent_member audience = absent_member::refused;
    /// `token_type`, which access tokens have and refresh tokens do not. Without it a refresh token
    /// of the same audience passes for an access token (INT-11), unless the issuer tells this
    /// client about access tokens only.
    absent_member token_type = absent_member::refused;
};

} // namespace v0
} // namespace mcp_oauth
