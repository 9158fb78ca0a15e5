#pragma once

#include <set>
#include <string>

#include "browser.hpp"
#include "mcp.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/cors.hpp"
#include "mcp_oauth/server/resource_server.hpp"
#include "origin_guard.hpp"

namespace mcp_server {

/// Every path of this program, and who answers it:
///
///     /mcp                            the MCP endpoint, behind `origin_guard` and the gate
///     issuer.endpoints()              token, registration, revocation, JWKS, metadata: the library
///     gate.endpoints()                both protected-resource documents: the library
///     issuer.authorization_path()     our login and consent pages: `browser`
///     / /login /consent /logout       likewise
///
/// It knows no HTTP server: a host with another one keeps this file. Threads: any.
class site {
public:
    struct parts {
        const mcp_oauth::authorization_server& issuer;
        const mcp_oauth::resource_server& gate;
        browser pages;
        std::vector<std::string> cors_allowed_origins;
        std::string resource;
    };
    explicit site(parts all);
    site(const site&) = delete; // `guard_` refers to `cors_`
    site& operator=(const site&) = delete;

    [[nodiscard]] mcp_oauth::http_response respond(const mcp_oauth::http_request& request);

private:
    using request = mcp_oauth::http_request;
    using response = mcp_oauth::http_response;

    [[nodiscard]] response mcp(const request& in);
    [[nodiscard]] response for_scripts(const request& in, response answer) const;
    [[nodiscard]] request without_legacy_path(const request& in) const;

    parts parts_;
    mcp_oauth::cors_policy cors_;
    origin_guard guard_;
    mcp_endpoint mcp_;
    std::string mcp_path_;
    std::string prefix_; ///< of the issuer's endpoints; empty where the issuer is an origin
    std::set<std::string, std::less<>> issuer_paths_;
    std::set<std::string, std::less<>> gate_paths_;
};

} // namespace mcp_server
