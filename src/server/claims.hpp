#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "mcp_oauth/grant/record.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "server/exchange.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What an access token of this grant says (RFC 9068 §2.2; AT-04 … AT-09), for either format.
///
/// It is dated by the request's arrival and signed before anything is committed, and its `exp`
/// never passes the grant's absolute end: so it lives at most its lifetime after a revocation.
/// Requires: `id` is random, and no other token's: it becomes the `jti`.
[[nodiscard]] access_token_claims claims_for(const grant& g, const scope_set& scope,
                                             const std::string& resource,
                                             const std::array<std::uint8_t, 16>& id,
                                             const exchange& x);

} // namespace v0
} // namespace mcp_oauth
