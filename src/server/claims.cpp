#include "server/claims.hpp"

#include <algorithm>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"

namespace mcp_oauth {
inline namespace v0 {

access_token_claims claims_for(const grant& g, const scope_set& scope, const std::string& resource,
                               const std::array<std::uint8_t, 16>& id, const exchange& x) {
    access_token_claims claims;
    claims.issuer = x.server().common->issuer;
    claims.subject = g.subject;
    claims.audience = {resource};
    claims.client_id = g.client_id;
    claims.scope = scope;
    claims.issued_at = to_unix_seconds(x.arrived());
    claims.expires_at = (std::min)(claims.issued_at + x.rules().access_token.lifetime.count(),
                                   to_unix_seconds(g.life.absolute_end));
    claims.jti = base64url(as_view(id));
    claims.grant_id = to_text(g.id);
    claims.auth_time = g.auth_time;
    claims.acr = g.acr;
    claims.amr = g.amr;
    return claims;
}

} // namespace v0
} // namespace mcp_oauth
