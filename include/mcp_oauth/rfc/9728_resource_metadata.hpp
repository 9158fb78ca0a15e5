#pragma once

#include <string>
#include <vector>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/rfc/8707_resource_indicators.hpp"

/// RFC 9728: what a protected resource says about itself, and where.
namespace mcp_oauth {
inline namespace v0 {

/// A protected resource, such as one MCP endpoint.
///
/// Tokens are taken from the `Authorization` header only, and the document says so (PRM-07).
struct protected_resource {
    resource_identifier id; ///< `resource`
    /// Issuer identifiers, exactly as their metadata spells them (PRM-06, MCP-PRM-02).
    std::vector<std::string> authorization_servers;
    /// What the resource is willing to show: a baseline, not a catalogue (MCP-PRM-10).
    scope_set scopes_supported;
    std::string resource_name;          ///< for people (RFC 9728 §2); empty: left out
    std::string resource_documentation; ///< the URL of a page for developers; empty: left out
    /// What proofs may be signed with; empty: DPoP is not served (PRM-10).
    std::vector<std::string> dpop_signing_algorithms{};
    bool dpop_bound_access_tokens_required = false; ///< bearer tokens are refused (PRM-10)
};

/// The metadata document (RFC 9728 §2, §3.2).
///
/// `resource` is the configured text, octet for octet (PRM-03, MCP-PRM-08). Empty members are left
/// out, and `offline_access` is never listed: it is a matter between client and authorization
/// server (MCP-PRM-11).
[[nodiscard]] MCP_OAUTH_EXPORT std::string resource_metadata(const protected_resource& resource);

/// Where the document of `resource` is (RFC 9728 §3.1; PRM-02, MCP-PRM-05): the URL of a
/// challenge's `resource_metadata`. Made from configuration alone (MCP-PRM-14).
[[nodiscard]] MCP_OAUTH_EXPORT std::string metadata_url(const resource_identifier& resource);

/// The path of that URL, which a host routes; a query is no part of it.
[[nodiscard]] MCP_OAUTH_EXPORT std::string metadata_path(const resource_identifier& resource);

/// The path without insertion, the second place where clients look (MCP-PRM-06).
[[nodiscard]] MCP_OAUTH_EXPORT std::string root_metadata_path();

} // namespace v0
} // namespace mcp_oauth
