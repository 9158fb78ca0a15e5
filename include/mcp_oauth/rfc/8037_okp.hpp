#pragma once

#include <optional>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grammar/json.hpp"

/// RFC 8037: octet key pairs (`kty` `OKP`). Of their curves only Ed25519 signs here; Ed448 is not
/// understood, and X25519 and X448 sign nothing.
namespace mcp_oauth {
inline namespace v0 {

/// The public key in a JWK of `kty` `OKP`.
/// Checks: `crv` is `Ed25519`, `x` is strict base64url of 32 octets (RFC 8037 §2; JOSE-11).
/// Does not check: `use`, `key_ops`, `alg`, private members. `parse_jwk` does.
/// Errors: nothing.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<verification_key> parse_okp_key(json_value jwk);

} // namespace v0
} // namespace mcp_oauth
