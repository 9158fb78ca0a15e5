#pragma once

#include <memory>
#include <string_view>

#include "server/exchange.hpp"

/// What the host does to grants, with no client and no token in sight.
namespace mcp_oauth {
inline namespace v0 {

/// `authorization_server::revoke_grant`.
[[nodiscard]] operation<expected<bool, unavailable>>
begin_grant_revocation(std::shared_ptr<const server_state> server, std::string_view id);

/// `authorization_server::list_grants`.
[[nodiscard]] operation<expected<grant_page, unavailable>>
begin_grant_listing(exchange x, const grant_owner& owner, std::string_view after,
                    std::size_t limit);

/// `authorization_server::revoke_grants`.
[[nodiscard]] operation<expected<std::size_t, unavailable>>
begin_owner_revocation(std::shared_ptr<const server_state> server, const grant_owner& owner);

/// `authorization_server::delete_client`.
[[nodiscard]] operation<expected<std::size_t, unavailable>>
begin_client_deletion(std::shared_ptr<const server_state> server, std::string_view client_id);

} // namespace v0
} // namespace mcp_oauth
