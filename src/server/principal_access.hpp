#pragma once

#include <string>
#include <utility>

#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "mcp_oauth/server/resource_server.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The one place that makes principals, and it asks for a token that was found right.
struct principal_access {
    [[nodiscard]] static principal make(verified_access_token token) {
        auto claims = std::move(token).claims();
        principal who;
        who.issuer_ = std::move(claims.issuer);
        who.subject_ = std::move(claims.subject);
        who.client_id_ = std::move(claims.client_id);
        who.scopes_ = std::move(claims.scope);
        who.grant_id_ = std::move(claims.grant_id);
        who.expires_at_ = from_unix_seconds(claims.expires_at);
        who.key_thumbprint_ = std::move(claims.jkt);
        who.custom_claims_ = std::move(claims.custom).text();
        return who;
    }
    /// For another issuer's token: grants are this server's own, whatever its claims say.
    static void forget_grant(principal& who) { who.grant_id_.clear(); }
    static void set_host_data(principal& who, std::string host_data) {
        who.host_data_ = std::move(host_data);
    }
};

} // namespace v0
} // namespace mcp_oauth
