#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"

/// What is wrong with a text of the configuration, in words that show it and say what to do.
namespace mcp_oauth {
inline namespace v0 {

/// The text in quotes, as a log can take it: cut where it is long, printable ASCII only.
[[nodiscard]] std::string quoted(std::string_view text);
/// The same for what should be a URL, without what may be a secret: user information, query and
/// fragment.
[[nodiscard]] std::string quoted_url(std::string_view text);

/// The duration in whole seconds, or in milliseconds where it is none: `601 s`, `1500 ms`.
[[nodiscard]] std::string text_of(milliseconds value);
[[nodiscard]] std::string text_of(seconds value);

/// What a URL of the configuration may be beyond `https`, a host and a path.
struct url_allowance {
    bool query = false;
    bool slash_at_end = false;
    bool http_on_loopback = true; ///< for development
};
/// What keeps `text` from being the URL of a server or of a resource, the value first.
/// Requires: something does.
[[nodiscard]] std::string url_fault(std::string_view text, url_allowance allowed);

/// The first of `scopes` that is not in `offered`; nothing where all are.
[[nodiscard]] std::optional<std::string> first_missing(const scope_set& scopes,
                                                       const scope_set& offered);

} // namespace v0
} // namespace mcp_oauth
