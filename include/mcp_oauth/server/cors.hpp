#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/http_message.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Which pages of other origins may call the endpoints, for clients that run in a browser (CORS,
/// the Fetch standard §3.2; MCP-SEC-13, OA21-TOK-14, BEAR-06).
///
/// Use it for every path of `endpoints()` of both servers and for the resource itself, whatever the
/// status of the answer. Never for the authorization endpoint and the host's pages: those are
/// navigated to, and must not be read (OA21-AUTHZ-07, MCP-AZR-13).
///
/// Every origin may be allowed: no credentials are, so cookies play no part, and whoever calls has
/// to bring a token.
///
/// Threads: immutable after construction; any thread may call anything.
class MCP_OAUTH_EXPORT cors_policy {
public:
    /// Origins as browsers send them, compared octet for octet: scheme, host and port, without a
    /// slash at the end (RFC 6454 §7). `*` is all of them; nothing is none.
    explicit cors_policy(std::vector<std::string> allowed_origins);

    /// Whether this origin is listed by name; `*` is no name.
    [[nodiscard]] bool names(std::string_view origin) const noexcept;

    /// The answer to a preflight, nothing where `request` is none. Give it before any
    /// authentication: a preflight brings no token.
    [[nodiscard]] std::optional<http_response> preflight(const http_request& request) const;

    /// What lets the page that sent `request` read the answer. It takes the place of the
    /// `Access-Control-Expose-Headers` that a challenge of the gate has, and names the same fields
    /// and more.
    [[nodiscard]] std::vector<http_header> headers_for(const http_request& request) const;
    /// Puts `headers_for` into `response`.
    void allow(const http_request& request, http_response& response) const;

private:
    std::vector<std::string> allowed_;
    bool all_;
};

} // namespace v0
} // namespace mcp_oauth
