#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/adapters/key_file.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace key_file {

/// What is in the file; nothing where there is none. Refuses one that others can read or write.
[[nodiscard]] expected<std::optional<std::string>, key_file_error>
read_private_file(const std::string& path);

/// Puts `text` at `path`, for its owner only, unless something is there already: whole, or not at
/// all.
[[nodiscard]] expected<void, key_file_error> create_private_file(const std::string& path,
                                                                 std::string_view text);

} // namespace key_file
} // namespace v0
} // namespace mcp_oauth
