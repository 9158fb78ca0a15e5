#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/adapters/key_file.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace key_file {

/// What the file holds.
[[nodiscard]] std::string to_text(const server_keys& keys);

/// Errors: what is wrong, without a word of the text.
[[nodiscard]] expected<server_keys, std::string> from_text(std::string_view text);

} // namespace key_file
} // namespace v0
} // namespace mcp_oauth
