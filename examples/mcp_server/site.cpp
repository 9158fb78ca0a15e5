#include "site.hpp"

#include <utility>

#include "mcp_oauth/grammar/uri.hpp"

namespace mcp_server {
namespace {

using mcp_oauth::http_request;
using mcp_oauth::http_response;

template <class Service> std::set<std::string, std::less<>> paths_of(const Service& service) {
    std::set<std::string, std::less<>> paths;
    for (const auto& each : service.endpoints()) paths.insert(each.path);
    return paths;
}

std::string path_of(const std::string& url) {
    const auto parsed = mcp_oauth::uri::parse(url);
    return parsed ? std::string{parsed->path()} : std::string{};
}

http_response plain(int status, const char* text) {
    return {status,
            {{"Content-Type", "text/plain; charset=utf-8"},
             {"X-Content-Type-Options", "nosniff"},
             {"Cache-Control", "no-store"}},
            std::string{text} + '\n'};
}

} // namespace

site::site(parts all)
    : parts_(std::move(all)),
      cors_(parts_.cors_allowed_origins),
      guard_(parts_.issuer.issuer(), cors_),
      mcp_(parts_.gate),
      mcp_path_(path_of(parts_.resource)),
      prefix_(path_of(parts_.issuer.issuer())),
      issuer_paths_(paths_of(parts_.issuer)),
      gate_paths_(paths_of(parts_.gate)) {}

/// Clients of 2025-03-26 know three paths at the server's origin, and no metadata (MCP-BC-02).
/// Where the issuer is an origin, these are the real ones already.
http_request site::without_legacy_path(const http_request& in) const {
    auto out = in;
    if (prefix_.empty()) return out;
    for (const std::string_view legacy : {"/authorize", "/token", "/register"})
        if (in.path() == legacy) out.target.insert(0, prefix_);
    return out;
}

http_response site::respond(const http_request& asked) {
    const auto in = without_legacy_path(asked);
    const auto path = in.path();
    if (path == mcp_path_) return mcp(in);
    if (issuer_paths_.count(path) != 0 || gate_paths_.count(path) != 0) {
        if (auto preflight = cors_.preflight(in)) return std::move(*preflight);
        const bool is_issuers = issuer_paths_.count(path) != 0;
        return for_scripts(in, is_issuers ? parts_.issuer.handle(in) : parts_.gate.handle(in));
    }
    if (path == parts_.issuer.authorization_path()) return parts_.pages.authorize(in);
    if (path == "/") return parts_.pages.home(in);
    if (path == "/login") return parts_.pages.login(in);
    if (path == "/consent") return parts_.pages.consent(in);
    if (path == "/logout") return parts_.pages.logout(in);
    // Clients probe for metadata, from browsers too, and take a 404 for an answer.
    return for_scripts(in, plain(404, "There is nothing here."));
}

http_response site::mcp(const http_request& in) {
    if (!guard_.lets_pass(in)) return plain(403, "This host or origin is not allowed here.");
    if (auto preflight = cors_.preflight(in)) return std::move(*preflight);
    return for_scripts(in, mcp_.respond(in));
}

http_response site::for_scripts(const http_request& in, http_response answer) const {
    cors_.allow(in, answer);
    return answer;
}

} // namespace mcp_server
