#pragma once

#include <string>
#include <vector>

#include "mcp_oauth/grammar/uri.hpp"
#include "mcp_oauth/rfc/7591_client_registration.hpp"
#include "mcp_oauth/rfc/8414_server_metadata.hpp"
#include "mcp_oauth/rfc/8707_resource_indicators.hpp"
#include "mcp_oauth/rfc/9207_issuer.hpp"
#include "mcp_oauth/server/policy.hpp"
#include "server/server_state.hpp"

/// What follows from a configuration that was found right.
namespace mcp_oauth {
inline namespace v0 {

[[nodiscard]] endpoint_paths paths_of(const issuer_identifier& issuer, const uri& base);

/// The one object that both the metadata and the routing are written from (ASM-11).
[[nodiscard]] server_capabilities capabilities_of(const policy& rules, const endpoint_paths& paths,
                                                  const std::string& origin,
                                                  const std::string& issuer);

/// The metadata while the challenge method `plain` is served too (`policy.legacy.pkce_plain`).
[[nodiscard]] std::string metadata_with_plain(server_capabilities can);

/// Names the lists that the bits of a ticket point into, in their order.
[[nodiscard]] std::string binding_of(const scope_set& scopes,
                                     const std::vector<resource_identifier>& resources);

/// What a client may register, and a configured one may be.
[[nodiscard]] registration_rules registration_of(const policy& rules, const scope_set& scopes);

} // namespace v0
} // namespace mcp_oauth
