#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/rfc/7517_jwk.hpp"
#include "mcp_oauth/rfc/7591_client_registration.hpp"
#include "mcp_oauth/rfc/8252_redirect_uri.hpp"
#include "mcp_oauth/rfc/8414_server_metadata.hpp"
#include "mcp_oauth/rfc/8707_resource_indicators.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/driver.hpp"
#include "server/shared_state.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The paths of one server, in the one place that both routing and metadata read.
struct endpoint_paths {
    std::string authorization;
    std::string token;
    std::string registration;
    std::string revocation;
    std::string jwks;
    std::vector<std::string> metadata;
};

struct default_ports {
    system_clock clock;
    system_random random;
};

/// Everything behind an `authorization_server`. Immutable once made.
struct authorization_server::state {
    std::shared_ptr<const shared> common;
    issuer_identifier issuer;
    std::vector<resource_identifier> resources;
    scope_set default_scopes;
    scope_hierarchy hierarchy;
    std::map<std::string, client, std::less<>> configured_clients;
    registration_rules registration; ///< its `redirects` are those of every request too
    key_set keys;                    ///< the first signs
    secret initial_access_token;
    refresh_hook may_refresh;
    claims_hook custom_claims;
    server_capabilities capabilities;
    endpoint_paths paths;
    std::string metadata_document;
    std::string metadata_with_plain_pkce; ///< while a migration rule serves it
    std::string jwks_document;
    seconds jwks_max_age;
    /// Binds tickets to the lists that their bits point into.
    std::string ticket_binding;

    /// What stands in for ports that the host did not bring.
    std::shared_ptr<default_ports> defaults;
    record_store& store;
    client_registry* clients;
    attempt_limiter* limiter;
    event_sink* events;
    const mcp_oauth::clock& clock;
    random_source& random;
    signer* signatures; ///< not null where the first signing key is held elsewhere

    [[nodiscard]] const policy& rules() const noexcept { return *common->rules; }
    [[nodiscard]] const key_ring& ring() const noexcept { return common->ring; }
    [[nodiscard]] const std::string& metadata_at(instant now) const noexcept;
    [[nodiscard]] step_ports ports() const;
};

using server_state = authorization_server::state;

} // namespace v0
} // namespace mcp_oauth
