#pragma once

#include <string>

#include "mcp_oauth/grant/record.hpp"
#include "mcp_oauth/grant/transition.hpp"
#include "mcp_oauth/rfc/6749_parameters.hpp"
#include "server/server_state.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What a token request may ask for inside its grant.
struct access_request {
    request_fit fit = request_fit::fits;
    scope_set scope;
    std::string resource;
};

/// Narrows to what the request asks for, and to what the server still offers: a scope or a resource
/// that was taken out of the configuration is in no new token, however old the grant. Never widens
/// (OA21-REF-03, RES-05, MCP-RES-10 … 12).
[[nodiscard]] access_request narrow(const grant& g, const parameters& body,
                                    const server_state& server);

} // namespace v0
} // namespace mcp_oauth
