#include "adapters/redis/address.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "grammar/ascii.hpp"
#include "mcp_oauth/grammar/uri.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace redis {
namespace {

unexpected<std::string> refuse(const char* problem) {
    return unexpected<std::string>{std::string{"the URI "} + problem};
}

/// Requires: `text` out of a parsed URI, so each `%` has its two digits.
std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        out.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
        i += 2;
    }
    return out;
}

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return value;
}

/// `user:password`, `:password`, or a user alone, which Redis has no use for.
bool take_credentials(std::string_view userinfo, address& to) {
    const auto colon = userinfo.find(':');
    if (colon == std::string_view::npos) return false;
    to.user = percent_decoded(userinfo.substr(0, colon));
    to.password = secret{percent_decoded(userinfo.substr(colon + 1))};
    return !to.password.empty();
}

expected<address, std::string> tcp(const uri& u, address to) {
    if (u.host().empty()) return refuse("names no host");
    to.host = percent_decoded(u.host());
    if (to.host.front() == '[') to.host = to.host.substr(1, to.host.size() - 2);
    to.port = std::string{u.port().value_or("")};
    if (to.port.empty()) to.port = "6379";
    if (u.query()) return refuse("has a query; a database is named by its path");
    if (u.path().empty() || u.path() == "/") return to;
    const auto database = number(u.path().substr(1));
    if (!database) return refuse("has a path that is no database number");
    to.database = *database;
    return to;
}

expected<address, std::string> unix_socket(const uri& u, address to) {
    if (!u.host().empty()) return refuse("names a host; a socket's is unix:///path");
    to.socket_path = percent_decoded(u.path());
    if (to.socket_path.empty() || to.socket_path.front() != '/')
        return refuse("names no absolute path");
    if (!u.query()) return to;
    const auto database =
        u.query()->substr(0, 3) == "db=" ? number(u.query()->substr(3)) : std::nullopt;
    if (!database) return refuse("has a query other than db=number");
    to.database = *database;
    return to;
}

} // namespace

std::string address::name() const {
    if (!socket_path.empty()) return socket_path;
    return (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' + port;
}

expected<address, std::string> parse_address(std::string_view uri_text) {
    const auto u = uri::parse(uri_text);
    if (!u) return refuse("is none; percent-encode what is special in a password");
    if (u->scheme_is("rediss"))
        return refuse("asks for TLS; name a TLS proxy beside this process as redis:// or unix:");
    if (u->fragment()) return refuse("has a fragment");
    address to;
    if (u->userinfo() && !take_credentials(*u->userinfo(), to))
        return refuse("has a user and no password");
    if (u->scheme_is("redis") && u->has_authority()) return tcp(*u, std::move(to));
    if (u->scheme_is("unix")) return unix_socket(*u, std::move(to));
    return refuse("must begin with redis:// or unix:");
}

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
