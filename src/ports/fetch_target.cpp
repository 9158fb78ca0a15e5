// What of a URL is decided before anybody is asked for an address, and what of the addresses before
// anything is connected to.

#include "mcp_oauth/ports/fetch_target.hpp"

#include <algorithm>

#include "grammar/ascii.hpp"
#include "mcp_oauth/rfc/6890_special_purpose_address.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::size_t longest_name = 253; // RFC 1035 §2.3.4, without the root's dot
constexpr std::size_t longest_label = 63;

bool is_label(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_label && text.front() != '-' &&
           text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
               return is_alpha(c) || is_digit(c) || c == '-';
           });
}

std::string_view last_label(std::string_view name) noexcept {
    return name.substr(name.rfind('.') + 1);
}

// Whether readers that know octal, hexadecimal and short forms take the name for an IPv4 address
// (WHATWG URL §3.5, "ends in a number"). No top-level domain looks so (RFC 3696 §2).
bool ends_as_ipv4(std::string_view name) noexcept {
    auto label = last_label(name);
    if (!label.empty() && std::all_of(label.begin(), label.end(), is_digit)) return true;
    if (label.size() < 2 || label[0] != '0' || to_lower(label[1]) != 'x') return false;
    label.remove_prefix(2);
    return std::all_of(label.begin(), label.end(), is_hex);
}

bool is_host_name(std::string_view name) noexcept {
    if (name.size() > longest_name || name.find('.') == std::string_view::npos) return false;
    if (ends_as_ipv4(name)) return false;
    while (true) {
        const auto dot = name.find('.');
        if (!is_label(name.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

// Nothing where it is 0: no service is there.
std::optional<std::uint16_t> port_of(const uri& url) noexcept {
    const auto digits = url.port().value_or("");
    if (digits.empty()) return std::uint16_t{443};
    std::uint16_t port = 0;
    for (const char c : digits) port = static_cast<std::uint16_t>(port * 10 + (c - '0'));
    if (port == 0) return std::nullopt;
    return port;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), to_lower);
    return out;
}

} // namespace

std::optional<fetch_target> fetch_target::of(const uri& url, loopback_fetches loopback) {
    if (!url.scheme_is("https") || !url.has_authority()) return std::nullopt;
    if (url.userinfo() || url.fragment()) return std::nullopt;
    const auto port = port_of(url);
    if (!port) return std::nullopt;

    fetch_target target;
    target.port_ = *port;
    target.is_loopback_ = loopback == loopback_fetches::allowed && url.host_is_loopback();
    if (!target.take_host(url.host())) return std::nullopt;

    target.url_.append("https://").append(lower_case(url.host()));
    if (*port != 443) target.url_.append(":").append(std::to_string(*port));
    target.url_.append(url.path().empty() ? "/" : url.path());
    if (url.query()) target.url_.append("?").append(*url.query());
    return target;
}

bool fetch_target::take_host(std::string_view host) {
    const bool is_bracketed = !host.empty() && host.front() == '[';
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    host_ = lower_case(host);
    if (const auto literal = ip_address::parse(host)) {
        known_addresses_ = {*literal};
        return true;
    }
    if (is_loopback_) { // `localhost`: the other spellings are literals
        known_addresses_ = {ip_address{ip_address::v4_octets{127, 0, 0, 1}},
                            ip_address{ip_address::v6_octets{0, 0, 0, 0, 0, 0, 0, 0, //
                                                             0, 0, 0, 0, 0, 0, 0, 1}}};
        return true;
    }
    return !is_bracketed && is_host_name(host);
}

bool fetch_target::admits(const std::vector<ip_address>& answer) const noexcept {
    const auto wanted = is_loopback_ ? address_purpose::loopback : address_purpose::global;
    return !answer.empty() && std::all_of(answer.begin(), answer.end(), [&](const ip_address& a) {
        return purpose_of(a) == wanted;
    });
}

} // namespace v0
} // namespace mcp_oauth
