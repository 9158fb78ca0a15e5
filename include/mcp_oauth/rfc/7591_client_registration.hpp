#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"
#include "mcp_oauth/rfc/8252_redirect_uri.hpp"

/// RFC 7591: dynamic client registration, with the application types of OpenID Connect Registration
/// that MCP asks for (MCP-DCR-03 … 05).
namespace mcp_oauth {
inline namespace v0 {

/// How much a registration may hold (DCR-17). One past any of these is refused.
struct registration_limits {
    std::size_t document_octets = 16 * 1024; ///< of the body
    std::size_t json_depth = 8;              ///< objects and arrays inside one another
    std::size_t redirect_uris = 16;          ///< how many
    std::size_t display_string = 256;        ///< octets of a name, a version or a contact
    std::size_t uri_octets = 2048; ///< of `client_uri` and its like; redirects have their own rule
    std::size_t contacts = 8;      ///< how many
};

/// What this server registers.
struct registration_rules {
    redirect_rules redirects; ///< which redirect URIs may be registered
    /// What the server serves. `implicit` and `password` are not registered even if they stand
    /// here.
    std::vector<std::string> grant_types{"authorization_code", "refresh_token"};
    /// What the server serves. A client that names none gets `client_secret_basic` (RFC 7591 §2),
    /// and the first of these where that is not among them.
    std::vector<client_authentication_method> methods{
        client_authentication_method::none, client_authentication_method::client_secret_basic,
        client_authentication_method::client_secret_post};
    /// Those that a registration may name; others are left out (DCR-18, ATK-RG-02).
    scope_set scopes_offered;
    impossible_web web = impossible_web::refuse; ///< where type and redirects contradict each other
    /// Whether `dpop_bound_access_tokens` can be had; where it cannot, it is left out.
    bool dpop = false;
    registration_limits limits; ///< how much one may hold
};

/// A registration request that was found acceptable: a client without an ID and without a secret.
class client_registration {
public:
    /// Reads the body of a registration request (RFC 7591 §2, §3.1).
    ///
    ///   "The authorization server MUST ignore any client metadata sent by the client that it does
    ///    not understand", and "MAY reject or replace any of the client's requested metadata
    ///    values" (§2, §3.2.1).
    ///
    /// Checks:   a JSON object without repeated members (DCR-01). Known members have their type;
    ///           `null` and an empty string count as absent. Redirect URIs by `check_redirect_uri`
    ///           (DCR-08), at least one where a grant type uses them, their number, and that they
    ///           suit `application_type`. Response types suit grant types (DCR-09). `jwks` and
    ///           `jwks_uri` do not come together, and `jwks` holds public keys only (DCR-10). URIs
    ///           for people are `http` or `https` (MCP-DCR-13). Names hold no control and no
    ///           bidirectional formatting character (ATK-AZ-12).
    /// Replaces: a grant type that is not served, or that a public client may not use, is left out
    ///           if something remains; so is a response type without its grant type, and a scope
    ///           that is not offered. Defaults are those of RFC 7591 §2 (DCR-05); an absent or
    ///           unknown `application_type` is read off the redirect URIs (MCP-DCR-04).
    /// Ignores:  `client_id`, `client_secret`, software statements, language-tagged members.
    /// Errors:   `invalid_redirect_uri`, or `invalid_client_metadata` for everything else (DCR-11).
    [[nodiscard]] MCP_OAUTH_EXPORT static expected<client_registration, error>
    parse(std::string_view body, const registration_rules& rules);

    /// What will be registered. `client_id` and `secrets` are empty, `provenance` is `registered`.
    [[nodiscard]] const client& draft() const noexcept { return draft_; }

    /// The client itself. Requires: `digest` if and only if the draft is confidential (DCR-06).
    [[nodiscard]] client issue(std::string client_id, instant issued_at,
                               std::optional<secret_digest> digest) && {
        draft_.client_id = std::move(client_id);
        draft_.issued_at = issued_at;
        if (digest && !draft_.is_public()) draft_.secrets.push_back(*digest);
        return std::move(draft_);
    }

private:
    explicit client_registration(client draft) : draft_(std::move(draft)) {}
    client draft_;
};

/// The body of the 201 (RFC 7591 §3.2.1; DCR-03, DCR-04, MCP-DCR-06): the ID, and all that was
/// registered, defaults included.
///
/// A public client gets no secret, whatever is passed (DCR-06). `client_secret_expires_at` is 0 for
/// one that does not expire. RFC 7592's members are left out, they would promise what is not served
/// (MCP T-29).
[[nodiscard]] MCP_OAUTH_EXPORT std::string
registration_response(const client& registered, const secret* client_secret,
                      std::optional<instant> secret_expires_at);

/// A client as JSON text for a store. Secrets are digests and stay so (OA21-GEN-05).
[[nodiscard]] MCP_OAUTH_EXPORT std::string encode_client(const client& record);

/// The client that `encode_client` wrote. Members of a later version are ignored.
/// Errors: nothing where a member is missing that cannot be guessed safely, or has another type.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<client> decode_client(std::string_view json);

} // namespace v0
} // namespace mcp_oauth
