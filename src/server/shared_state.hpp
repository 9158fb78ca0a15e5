#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"
#include "mcp_oauth/rfc/8707_resource_indicators.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/policy.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What an authorization server and the resource server beside it hold in common, so that the two
/// cannot disagree about issuer, keys, secrets, resources or scopes, and call the same ports.
struct authorization_server::shared {
    std::string issuer;
    key_ring ring;
    std::vector<signing_key> signing_keys; ///< the first signs
    checked_policy rules;
    scope_set scopes_supported;
    std::vector<resource_identifier> resources; ///< that tokens are issued for
    server_ports ports;                         ///< as the host brought them
};

} // namespace v0
} // namespace mcp_oauth
