#pragma once

#include <optional>
#include <string_view>

#include "mcp_oauth/rfc/9449_dpop.hpp"
#include "server/exchange.hpp"

/// Proofs at the endpoints of the authorization server.
namespace mcp_oauth {
inline namespace v0 {

/// The proof that the request to `endpoint`, a URL of the configuration, brings. Nothing where it
/// brings none, or where DPoP is off.
/// Does not check: that the proof was not here before: `mark_of`, when everything else was right.
/// Errors: as `verify_dpop_proof`; `add_dpop_nonce` to the answer to a `use_dpop_nonce`.
[[nodiscard]] expected<std::optional<dpop_proof>, dpop_refusal> proof_of(const exchange& x,
                                                                         std::string_view endpoint);

/// Hands out a nonce, where the policy has them (RFC 9449 §8, §8.2).
void add_dpop_nonce(http_response& answer, const exchange& x);

} // namespace v0
} // namespace mcp_oauth
