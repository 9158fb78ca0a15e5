#pragma once

#include "mcp_oauth/rfc/6749_parameters.hpp"
#include "server/exchange.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The token endpoint (OAuth 2.1 §3.2), in this order: method, content type and
/// size; parameters; grant type; client; what belongs to the grant; the state machine; the swap.
[[nodiscard]] operation<http_response> begin_token(exchange x);

/// The revocation endpoint (RFC 7009).
[[nodiscard]] operation<http_response> begin_revocation(exchange x);

/// An operation that has its answer already.
[[nodiscard]] operation<http_response> finished(http_response response);

/// Reads the form of a POST: the token, revocation and similar endpoints begin alike.
/// Errors: the complete answer: 405, 413, or 400 `invalid_request`.
[[nodiscard]] expected<parameters, http_response> read_form(const exchange& x);

} // namespace v0
} // namespace mcp_oauth
