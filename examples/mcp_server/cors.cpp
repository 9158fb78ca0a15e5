#include "cors.hpp"

#include <algorithm>

namespace mcp_server {
namespace {

constexpr const char* methods = "GET, POST, DELETE, OPTIONS";
constexpr const char* request_headers =
    "authorization, content-type, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, "
    "last-event-id, dpop";
constexpr const char* response_headers = "WWW-Authenticate, Mcp-Session-Id, DPoP-Nonce";

} // namespace

cors_policy::cors_policy(std::vector<std::string> allowed_origins)
    : allowed_(std::move(allowed_origins)),
      all_(std::find(allowed_.begin(), allowed_.end(), "*") != allowed_.end()) {}

bool cors_policy::names(const std::string& origin) const {
    return origin != "*" && std::find(allowed_.begin(), allowed_.end(), origin) != allowed_.end();
}

std::optional<mcp_oauth::http_response>
cors_policy::preflight(const mcp_oauth::http_request& request) const {
    const bool asks = request.method == "OPTIONS" && request.header("origin") &&
                      request.header("access-control-request-method");
    if (!asks) return std::nullopt;
    mcp_oauth::http_response answer{204, {}, {}};
    allow(request, answer);
    if (answer.header("access-control-allow-origin")) {
        answer.headers.push_back({"Access-Control-Allow-Methods", methods});
        answer.headers.push_back({"Access-Control-Allow-Headers", request_headers});
        answer.headers.push_back({"Access-Control-Max-Age", "600"});
    }
    return answer;
}

void cors_policy::allow(const mcp_oauth::http_request& request,
                        mcp_oauth::http_response& response) const {
    if (!all_) response.headers.push_back({"Vary", "Origin"});
    const auto origin = request.header("origin");
    const bool listed = origin && names(std::string{*origin});
    if (!all_ && !listed) return;
    response.headers.push_back(
        {"Access-Control-Allow-Origin", all_ ? std::string{"*"} : std::string{*origin}});
    // The gate exposes its challenge already; this list holds that too.
    auto& headers = response.headers;
    headers.erase(std::remove_if(headers.begin(), headers.end(),
                                 [](const mcp_oauth::http_header& each) {
                                     return mcp_oauth::equal_ignoring_case(
                                         each.name, "access-control-expose-headers");
                                 }),
                  headers.end());
    headers.push_back({"Access-Control-Expose-Headers", response_headers});
}

} // namespace mcp_server
