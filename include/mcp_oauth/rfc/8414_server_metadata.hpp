#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/grammar/uri.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"

/// RFC 8414: what an authorization server says about itself, and where; with the OpenID Connect
/// Discovery aliases that clients ask for (MCP-ASM-02 … 04).
namespace mcp_oauth {
inline namespace v0 {

/// An authorization server's identifier as the operator wrote it: the one string behind `issuer` in
/// metadata, `iss` in responses and `iss` in tokens. Nothing ever re-serialises it (MCP-ISS-07).
class issuer_identifier {
public:
    /// Checks: `https`, or `http` on a loopback host for development; a host; no query, no
    ///         fragment, no userinfo (RFC 8414 §2; ASM-01, MCP-ASM-07); no trailing slash, which
    ///         half of all URL classes add or drop on their own (MCP T-04).
    /// Errors: nothing.
    [[nodiscard]] static std::optional<issuer_identifier> parse(std::string_view text) {
        const auto parsed = uri::parse(text);
        if (!parsed || parsed->query() || parsed->fragment() || parsed->userinfo()) return {};
        if (parsed->host().empty() || text.back() == '/') return {};
        const bool development = parsed->scheme_is("http") && parsed->host_is_loopback();
        if (!parsed->scheme_is("https") && !development) return {};
        return issuer_identifier{*parsed};
    }

    /// The operator's octets. Compare with `==` and nothing else (RFC 8414 §4; ASM-12).
    [[nodiscard]] const std::string& text() const noexcept { return uri_.text(); }
    /// The same, taken apart: to find places under it, never to compare.
    [[nodiscard]] const uri& location() const noexcept { return uri_; }

private:
    explicit issuer_identifier(const uri& parsed) : uri_(parsed) {}
    uri uri_;
};

/// What an authorization server can do. The endpoints consult the same object that the metadata is
/// written from, so nothing is advertised that is not served, and the reverse (ASM-11).
///
/// An endpoint without a URL is one that is not served. An empty list is left out of the document
/// (RFC 8414 §3.2); lists whose absence would mean something else have a true value from the start.
struct server_capabilities {
    std::string issuer; ///< the octets of `issuer_identifier::text()`
    std::optional<std::string> authorization_endpoint; ///< RFC 6749 §3.1; GET and POST
    std::optional<std::string> token_endpoint;         ///< RFC 6749 §3.2
    std::optional<std::string> jwks_uri;               ///< public keys only (ASM-10)
    std::optional<std::string> registration_endpoint;  ///< RFC 7591 §3
    std::optional<std::string> revocation_endpoint;    ///< RFC 7009 §2
    std::optional<std::string> introspection_endpoint; ///< RFC 7662 §2

    scope_set scopes_supported; ///< what may be asked for here; a server need not tell all
    std::vector<std::string> response_types{"code"};  ///< a document without is none (ASM-04)
    std::vector<std::string> response_modes{"query"}; ///< absent: query and fragment (ASM-07)
    /// Absent it would mean `authorization_code` and `implicit` (ASM-05).
    std::vector<std::string> grant_types{"authorization_code", "refresh_token"};
    std::vector<std::string> code_challenge_methods{"S256"}; ///< absent: no PKCE (ASM-08)

    /// Absent they would mean `client_secret_basic` alone (ASM-06). The revocation endpoint takes
    /// the token endpoint's methods; the introspection endpoint those that prove something
    /// (INT-02).
    std::vector<client_authentication_method> token_endpoint_auth_methods{
        client_authentication_method::none, client_authentication_method::client_secret_basic,
        client_authentication_method::client_secret_post};

    /// Whether every authorization response carries `iss` (RFC 9207 §3; ISS-03).
    bool iss_in_responses = true;
    std::vector<std::string> protected_resources; ///< RFC 9728 §4

    /// What proofs may be signed with (RFC 9449 §5.1); empty: DPoP is not served.
    std::vector<std::string> dpop_signing_algorithms;

    // What OpenID Connect Discovery §3 requires of a document under its name (OIDCD-03).
    std::vector<std::string> subject_types{"public"}; ///< a user has one `sub` for all clients
    /// What tokens are signed with. No ID token is issued; clients insist on the member.
    std::vector<std::string> id_token_signing_algorithms{"ES256"};

    // For people.
    std::optional<std::string> service_documentation; ///< a page for developers
    std::optional<std::string> policy_uri; ///< `op_policy_uri`: what clients may do with the data
    std::optional<std::string> tos_uri;    ///< `op_tos_uri`: terms of service
};

/// The metadata document, the same one for every location (MCP-ASM-04; OIDCD-02).
///
/// It states `request_uri_parameter_supported: false`, since OpenID's default is true (OIDCD-05),
/// and `request_parameter_supported: false` beside it.
[[nodiscard]] MCP_OAUTH_EXPORT std::string server_metadata(const server_capabilities& server);

/// Every path at which a client may look for this issuer's document, the likeliest first
/// (RFC 8414 §3.1, OpenID Connect Discovery §4.1; ASM-02, OIDCD-01).
///
/// Two for an issuer without a path. With one: both names inserted before it, both appended to it.
[[nodiscard]] MCP_OAUTH_EXPORT std::vector<std::string>
server_metadata_paths(const issuer_identifier& issuer);

} // namespace v0
} // namespace mcp_oauth
