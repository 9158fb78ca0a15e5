#pragma once

#include <cstddef>
#include <string>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"
#include "mcp_oauth/rfc/7662_rules.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// How much an issuer is asked, so that a stranger's garbage does not become a flood of requests.
/// What is beyond it is 503, and an event says so (`throttled`).
struct introspection_limits {
    /// Questions under way.
    std::size_t at_once = 64;
    /// Questions of all callers together that did not lead to a good token, failed ones included.
    /// How many one source may ask is up to `resource_server_ports::limiter`.
    attempt_rate fruitless{600, 600};
};

/// Somebody else's authorization server whose access tokens cannot be checked here, such as opaque
/// ones, and which is asked about each (RFC 7662). Pinned by its identifier, as `trusted_issuer`.
///
/// Whoever is asked about a token sees it, and could use it. So there is one such issuer at most,
/// and it is shown the JWTs that name it as `iss`, and what names nobody: everything that is no
/// JWT, and that this server did not seal itself. The token of a trusted issuer, or of one that is
/// not pinned, is never shown to it. Beside it, trust no issuer whose tokens for this resource are
/// opaque.
struct introspected_issuer {
    /// To the letter, with the slash at the end where it has one. `https`.
    std::string issuer;
    /// Where it is asked, `https`. Empty: its metadata says so, see `discovery_urls`; looked up
    /// before the first question, and then once an hour.
    std::string endpoint;

    // As whom it is asked: a client that the issuer knows, and that is this resource server.
    std::string client_id; ///< not empty, no control characters
    secret client_secret;  ///< likewise
    /// `client_secret_basic` or `client_secret_post`.
    client_authentication_method method = client_authentication_method::client_secret_basic;

    /// The audience by which the issuer knows the resource, as in `trusted_issuer`.
    std::string audience;
    introspection_rules rules; ///< `accepted` without an audience only where there is one resource
    /// For clocks that disagree, at most a minute.
    seconds leeway{0};
    /// For how long an answer that a token is good is used again, but not beyond the token's `exp`:
    /// at most a minute, since this is how long a revocation goes unnoticed. Zero: the issuer is
    /// asked each time. That a token is no good is not remembered.
    seconds remembered{10};
    introspection_limits limits; ///< of what strangers make this server ask
};

} // namespace v0
} // namespace mcp_oauth
