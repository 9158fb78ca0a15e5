#pragma once

#include <string>
#include <string_view>

namespace mcp_server {

/// The style sheet of every page. It stands in the page itself, so that a page needs nothing else.
[[nodiscard]] std::string_view page_style() noexcept;

/// The `Content-Security-Policy` of every page: this style sheet, and nothing else from anywhere.
///
/// `form-action` is left out on purpose. It would also hold for redirects that follow a form, and
/// keep the browser from going back to the client after "Allow".
[[nodiscard]] const std::string& page_security_policy();

} // namespace mcp_server
