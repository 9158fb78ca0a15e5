#pragma once

#include <optional>
#include <string_view>

#include "server/exchange.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// `authorization_server::authorize` (OAuth 2.1 §4.1.1): a request becomes a ticket, or an error
/// page where the client or its redirect URI cannot be proven.
[[nodiscard]] operation<authorize_outcome> begin_authorization(exchange x);

/// `authorization_server::authenticated`: the ticket's user is known.
[[nodiscard]] operation<authenticated_outcome>
begin_authenticated_flow(exchange x, std::string_view ticket, std::optional<login> who);

/// `authorization_server::approve` and `deny`; `given` is absent for a denial.
[[nodiscard]] operation<decision_outcome> begin_decision(exchange x, std::string_view ticket,
                                                         std::string_view session,
                                                         std::optional<approval> given);

} // namespace v0
} // namespace mcp_oauth
