#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// A URI with a scheme, taken apart by RFC 3986 and kept as it was written.
///
/// `text()` is the caller's octets, always: comparing two of them never normalises by accident. The
/// parts are views into that text; nothing is decoded, folded or resolved.
class uri {
public:
    /// Errors: nothing where `text` is not `scheme ":" hier-part [ "?" query ] [ "#" fragment ]`
    ///         (RFC 3986 §3), which excludes relative references, characters outside ASCII, spaces,
    ///         controls, backslashes, a `%` without two digits, and a port that is no number in
    ///         0..65535.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<uri> parse(std::string_view text);

    /// The whole of it. The parts are views of this string and live as long as this object.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// As written, without the colon; `scheme_is` compares it.
    [[nodiscard]] std::string_view scheme() const noexcept { return part(scheme_); }
    /// Whether `//` follows the scheme.
    [[nodiscard]] bool has_authority() const noexcept { return authority_.present; }
    /// Userinfo, host and port as written (RFC 3986 §3.2); empty also where there is no `//`.
    [[nodiscard]] std::string_view authority() const noexcept { return part(authority_); }
    /// What stands before `@`, which may be empty; nothing without an `@`.
    [[nodiscard]] std::optional<std::string_view> userinfo() const noexcept {
        return optional_part(userinfo_);
    }
    /// As written: brackets of an IP literal included, case kept.
    [[nodiscard]] std::string_view host() const noexcept { return part(host_); }
    /// The digits after the colon; empty for `host:`; nothing without a colon.
    [[nodiscard]] std::optional<std::string_view> port() const noexcept {
        return optional_part(port_);
    }
    /// May be empty. Dot segments and escapes stay as they are.
    [[nodiscard]] std::string_view path() const noexcept { return part(path_); }
    /// What follows `?`, which may be empty; nothing without a `?`.
    [[nodiscard]] std::optional<std::string_view> query() const noexcept {
        return optional_part(query_);
    }
    /// What follows `#`, which may be empty; nothing without a `#`.
    [[nodiscard]] std::optional<std::string_view> fragment() const noexcept {
        return optional_part(fragment_);
    }
    /// `scheme://authority` as written, without a trailing slash; `scheme:` where there is no
    /// authority.
    [[nodiscard]] MCP_OAUTH_EXPORT std::string origin() const;

    /// Compares without case (RFC 3986 §3.1). Requires: a scheme without its colon.
    [[nodiscard]] MCP_OAUTH_EXPORT bool scheme_is(std::string_view lower_case) const noexcept;
    /// `127.0.0.1`, `[::1]` or `localhost` (any case), spelled exactly so and nothing that merely
    /// resolves there (NAT-02).
    [[nodiscard]] MCP_OAUTH_EXPORT bool host_is_loopback() const noexcept;

private:
    struct range {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
        bool present = false;
    };
    [[nodiscard]] std::string_view part(range r) const noexcept {
        return std::string_view{text_}.substr(r.begin, r.size);
    }
    [[nodiscard]] std::optional<std::string_view> optional_part(range r) const noexcept {
        if (!r.present) return std::nullopt;
        return part(r);
    }
    friend struct uri_parser;

    std::string text_;
    range scheme_, authority_, userinfo_, host_, port_, path_, query_, fragment_;
};

/// The same URI with scheme and host in lower case, the scheme's default port dropped and a lone
/// root slash folded away; path, query and percent-encoding stay as they are (MCP-RES-06 … 08).
[[nodiscard]] MCP_OAUTH_EXPORT std::string canonical_resource_text(const uri& u);

/// Inserts `/.well-known/SUFFIX` between the authority and the path, a terminating slash of the
/// path dropped first; the query is kept (RFC 8414 §3.1, RFC 9728 §3.1).
[[nodiscard]] MCP_OAUTH_EXPORT std::string well_known_inserted(const uri& u,
                                                               std::string_view suffix);

} // namespace v0
} // namespace mcp_oauth
