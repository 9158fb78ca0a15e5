#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/public_text.hpp"

/// RFC 6749 §4.1.2.1 and §5.2, with the codes that later documents add: what goes wrong, as a value
/// that knows how it is spelled, which status it has, and whether it may travel by redirect.
namespace mcp_oauth {
inline namespace v0 {

/// Every error code that this library puts on the wire.
enum class error_code : std::uint8_t {
    invalid_request,     ///< a parameter is missing, repeated or malformed
    invalid_client,      ///< client authentication failed, or nobody knows the client
    invalid_grant,       ///< code or refresh token: unknown, spent, expired, revoked, or another's
    unauthorized_client, ///< this client may not use this grant type
    unsupported_grant_type,    ///< a grant type that no client may use here
    unsupported_response_type, ///< anything but `code`
    invalid_scope,             ///< malformed, unknown, or beyond what was granted
    access_denied,             ///< the user said no
    server_error,              ///< the fault is the server's, or its host's
    temporarily_unavailable,   ///< the same request may succeed later
    invalid_target,            ///< RFC 8707 §2: a resource that is not served, or not granted
    invalid_token,      ///< RFC 6750 §3.1: the token is no good, for a reason that stays inside
    insufficient_scope, ///< RFC 6750 §3.1: a good token, for less than this call needs
    invalid_dpop_proof, ///< RFC 9449 §5; at a resource server its status is 401 (§7.1)
    use_dpop_nonce, ///< RFC 9449 §8: send it again with the nonce of this answer; likewise (§9)
    invalid_redirect_uri,      ///< RFC 7591 §3.2.2: one that may not be registered
    invalid_client_metadata,   ///< RFC 7591 §3.2.2: any other member
    request_not_supported,     ///< OpenID Connect Core §3.1.2.6: `request` was sent
    request_uri_not_supported, ///< likewise `request_uri`
    login_required,            ///< likewise: `prompt=none`, and the user is not logged in
    consent_required,          ///< likewise: `prompt=none`, and the user has to be asked
};

/// What follows from a code alone.
struct wire_rules {
    std::string_view name; ///< the value of `error`
    int http_status;       ///< of a direct answer
    bool may_redirect;     ///< whether it may be delivered to a matched redirect URI
};

/// No `default:` on purpose: a code without its rules does not compile (-Werror=switch).
[[nodiscard]] constexpr wire_rules rules(error_code code) noexcept {
    switch (code) {
    case error_code::invalid_request: return {"invalid_request", 400, true};
    case error_code::invalid_client: return {"invalid_client", 401, false};
    case error_code::invalid_grant: return {"invalid_grant", 400, false};
    case error_code::unauthorized_client: return {"unauthorized_client", 400, true};
    case error_code::unsupported_grant_type: return {"unsupported_grant_type", 400, false};
    case error_code::unsupported_response_type: return {"unsupported_response_type", 400, true};
    case error_code::invalid_scope: return {"invalid_scope", 400, true};
    case error_code::access_denied: return {"access_denied", 403, true};
    case error_code::server_error: return {"server_error", 500, true};
    case error_code::temporarily_unavailable: return {"temporarily_unavailable", 503, true};
    case error_code::invalid_target: return {"invalid_target", 400, true};
    case error_code::invalid_token: return {"invalid_token", 401, false};
    case error_code::insufficient_scope: return {"insufficient_scope", 403, false};
    case error_code::invalid_dpop_proof: return {"invalid_dpop_proof", 400, false};
    case error_code::use_dpop_nonce: return {"use_dpop_nonce", 400, false};
    case error_code::invalid_redirect_uri: return {"invalid_redirect_uri", 400, false};
    case error_code::invalid_client_metadata: return {"invalid_client_metadata", 400, false};
    case error_code::request_not_supported: return {"request_not_supported", 400, true};
    case error_code::request_uri_not_supported: return {"request_uri_not_supported", 400, true};
    case error_code::login_required: return {"login_required", 400, true};
    case error_code::consent_required: return {"consent_required", 400, true};
    }
    return {"server_error", 500, false}; // only reachable through a cast from an outside integer
}

/// A refusal that the peer may see.
struct error {
    error_code code = error_code::server_error; ///< what a program acts on
    public_text description = "";               ///< what went wrong, never with what value

    /// The rules of its code.
    [[nodiscard]] constexpr wire_rules wire() const noexcept { return rules(code); }
    friend bool operator==(const error& a, const error& b) noexcept {
        return a.code == b.code && a.description.view() == b.description.view();
    }
};

/// Shorthand for `return refuse(error_code::invalid_request, "…");`.
[[nodiscard]] inline unexpected<error> refuse(error_code code, public_text why) noexcept {
    return unexpected<error>{error{code, why}};
}

} // namespace v0
} // namespace mcp_oauth
