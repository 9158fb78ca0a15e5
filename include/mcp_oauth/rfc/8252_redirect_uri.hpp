#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/uri.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"

/// RFC 8252 §7 and §8, OAuth 2.1 §2.3, §4.1.1 and §8.4: which redirect URIs may be registered, and
/// which one a request may be answered at.
namespace mcp_oauth {
inline namespace v0 {

/// What an operator allows.
struct redirect_rules {
    /// Whether `http://localhost` enjoys the loopback exception beside the two IP literals. OAuth
    /// 2.1 §4.1.1 and RFC 9700 §4.1.3 say so, RFC 8252 §8.3 advises against it, clients depend on
    /// it.
    bool localhost_is_loopback = true;
    /// Whether private-use schemes with a period in their name may be registered (RFC 8252 §7.1).
    bool private_use_schemes = true;
    /// Private-use schemes that are allowed although they hold no period (MCP T-08).
    std::vector<std::string> dotless_schemes;
    std::size_t largest = 384; ///< octets

    /// Whether this is a loopback redirect: `http`, and a host that the exception covers.
    [[nodiscard]] bool is_loopback(const uri& u) const noexcept {
        if (!u.scheme_is("http") || !u.host_is_loopback()) return false;
        const char first = u.host().front();
        return first == '1' || first == '[' || localhost_is_loopback;
    }
};

/// Decides whether a client may register this redirect URI (RFC 7591 §5, OAuth 2.1 §2.3.1; DCR-08).
///
/// Checks: absolute, no fragment, no userinfo; `https` with a host, which browsers and we read
///         alike (no `%40`: ATK-RU-02); loopback `http`; or an allowed private-use scheme.
///         `javascript:`, `data:`, `file:` and their like never pass (ATK-RU-09).
/// Errors: `invalid_redirect_uri`.
[[nodiscard]] inline expected<uri, error> check_redirect_uri(std::string_view text,
                                                             const redirect_rules& rules) {
    constexpr auto code = error_code::invalid_redirect_uri;
    if (text.size() > rules.largest) return refuse(code, "a redirect URI is too long");
    auto parsed = uri::parse(text);
    if (!parsed) return refuse(code, "a redirect URI is no absolute URI");
    if (parsed->fragment()) return refuse(code, "a redirect URI has a fragment");
    if (parsed->userinfo()) return refuse(code, "a redirect URI has userinfo");
    if (parsed->scheme_is("https")) {
        if (parsed->host().empty()) return refuse(code, "a redirect URI has no host");
        if (parsed->host().find('%') != std::string_view::npos)
            return refuse(code, "a redirect URI has an escape in its host");
        return std::move(*parsed);
    }
    if (parsed->scheme_is("http")) {
        if (!rules.is_loopback(*parsed))
            return refuse(code, "an http redirect URI must be a loopback one");
        return std::move(*parsed);
    }
    for (const std::string_view never :
         {"javascript", "data", "vbscript", "file", "blob", "about", "ws", "wss", "ftp"})
        if (parsed->scheme_is(never)) return refuse(code, "a redirect URI has a forbidden scheme");
    const auto& listed = rules.dotless_schemes;
    if (std::find(listed.begin(), listed.end(), parsed->scheme()) != listed.end())
        return std::move(*parsed);
    if (!rules.private_use_schemes || parsed->scheme().find('.') == std::string_view::npos)
        return refuse(code, "a redirect URI has a scheme that is not allowed");
    return std::move(*parsed);
}

/// A redirect URI that a registered one vouches for. Only `match_redirect_uri` makes one, and
/// nothing in this library redirects to anything else: an unchecked address does not compile.
class matched_redirect_uri {
public:
    /// The URI of the request, with its own port where it is a loopback one; the registered URI
    /// where the request named none.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    /// The location with `response` form-encoded into its query, the registered query kept
    /// (RFC 6749 §4.1.2; OA21-AUTHZ-21).
    [[nodiscard]] std::string
    with_parameters(const std::vector<std::pair<std::string, std::string>>& response) const {
        std::string location = text_;
        char separator = text_.find('?') == std::string::npos ? '?' : '&';
        if (separator == '&' && text_.back() == '?') separator = '\0';
        for (const auto& [name, value] : response) {
            if (separator != '\0') location += separator;
            location += form_encode(name) + '=' + form_encode(value);
            separator = '&';
        }
        return location;
    }

private:
    friend expected<matched_redirect_uri, error> match_redirect_uri(std::optional<std::string_view>,
                                                                    const std::vector<std::string>&,
                                                                    const redirect_rules&);
    friend class sealed_redirect; // carries a match through a ticket that only this server can make
    explicit matched_redirect_uri(std::string_view text) : text_(text) {}
    std::string text_;
};

/// Whether `requested` is `registered` with at most another port, where both are loopback
/// redirects (RFC 8252 §7.3): everything else is the same, octet for octet, the host's spelling and
/// the query included. Never where either has user information, or `requested` a fragment or a port
/// of zero.
[[nodiscard]] inline bool same_but_for_loopback_port(std::string_view requested,
                                                     std::string_view registered,
                                                     const redirect_rules& rules) {
    const auto a = uri::parse(requested);
    const auto b = uri::parse(registered);
    if (!a || !b || !rules.is_loopback(*a) || !rules.is_loopback(*b)) return false;
    if (a->userinfo() || b->userinfo() || a->fragment()) return false;
    if (a->port() && a->port()->find_first_not_of('0') == std::string_view::npos) return false;
    return a->scheme() == b->scheme() && a->host() == b->host() && a->path() == b->path() &&
           a->query() == b->query();
}

/// Decides where the answer to an authorization request may go (OAuth 2.1 §4.1.1, §2.3.1).
///
///   "the authorization server […] MUST compare the two URIs using simple string comparison"
///
/// Checks: octet for octet equality with a registered URI; the single exception is the port of a
///         loopback redirect (RFC 8252 §7.3; OA21-AUTHZ-11, OA21-AUTHZ-12, NAT-01, NAT-02). A
///         missing `redirect_uri` stands for the registered one where there is exactly one
///         (OA21-AUTHZ-10).
/// Errors: `invalid_request`, which the caller shows on a page of its own and never redirects.
[[nodiscard]] inline expected<matched_redirect_uri, error>
match_redirect_uri(std::optional<std::string_view> requested,
                   const std::vector<std::string>& registered, const redirect_rules& rules) {
    constexpr auto code = error_code::invalid_request;
    if (!requested) {
        if (registered.size() != 1) return refuse(code, "redirect_uri is required");
        return matched_redirect_uri{registered.front()};
    }
    if (requested->size() > rules.largest) return refuse(code, "redirect_uri is too long");
    for (const auto& each : registered)
        if (*requested == each || same_but_for_loopback_port(*requested, each, rules))
            return matched_redirect_uri{*requested};
    return refuse(code, "redirect_uri is not registered for this client");
}

} // namespace v0
} // namespace mcp_oauth
