#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mcp_server {

/// `text` for an element or a quoted attribute. Nothing from outside goes into a page except
/// through here.
///
/// What could change how the text around it reads becomes a visible U+FFFD: controls, bidirectional
/// formatting, invisible characters, octets that are not UTF-8.
[[nodiscard]] std::string escape(std::string_view text);

/// At most `characters` of `text`, with an ellipsis where something is missing.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t characters);

} // namespace mcp_server
