#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/ip_address.hpp"
#include "mcp_oauth/grammar/uri.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Whether a fetch may go to the machine itself.
enum class loopback_fetches : std::uint8_t {
    refused, ///< loopback addresses are special ones like any other
    /// For development: `localhost`, `127.0.0.1` and `[::1]`, so spelled, lead to loopback
    /// addresses. No other name may, so a stranger's name does not reach them either.
    allowed,
};

/// A URL that may be fetched for a stranger, as far as a URL can tell, and the rule which of its
/// host's addresses may be connected to: the guard of every `http_fetcher`, without its I/O.
class MCP_OAUTH_EXPORT fetch_target {
public:
    /// Errors: nothing where `url` is anything but `https`, or has user information, a fragment,
    ///         port 0, or no host; where the host is a name that is not made of letters, digits,
    ///         hyphens and at least one inner dot (RFC 1123 §2.1; an internationalised name is
    ///         spelled `xn--`); or where it ends as an IPv4 address does and is none by RFC 3986
    ///         §3.2.2, such as `2130706433`, `0x7f.1` and `127.1`. `localhost` has no dot, so it
    ///         passes only where loopback is allowed.
    [[nodiscard]] static std::optional<fetch_target> of(const uri& url, loopback_fetches loopback);

    /// The URL to send, in the one spelling in which no two readers see another host: scheme and
    /// host in lower case, the port only where it is not 443, path and query as they were written.
    [[nodiscard]] const std::string& url() const noexcept { return url_; }
    /// For the certificate and SNI: in lower case, an IPv6 address without its brackets.
    [[nodiscard]] const std::string& host() const noexcept { return host_; }
    /// 443 where the URL names none. Any other is as good, but 0 never passes.
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// The addresses that no resolver need be asked for: of an IP literal, and of an allowed
    /// `localhost` (RFC 6761 §6.3). Empty for every other name.
    [[nodiscard]] const std::vector<ip_address>& known_addresses() const noexcept {
        return known_addresses_;
    }

    /// Whether every one of `answer` may be connected to, and there is one.
    ///
    /// One special address spoils the whole answer (MCP-CIMD-18, "resolves to any special-use
    /// address"): a name of a public site has none, and a mixed answer is how rebinding is tried.
    [[nodiscard]] bool admits(const std::vector<ip_address>& answer) const noexcept;

private:
    fetch_target() = default;
    bool take_host(std::string_view host);

    std::string url_;
    std::string host_;
    std::uint16_t port_ = 443;
    bool is_loopback_ = false;
    std::vector<ip_address> known_addresses_;
};

} // namespace v0
} // namespace mcp_oauth
