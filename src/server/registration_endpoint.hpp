#pragma once

#include "server/exchange.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The registration endpoint (RFC 7591 §3).
[[nodiscard]] operation<http_response> begin_registration(exchange x);

} // namespace v0
} // namespace mcp_oauth
