#pragma once

#include <map>
#include <mutex>
#include <string>

#include "mcp_oauth/mcp_oauth.hpp"

/// What the server answers, without a word about sockets: the library's endpoints, a login, a
/// consent page, and an MCP handler behind the gate.
class site {
public:
    /// `here` is the public URL. Ends the program where the configuration is wrong.
    explicit site(std::string here);

    [[nodiscard]] mcp_oauth::http_response serve(const mcp_oauth::http_request& request);

private:
    [[nodiscard]] mcp_oauth::http_response authorize(const mcp_oauth::http_request& request);
    [[nodiscard]] mcp_oauth::http_response log_in(const mcp_oauth::http_request& request);
    [[nodiscard]] mcp_oauth::http_response decide(const mcp_oauth::http_request& request);
    [[nodiscard]] mcp_oauth::http_response mcp(const mcp_oauth::http_request& request);

    std::string here_;
    mcp_oauth::memory_store store_;
    mcp_oauth::memory_attempt_limiter limiter_;
    mcp_oauth::authorization_server issuer_;
    mcp_oauth::resource_server gate_;
};
