#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// One header field, as it stands in the message.
struct http_header {
    std::string name;  ///< in any case
    std::string value; ///< without white space around it (RFC 9110 §5.5)
    friend bool operator==(const http_header& a, const http_header& b) {
        return a.name == b.name && a.value == b.value;
    }
};

/// Whether two ASCII texts are equal when case is ignored. No locale is asked.
[[nodiscard]] MCP_OAUTH_EXPORT bool equal_ignoring_case(std::string_view a,
                                                        std::string_view b) noexcept;

/// A request as the host received it: raw, so that the library can see what it has to refuse.
///
/// `target` is the request line's (`/token?x=1`), undecoded. `headers` keeps order and repeats: two
/// `Authorization` fields must be *seen* to be refused. `body` is the whole body, unparsed.
struct http_request {
    std::string method;               ///< as sent; case counts (RFC 9110 §9.1)
    std::string target;               ///< path and query, as sent (RFC 9112 §3.2.1)
    std::vector<http_header> headers; ///< a field of two lines is two of them
    std::string body;                 ///< empty where there is none

    /// Where the request came from, as the host knows it: the peer's address, or a forwarded one
    /// from a proxy that the host trusts. Used for rate limits and events only.
    std::string source;
    /// The host's own name for this request; comes back in every event.
    std::string correlation_id;

    /// The part of `target` before `?`.
    [[nodiscard]] MCP_OAUTH_EXPORT std::string_view path() const noexcept;
    /// The part of `target` after `?`; empty without one.
    [[nodiscard]] MCP_OAUTH_EXPORT std::string_view query() const noexcept;
    /// How many header fields bear this name, in any case.
    [[nodiscard]] MCP_OAUTH_EXPORT std::size_t count(std::string_view name) const noexcept;
    /// The only field of this name; nothing where there is none or more than one.
    [[nodiscard]] MCP_OAUTH_EXPORT std::optional<std::string_view>
    header(std::string_view name) const noexcept;
};

/// A finished answer. The host sends it as it is.
struct http_response {
    int status = 500;                 ///< RFC 9110 §15; what nobody set is a failure
    std::vector<http_header> headers; ///< all of them, in this order
    std::string body;                 ///< empty where there is none

    /// As in `http_request`.
    [[nodiscard]] MCP_OAUTH_EXPORT std::optional<std::string_view>
    header(std::string_view name) const noexcept;
};

/// The media type of a `Content-Type` value, without parameters, in lower case.
[[nodiscard]] MCP_OAUTH_EXPORT std::string media_type(std::string_view content_type);

} // namespace v0
} // namespace mcp_oauth
