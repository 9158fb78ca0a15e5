#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/rfc/7519_jwt.hpp"

/// Claims that may be absent, but not of another type.
namespace mcp_oauth {
inline namespace v0 {

/// Each fills `target` where the claim is there, and leaves it as it was where it is absent.
/// Returns: false where it is there and not of this type; `target` then says nothing.
/// @{
[[nodiscard]] bool take_optional(json_value claims, std::string_view name, std::string& target);
[[nodiscard]] bool take_optional(json_value claims, std::string_view name,
                                 std::optional<std::string>& target);
[[nodiscard]] bool take_optional(json_value claims, std::string_view name,
                                 std::optional<std::int64_t>& target, rounding to = rounding::down);
/// @}

} // namespace v0
} // namespace mcp_oauth
