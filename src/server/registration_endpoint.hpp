#pragma once

#include <string_view>

#include "server/exchange.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What the ID of every client that registered itself begins with.
inline constexpr std::string_view registered_client_prefix = "client_";

/// The registration endpoint (RFC 7591 §3).
[[nodiscard]] operation<http_response> begin_registration(exchange x);

} // namespace v0
} // namespace mcp_oauth
