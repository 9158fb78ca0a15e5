#include "mcp_oauth/server/cors.hpp"

#include <algorithm>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr const char* methods = "GET, POST, DELETE, OPTIONS";
constexpr const char* request_headers =
    "authorization, content-type, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, "
    "last-event-id, dpop";
constexpr const char* response_headers = "WWW-Authenticate, Mcp-Session-Id, DPoP-Nonce";
constexpr const char* expose = "Access-Control-Expose-Headers";

} // namespace

cors_policy::cors_policy(std::vector<std::string> allowed_origins)
    : allowed_(std::move(allowed_origins)),
      all_(std::find(allowed_.begin(), allowed_.end(), "*") != allowed_.end()) {}

bool cors_policy::names(std::string_view origin) const noexcept {
    return origin != "*" && std::find(allowed_.begin(), allowed_.end(), origin) != allowed_.end();
}

std::optional<http_response> cors_policy::preflight(const http_request& request) const {
    const bool asks = request.method == "OPTIONS" && request.header("origin") &&
                      request.header("access-control-request-method");
    if (!asks) return std::nullopt;
    http_response answer{204, {}, {}};
    allow(request, answer);
    if (answer.header("access-control-allow-origin")) {
        answer.headers.push_back({"Access-Control-Allow-Methods", methods});
        answer.headers.push_back({"Access-Control-Allow-Headers", request_headers});
        answer.headers.push_back({"Access-Control-Max-Age", "600"});
    }
    return answer;
}

std::vector<http_header> cors_policy::headers_for(const http_request& request) const {
    std::vector<http_header> headers;
    if (!all_) headers.push_back({"Vary", "Origin"}); // a cache must not serve one to the other
    const auto origin = request.header("origin");
    const bool listed = origin && names(*origin);
    if (!all_ && !listed) return headers;
    headers.push_back({"Access-Control-Allow-Origin", all_ ? "*" : std::string{*origin}});
    headers.push_back({expose, response_headers});
    return headers;
}

void cors_policy::allow(const http_request& request, http_response& response) const {
    auto& headers = response.headers;
    const auto is_exposure = [](const http_header& each) {
        return equal_ignoring_case(each.name, expose);
    };
    headers.erase(std::remove_if(headers.begin(), headers.end(), is_exposure), headers.end());
    for (auto& each : headers_for(request)) headers.push_back(std::move(each));
}

} // namespace v0
} // namespace mcp_oauth
