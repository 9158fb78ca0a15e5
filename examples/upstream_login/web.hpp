#pragma once

#include <string>
#include <string_view>

#include "mcp_oauth/grammar/http_message.hpp"

/// The little that these pages need of HTTP and HTML.
namespace web {

/// 32 random octets as base64url. Ends the program where the random source fails.
[[nodiscard]] std::string random_name();

/// The value of a parameter in a URL's query or in a form body; empty where it is missing or comes
/// twice.
[[nodiscard]] std::string parameter(std::string_view text, std::string_view name);

/// The value of the cookie of this name; empty where it is missing.
[[nodiscard]] std::string cookie(const mcp_oauth::http_request& request, std::string_view name);
/// `__Host-`, `Secure`, `HttpOnly` and `SameSite=Lax`, so that it comes back from the upstream.
[[nodiscard]] mcp_oauth::http_header set_cookie(std::string_view name, std::string_view value);

[[nodiscard]] std::string escape(std::string_view text);
/// A page that cannot be framed, is kept nowhere, and tells nobody its address.
[[nodiscard]] mcp_oauth::http_response page(int status, const std::string& html);
[[nodiscard]] mcp_oauth::http_response see_other(const std::string& location);

} // namespace web
