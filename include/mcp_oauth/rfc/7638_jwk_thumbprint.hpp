#pragma once

#include <string>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/export.hpp"

/// RFC 7638: a name for a public key that follows from the key alone.
namespace mcp_oauth {
inline namespace v0 {

/// The SHA-256 thumbprint, base64url: over the required members only, in lexicographic order,
/// without white space (RFC 7638 §3; JOSE-19). For a P-256 key these are `crv`, `kty`, `x` and `y`.
[[nodiscard]] MCP_OAUTH_EXPORT std::string jwk_thumbprint(const verification_key& key);

} // namespace v0
} // namespace mcp_oauth
