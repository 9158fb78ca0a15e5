#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/policy.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What an authorization server and the resource server beside it hold in common, so that the two cannot
/// disagree about issuer, keys, secrets or scopes.
struct authorization_server::shared {
    std::string issuer;
    key_ring ring;
    std::vector<signing_key> signing_keys; ///< the first signs
    checked_policy rules;
    scope_set scopes_supported;
};

} // namespace v0
} // namespace mcp_oauth
