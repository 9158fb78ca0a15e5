#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"

/// Opaque access tokens: the claims of the JWT, sealed. No row stands behind one, and a client
/// reads nothing in it.
namespace mcp_oauth {
inline namespace v0 {

/// Fixed, so that secret scanners find a leaked one.
inline constexpr std::string_view opaque_token_prefix = "mcpo_at_";

/// Errors: nothing where the random source fails, or the token would be too long to be read.
[[nodiscard]] std::optional<std::string> mint_opaque(const access_token_claims& claims,
                                                     const key_ring& ring, random_source& random);

/// The claims of a token that this issuer sealed, whatever its audience and however old.
/// Errors: nothing.
[[nodiscard]] std::optional<access_token_claims> open_opaque(std::string_view token,
                                                             const key_ring& ring);

/// The way to a `verified_access_token` that leads past no signature.
class sealed_access_token {
public:
    /// What `verify_access_token` is for a JWT: the same checks of issuer, audience and time.
    [[nodiscard]] static expected<verified_access_token, token_refusal>
    verify(std::string_view token, const key_ring& ring, const access_token_expectations& expected);
};

} // namespace v0
} // namespace mcp_oauth
