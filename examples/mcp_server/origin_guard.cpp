#include "origin_guard.hpp"

#include "mcp_oauth/grammar/uri.hpp"

namespace mcp_server {
namespace {

using mcp_oauth::equal_ignoring_case;
using mcp_oauth::uri;

bool is_bare_origin(const uri& u) {
    return !u.host().empty() && u.path().empty() && !u.query() && !u.fragment() && !u.userinfo();
}

} // namespace

bool origin_guard::lets_pass(const mcp_oauth::http_request& request) const {
    const auto own = uri::parse(issuer_);
    const auto is_ours = [&](const uri& other) {
        return is_bare_origin(other) &&
               (other.host_is_loopback() || equal_ignoring_case(other.host(), own->host()));
    };
    const auto host = request.header("host");
    if (!host) return false; // none, or two
    const auto called = uri::parse("http://" + std::string{*host});
    if (!called || !is_ours(*called)) return false;

    if (request.count("origin") == 0) return true; // not a browser
    const auto origin = request.header("origin");
    if (!origin) return false;
    if (cors_.names(std::string{*origin})) return true;
    const auto caller = uri::parse(*origin);
    if (!caller || !(caller->scheme_is("http") || caller->scheme_is("https"))) return false;
    if (own->scheme_is("https") && !caller->scheme_is("https") && !caller->host_is_loopback())
        return false;
    return is_ours(*caller);
}

} // namespace mcp_server
