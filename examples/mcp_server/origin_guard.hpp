#pragma once

#include <string>

#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/server/cors.hpp"

namespace mcp_server {

/// Against DNS rebinding (MCP-SEC-09): a page of some website, whose name was made to point at this
/// machine, must not talk to the MCP endpoint as if it were a local program.
///
/// `Host` must be the configured host or a loopback one. `Origin`, where there is one, must be that
/// too, or be listed by name in `cors_allowed_origins`. Ports are free: the inspector and other
/// local tools have ports of their own.
class origin_guard {
public:
    origin_guard(std::string issuer, const mcp_oauth::cors_policy& cors)
        : issuer_(std::move(issuer)), cors_(cors) {}

    /// Otherwise the answer is a plain 403, without a challenge.
    [[nodiscard]] bool lets_pass(const mcp_oauth::http_request& request) const;

private:
    std::string issuer_;
    const mcp_oauth::cors_policy& cors_;
};

} // namespace mcp_server
