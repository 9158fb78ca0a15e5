#pragma once

#include <string_view>

namespace mcp_oauth {
inline namespace v0 {
namespace testing {

/// Whether both are JSON and say the same: members in any order, white space and escapes as one
/// likes, but strings equal octet by octet and numbers to the last bit.
[[nodiscard]] bool equal_as_json(std::string_view a, std::string_view b);

} // namespace testing
} // namespace v0
} // namespace mcp_oauth
