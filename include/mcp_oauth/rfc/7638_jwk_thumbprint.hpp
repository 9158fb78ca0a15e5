#pragma once

#include <string>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/signature.hpp"

/// RFC 7638: a name for a public key that follows from the key alone.
namespace mcp_oauth {
inline namespace v0 {

/// The SHA-256 thumbprint, base64url: over the required members only, in lexicographic order,
/// without white space (RFC 7638 §3, RFC 8037 §2; JOSE-19). These are `crv`, `kty`, `x` and `y` for
/// an EC key, `crv`, `kty` and `x` for Ed25519, and `e`, `kty` and `n` for RSA. The algorithm is
/// not among them, so an RSA key has one name whichever it is for.
[[nodiscard]] MCP_OAUTH_EXPORT std::string jwk_thumbprint(const verification_key& key);

} // namespace v0
} // namespace mcp_oauth
