#pragma once

#include <string>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"
#include "mcp_oauth/rfc/9068_profile.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// How long an issuer's keys are used before they are fetched again: 1 s <= `between_fetches` <=
/// `shortest` <= `longest` <= 24 h, and `while_unreachable` at most seven days.
struct key_freshness {
    /// The response's `max-age` counts within these bounds; where it has none, the lower one.
    seconds shortest{300};
    seconds longest{3600}; ///< and no longer, whatever the response says
    /// How much longer they are used while the issuer cannot be reached. A key that is removed
    /// counts as long as nobody hears of it, so this is also how long an attacker who cuts the
    /// connection keeps a stolen key alive.
    seconds while_unreachable{3600};
    /// Between two attempts to fetch, whatever the reason: a flood of unknown key names costs one
    /// (ATK-JW-04).
    seconds between_fetches{30};
};

/// Somebody else's authorization server whose access tokens are taken, pinned by its identifier
/// (MCP-TOK-06). A token's `iss` chooses among those that are configured and reaches no other.
struct trusted_issuer {
    /// To the letter, with the slash at the end where it has one. `https`.
    std::string issuer;

    // Where its keys are: at most one of these. Both empty: its metadata says so, see
    // `discovery_urls`.
    std::string jwks_uri; ///< an `https` URL, at whatever host; its metadata is not asked then
    std::string jwks;     ///< the JWK Set itself; nothing is ever fetched

    /// What its tokens may be signed with (JBCP-01).
    algorithm_set algorithms = algorithm_set::all();
    /// What it writes tokens by. `plain_jwt` also takes what is not marked as an access token, so
    /// read there what keeps its ID tokens out.
    access_token_profile profile = access_token_profile::rfc_9068;
    /// The audience by which the issuer knows the resource, where that is not its identifier. Only
    /// where there is one resource: tokens for one must not open another (MCP-TOK-05).
    std::string audience;
    /// For clocks that disagree, at most a minute.
    seconds leeway{0};
    key_freshness freshness; ///< of keys that are fetched; `jwks` is good for ever
};

} // namespace v0
} // namespace mcp_oauth
