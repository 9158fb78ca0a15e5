// Uniform Resource Identifiers by RFC 3986, with a scheme. The grammar as it stands in appendix A:
// what it does not derive is refused, also where every browser would know what was meant.

#include "mcp_oauth/grammar/uri.hpp"

#include <algorithm>
#include <limits>

#include "grammar/ascii.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/grammar/ip_address.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr bool is_one_of(std::string_view set, char c) noexcept {
    return set.find(c) != std::string_view::npos;
}
constexpr bool is_unreserved(char c) noexcept {
    return is_alpha(c) || is_digit(c) || is_one_of("-._~", c);
}
constexpr bool is_sub_delim(char c) noexcept { return is_one_of("!$&'()*+,;=", c); }
constexpr bool is_reg_name(char c) noexcept { return is_unreserved(c) || is_sub_delim(c); }
constexpr bool is_userinfo(char c) noexcept { return is_reg_name(c) || c == ':'; }
constexpr bool is_path(char c) noexcept { return is_userinfo(c) || c == '@' || c == '/'; }
constexpr bool is_query(char c) noexcept { return is_path(c) || c == '?'; }
constexpr bool is_scheme(char c) noexcept {
    return is_alpha(c) || is_digit(c) || is_one_of("+-.", c);
}

// Whether `text` is *( allowed / pct-encoded ).
template <class Allowed> bool consists_of(std::string_view text, Allowed allowed) noexcept {
    while (!text.empty()) {
        if (allowed(text.front())) {
            text.remove_prefix(1);
            continue;
        }
        if (text.size() < 3 || text[0] != '%' || !is_hex(text[1]) || !is_hex(text[2])) return false;
        text.remove_prefix(3);
    }
    return true;
}

// IPvFuture: "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
bool is_ip_future(std::string_view text) noexcept {
    if (text.empty() || to_lower(text.front()) != 'v') return false;
    text.remove_prefix(1);
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return false;
    const auto version = text.substr(0, dot);
    const auto address = text.substr(dot + 1);
    return !version.empty() && std::all_of(version.begin(), version.end(), is_hex) &&
           !address.empty() && std::all_of(address.begin(), address.end(), is_userinfo);
}

bool is_ip_literal(std::string_view text) noexcept {
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
    const auto inside = text.substr(1, text.size() - 2);
    const auto address = ip_address::parse(inside);
    return (address && !address->is_v4()) || is_ip_future(inside);
}

bool is_port(std::string_view text) noexcept {
    long value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return false;
        value = value * 10 + (c - '0');
        if (value > 65535) return false;
    }
    return true;
}

bool is_default_port(const uri& u) noexcept {
    const auto port = u.port().value_or("");
    return port.empty() || (u.scheme_is("https") && port == "443") ||
           (u.scheme_is("http") && port == "80");
}

void append_lower_case(std::string& out, std::string_view text) {
    for (const char c : text) out.push_back(to_lower(c));
}

// Percent-encoded octets stay as they are, the case of their digits included.
void append_host(std::string& out, std::string_view host) {
    while (!host.empty()) {
        const auto escape = std::min(host.find('%'), host.size());
        append_lower_case(out, host.substr(0, escape));
        out.append(host.substr(escape, 3));
        host.remove_prefix(std::min(escape + 3, host.size()));
    }
}

void append_query(std::string& out, const uri& u) {
    if (u.query()) out.append("?").append(*u.query());
}

} // namespace

/// Walks over a URI once, from left to right.
struct uri_parser {
    uri& out;
    std::size_t at = 0;

    [[nodiscard]] std::string_view rest() const noexcept {
        return std::string_view{out.text_}.substr(at);
    }
    // Takes everything up to the first of `delimiters`.
    uri::range take_until(std::string_view delimiters) noexcept {
        return take(std::min(rest().find_first_of(delimiters), rest().size()));
    }
    uri::range take(std::size_t size) noexcept {
        const uri::range taken{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size),
                               true};
        at += size;
        return taken;
    }
    bool skip(std::string_view expected) noexcept {
        if (rest().substr(0, expected.size()) != expected) return false;
        at += expected.size();
        return true;
    }

    bool parse() noexcept {
        out.scheme_ = take_until(":/?#");
        const auto scheme = out.scheme();
        if (scheme.empty() || !is_alpha(scheme.front())) return false;
        if (!std::all_of(scheme.begin(), scheme.end(), is_scheme) || !skip(":")) return false;
        if (skip("//") && !parse_authority()) return false;

        out.path_ = take_until("?#");
        if (!consists_of(out.path(), is_path)) return false;
        if (skip("?")) out.query_ = take_until("#");
        if (skip("#")) out.fragment_ = take(rest().size());
        return consists_of(out.query().value_or(""), is_query) &&
               consists_of(out.fragment().value_or(""), is_query);
    }

    bool parse_authority() noexcept {
        out.authority_ = take_until("/?#");
        const auto after = at;
        at = out.authority_.begin;
        const auto authority = out.authority();
        if (const auto sign = authority.find('@'); sign != std::string_view::npos) {
            out.userinfo_ = take(sign);
            ++at;
            if (!consists_of(*out.userinfo(), is_userinfo)) return false;
        }
        const bool fits = parse_host_and_port(after);
        at = after;
        return fits;
    }

    bool parse_host_and_port(std::size_t end) noexcept {
        const auto text = std::string_view{out.text_}.substr(at, end - at);
        const bool is_bracketed = !text.empty() && text.front() == '[';
        const auto host_end = is_bracketed ? text.find(']') : text.find(':');
        out.host_ = take(host_end == std::string_view::npos ? text.size()
                                                            : host_end + (is_bracketed ? 1 : 0));
        const bool has_host =
            is_bracketed ? is_ip_literal(out.host()) : consists_of(out.host(), is_reg_name);
        if (!has_host) return false;
        if (at == end) return true;
        if (!skip(":")) return false;
        out.port_ = take(end - at);
        return is_port(*out.port());
    }
};

std::optional<uri> uri::parse(std::string_view text) {
    if (text.size() > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    uri parsed;
    parsed.text_.assign(text);
    if (!uri_parser{parsed}.parse()) return std::nullopt;
    return parsed;
}

std::string uri::origin() const {
    std::string text(scheme());
    text.push_back(':');
    if (has_authority()) text.append("//").append(authority());
    return text;
}

bool uri::scheme_is(std::string_view lower_case) const noexcept {
    return equal_ignoring_case(scheme(), lower_case);
}

bool uri::host_is_loopback() const noexcept {
    return host() == "127.0.0.1" || host() == "[::1]" || equal_ignoring_case(host(), "localhost");
}

std::string canonical_resource_text(const uri& u) {
    std::string text;
    text.reserve(u.text().size());
    append_lower_case(text, u.scheme());
    text.push_back(':');
    if (u.has_authority()) {
        text.append("//");
        if (u.userinfo()) text.append(*u.userinfo()).append("@");
        append_host(text, u.host());
        if (!is_default_port(u)) text.append(":").append(*u.port());
    }
    if (!u.has_authority() || u.path() != "/") text.append(u.path());
    append_query(text, u);
    if (u.fragment()) text.append("#").append(*u.fragment());
    return text;
}

std::string well_known_inserted(const uri& u, std::string_view suffix) {
    auto path = u.path();
    if (!path.empty() && path.back() == '/') path.remove_suffix(1);
    std::string text = u.origin();
    text.append("/.well-known/").append(suffix).append(path);
    append_query(text, u);
    return text;
}

} // namespace v0
} // namespace mcp_oauth
