#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mcp_oauth/grammar/http_message.hpp"

namespace mcp_server {

/// What pages of other origins may read. Browser clients call every endpoint but the authorization
/// endpoint, which is navigated to and must not be read (MCP-SEC-13, OA21-AUTHZ-07).
///
/// No credentials are allowed: cookies play no part at these endpoints, tokens come in a header.
class cors_policy {
public:
    /// Origins as browsers send them; `*` is all of them.
    explicit cors_policy(std::vector<std::string> allowed_origins);

    /// Whether this origin is listed by name.
    [[nodiscard]] bool names(const std::string& origin) const;

    /// The answer to a preflight; nothing where `request` is none. It comes before any
    /// authentication.
    [[nodiscard]] std::optional<mcp_oauth::http_response>
    preflight(const mcp_oauth::http_request& request) const;

    /// Adds what lets the page read `response`.
    void allow(const mcp_oauth::http_request& request, mcp_oauth::http_response& response) const;

private:
    std::vector<std::string> allowed_;
    bool all_;
};

} // namespace mcp_server
