#include "rfc/display_text.hpp"

#include <cstddef>
#include <cstdint>

namespace mcp_oauth {
inline namespace v0 {
namespace {

struct range {
    char32_t first;
    char32_t last;
};

constexpr range hidden[] = {
    {0x0000, 0x001F},   // C0 controls
    {0x007F, 0x009F},   // DEL and C1 controls
    {0x061C, 0x061C},   // Arabic letter mark
    {0x200B, 0x200B},   // zero width space
    {0x200E, 0x200F},   // left-to-right and right-to-left mark
    {0x2028, 0x202E},   // line and paragraph separator; embeddings and overrides
    {0x2060, 0x206F},   // word joiner, isolates, deprecated formatting
    {0xFEFF, 0xFEFF},   // byte order mark
    {0xFFF9, 0xFFFB},   // interlinear annotation
    {0xE0000, 0xE007F}, // tags
};

bool is_hidden(char32_t c) noexcept {
    for (const auto& each : hidden)
        if (c >= each.first && c <= each.last) return true;
    return false;
}

} // namespace

bool is_display_text(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto lead = static_cast<std::uint8_t>(text[at]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (size > text.size() - at) return false;
        char32_t c = size == 1 ? lead : lead & (0xFFU >> (size + 1));
        for (std::size_t i = 1; i < size; ++i)
            c = (c << 6U) | (static_cast<std::uint8_t>(text[at + i]) & 0x3FU);
        if (is_hidden(c)) return false;
        at += size;
    }
    return true;
}

} // namespace v0
} // namespace mcp_oauth
