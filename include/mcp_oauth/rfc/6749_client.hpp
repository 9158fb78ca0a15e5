#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"

/// RFC 6749 §2: what an authorization server knows about a client.
namespace mcp_oauth {
inline namespace v0 {

/// How a client authenticates at the token endpoint: the IANA registry's names, those that are
/// served.
enum class client_authentication_method : std::uint8_t {
    none,                ///< a public client: a bare `client_id` proves nothing (OA21-CLI-02)
    client_secret_basic, ///< HTTP Basic over form-encoded halves (RFC 6749 §2.3.1)
    client_secret_post,  ///< `client_secret` in the body (RFC 6749 §2.3.1)
};

/// The registered name.
[[nodiscard]] constexpr std::string_view name(client_authentication_method method) noexcept {
    switch (method) {
    case client_authentication_method::none: return "none";
    case client_authentication_method::client_secret_basic: return "client_secret_basic";
    case client_authentication_method::client_secret_post: return "client_secret_post";
    }
    return "";
}

/// Errors: nothing where no method that is served is called so.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<client_authentication_method>
client_authentication_method_from(std::string_view text) noexcept;

/// Where a client record comes from. One kind never overwrites another (MCP-REG-07).
enum class client_provenance : std::uint8_t {
    configured, ///< the operator vouches for it
    registered, ///< it came by itself (RFC 7591): nobody vouches for what it says
};

/// OpenID Connect Registration §2, and MCP-DCR-03.
enum class application_type : std::uint8_t {
    web,    ///< all its redirects are `https` and leave the user's machine
    native, ///< it may have loopback and private-use redirects (RFC 8252)
};

/// A client that registers as `web` with redirects that only a native one may have (MCP T-09).
enum class impossible_web : std::uint8_t {
    refuse,           ///< `invalid_redirect_uri`
    coerce_to_native, ///< it becomes what its redirects say, and the answer tells
};

/// SHA-256 of a client secret: what is stored in its place (OA21-GEN-05).
struct secret_digest {
    digest256 octets{}; ///< without salt: of a secret that is too random to be guessed
    /// When the secret stops working; nothing: never (RFC 7591 §3.2.1).
    std::optional<instant> expires_at;
};

/// One client. Plain data; members may be added, so name them when you make one.
struct client {
    std::string client_id; ///< printable ASCII (RFC 6749 appendix A.1), compared octet for octet
    client_provenance provenance = client_provenance::configured; ///< who vouches for the rest
    client_authentication_method method = client_authentication_method::none; ///< no other passes
    std::vector<secret_digest> secrets;     ///< several while one is being replaced
    std::vector<std::string> redirect_uris; ///< as registered: `match_redirect_uri` compares text
    /// By their registered names. What is not here is `unauthorized_client`.
    std::vector<std::string> grant_types{"authorization_code", "refresh_token"};
    std::vector<std::string> response_types{"code"};         ///< told back; only `code` is served
    application_type application = application_type::native; ///< bounds redirects at registration
    /// The registered `scope`: a default, or a ceiling, as the policy says.
    std::optional<scope_set> scope;
    /// It gets no code and cannot authenticate, from the next request on. The grants of a public
    /// client that registered itself vouch for it, and go on until they are revoked.
    bool disabled = false;
    /// Every token of this client is bound to a key (RFC 9449 §5.2).
    bool dpop_bound_access_tokens = false;

    // What a consent page shows. Self-asserted, and never proof of anything (DCR-13).
    // Empty: not said. URIs are `http` or `https` in a registration, and nothing here fetches them.
    std::string client_name; ///< plain text: whoever shows it escapes it
    std::string client_uri;  ///< a page about the client
    std::string logo_uri;    ///< an image; showing it tells the client's server who is looking
    std::string tos_uri;     ///< terms of service
    std::string policy_uri;  ///< what becomes of the user's data
    std::vector<std::string> contacts; ///< of those responsible, mostly e-mail addresses
    std::string software_id;      ///< the same for all installations of one program (RFC 7591 §2)
    std::string software_version; ///< changes with each update of it

    instant issued_at{}; ///< `client_id_issued_at` (RFC 7591 §3.2.1)
    /// When the registration ends unless a grant keeps it alive; nothing: never.
    std::optional<instant> expires_at;

    /// Whether the client registered this grant type.
    /// Does not check: that the server serves it.
    [[nodiscard]] MCP_OAUTH_EXPORT bool may_use(std::string_view grant_type) const noexcept;
    /// Whether it has nothing to authenticate with (OAuth 2.1 §2.1).
    [[nodiscard]] bool is_public() const noexcept {
        return method == client_authentication_method::none;
    }
};

} // namespace v0
} // namespace mcp_oauth
