#pragma once

#include <optional>
#include <string>

#include "mcp_oauth/ports/record_store.hpp"
#include "server/exchange.hpp"
#include "server/ticket.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The record of a remembered consent, keyed by user, client, redirect, resources and scopes
/// together: a request that differs in any of them is asked for again. The key is a MAC: a stolen
/// row does not even confirm a guess; and after a rotation of the server's secrets everybody is
/// asked once more.
[[nodiscard]] std::string consent_key(const server_state& server, const ticket& t,
                                      const scope_set& scopes);
/// Errors: nothing where the random source fails.
[[nodiscard]] std::optional<record> consent_record(const exchange& x, const ticket& t,
                                                   const scope_set& scopes);
/// Whether a stored consent still counts.
[[nodiscard]] bool consent_counts(const record& stored, instant now);

/// Whether a consent to this redirect may be remembered at all: never where any program on the
/// user's machine can receive the answer (OA21-AUTHZ-23, MCP-CIMD-29).
[[nodiscard]] bool may_remember(const policy& rules, const std::string& redirect_uri);

} // namespace v0
} // namespace mcp_oauth
