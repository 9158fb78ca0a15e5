#pragma once

#include <string_view>

namespace mcp_oauth {
inline namespace v0 {

/// Whether a person can be shown `text` and sees what it says: no control character, none that
/// turns the direction of what follows, and none that is invisible (ATK-AZ-12). The joiners that
/// Persian, Indic scripts and emoji are written with stay.
///
/// Requires: well-formed UTF-8.
[[nodiscard]] bool is_display_text(std::string_view text) noexcept;

} // namespace v0
} // namespace mcp_oauth
