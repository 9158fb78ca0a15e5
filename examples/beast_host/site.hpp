#pragma once

#include <map>
#include <mutex>
#include <string>

#include "mcp_oauth/adapters/key_file.hpp"
#include "mcp_oauth/mcp_oauth.hpp"

/// What the server answers, without a word about sockets: the library's endpoints, a login, a
/// consent page, and an MCP handler behind the gate.
class site {
public:
    /// `here` is the public URL. Ends the program where the configuration is wrong.
    site(std::string here, mcp_oauth::server_keys keys);

    [[nodiscard]] mcp_oauth::http_response serve(const mcp_oauth::http_request& request);

private:
    [[nodiscard]] mcp_oauth::http_response authorize(const mcp_oauth::http_request& request);
    [[nodiscard]] mcp_oauth::http_response log_in(const mcp_oauth::http_request& request);
    [[nodiscard]] mcp_oauth::http_response decide(const mcp_oauth::http_request& request);
    [[nodiscard]] mcp_oauth::http_response mcp(const mcp_oauth::http_request& request);

    std::string here_;
    mcp_oauth::memory_store store_; // one that is kept, and a restart logs nobody out
    mcp_oauth::memory_attempt_limiter limiter_;
    mcp_oauth::authorization_server issuer_;
    mcp_oauth::resource_server gate_;
};
