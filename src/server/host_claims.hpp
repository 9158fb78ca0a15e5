#pragma once

#include <optional>
#include <string>

#include "mcp_oauth/grant/record.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "server/server_state.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What the host adds to an access token of this grant: none where it has no hook.
/// Errors: nothing where the hook has no answer, throws, or gives what may not be in a token. All
///         are the host's fault; a claim is never left out silently.
[[nodiscard]] std::optional<custom_claims> host_claims(const server_state& server, const grant& g,
                                                       const scope_set& scope,
                                                       const std::string& resource);

} // namespace v0
} // namespace mcp_oauth
