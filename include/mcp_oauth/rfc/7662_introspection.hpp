#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"
#include "mcp_oauth/rfc/7662_rules.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"

/// RFC 7662 from the side of the resource server: what its issuer is asked about a token, and what
/// of the answer is believed.
namespace mcp_oauth {
inline namespace v0 {

/// As whom a resource server asks (RFC 7662 §2.1): a confidential client of the issuer's.
class introspection_client {
public:
    /// Checks: a client ID and a secret are there, neither with a control character; the method is
    ///         `client_secret_basic` or `client_secret_post`: who proves nothing may not ask.
    /// Errors: nothing.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<introspection_client>
    make(std::string_view client_id, const secret& client_secret,
         client_authentication_method method);

    /// The value of `Authorization`; empty where the credentials are in the form.
    [[nodiscard]] const secret& authorization() const noexcept { return authorization_; }
    /// What is sent to ask about `token`: the token in the body and nowhere else, with
    /// `token_type_hint` `access_token` (RFC 7662 §2.1, §4).
    [[nodiscard]] MCP_OAUTH_EXPORT secret form_about(std::string_view token) const;

private:
    introspection_client(secret authorization, secret form_start)
        : authorization_(std::move(authorization)), form_start_(std::move(form_start)) {}
    secret authorization_;
    secret form_start_; ///< ends before the next parameter's name
};

/// Nobody can tell: the answer is none by RFC 7662. 503, never `invalid_token`.
struct introspection_unreadable {};

/// Octets of an answer; a larger one is not read.
inline constexpr std::size_t largest_introspection = largest_access_token;

/// A token as its issuer describes it.
class introspected_token {
public:
    /// Decides whether the token that was asked about may be used at `expected.audience` now.
    ///
    /// Requires: `answer` is the body of a 200 that came from `expected.issuer` over TLS.
    /// Checks:   JSON, an object, without repeated members, at most `largest_introspection` octets
    ///           and eight deep; `active` is the boolean `true` (INT-10); `token_type` is `Bearer`,
    ///           or `DPoP` with `cnf.jkt`, in any case, so that a refresh token is none (INT-11);
    ///           then every claim as in a JWT of `access_token_profile::plain_jwt`: `iss` where it
    ///           is there, `aud`, `sub`, `exp`, `nbf`, `scope`, and `cnf`, of which `jkt` alone is
    ///           understood. A token whose end is not told is not taken.
    /// Does not check: that a bound token comes with a proof. `username` is nobody's subject, and
    ///           neither is `client_id`, in a token without `sub`: a client may be called as a user
    ///           is.
    /// Errors:   `token_refusal`: it is no good (401). `introspection_unreadable`: unknown (503).
    [[nodiscard]] MCP_OAUTH_EXPORT static std::variant<verified_access_token, token_refusal,
                                                       introspection_unreadable>
    read(std::string_view answer, access_token_expectations expected,
         const introspection_rules& rules);
};

} // namespace v0
} // namespace mcp_oauth
