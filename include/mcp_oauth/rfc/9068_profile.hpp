#pragma once

#include <cstdint>

/// RFC 9068 or less: what a configuration says of an issuer's tokens. Apart from what reads them,
/// so that a configuration costs its includers little.
namespace mcp_oauth {
inline namespace v0 {

/// What an issuer's access tokens are written by.
enum class access_token_profile : std::uint8_t {
    rfc_9068, ///< to the letter: `typ` is `at+jwt`, and every required claim is there
    /// An issuer that keeps to RFC 7519 alone, as many identity providers do. `typ` may also be
    /// `JWT` or absent; the client is `client_id`, `azp` or `cid`, or not said; scopes are in
    /// `scope` or else `scp`, as a string or as an array; `iat` and `jti` may be absent.
    ///
    /// Its ID tokens look the same, and only their audience, which is a client's ID, keeps them
    /// out (JBCP-08): the resource's must not be the ID of any client.
    plain_jwt,
};

} // namespace v0
} // namespace mcp_oauth
