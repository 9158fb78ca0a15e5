#pragma once

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/ports/event_sink.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What an event tells of the request that it came of; its kind and the rest are the caller's.
inline event event_of(const http_request& request, instant arrived) {
    constexpr std::size_t longest_user_agent = 256;
    event e;
    e.at = arrived;
    e.source = request.source;
    e.correlation_id = request.correlation_id;
    if (const auto agent = request.header("user-agent"))
        e.user_agent = agent->substr(0, longest_user_agent);
    return e;
}

} // namespace v0
} // namespace mcp_oauth
