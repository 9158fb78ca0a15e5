#pragma once

#include <cstddef>
#include <string_view>

namespace mcp_oauth {
inline namespace v0 {

/// How many octets the first well-formed UTF-8 sequence of `text` has (RFC 3629 §4), 0 where the
/// text is empty or does not begin with one.
inline std::size_t utf8_sequence(std::string_view text) noexcept {
    const auto octet = [text](std::size_t at) noexcept {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const auto within = [&](std::size_t at, unsigned low, unsigned high) noexcept {
        return octet(at) >= low && octet(at) <= high;
    };
    const auto tail = [&](std::size_t at) noexcept { return within(at, 0x80, 0xBF); };

    if (text.empty()) return 0;
    const unsigned first = octet(0);
    if (first <= 0x7F) return 1;
    if (within(0, 0xC2, 0xDF)) return tail(1) ? 2 : 0;
    if (within(0, 0xE0, 0xEF)) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;  // shorter forms exist
        const unsigned high = first == 0xED ? 0x9F : 0xBF; // surrogates
        return within(1, low, high) && tail(2) ? 3 : 0;
    }
    if (within(0, 0xF0, 0xF4)) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80;  // shorter forms exist
        const unsigned high = first == 0xF4 ? 0x8F : 0xBF; // beyond U+10FFFF
        return within(1, low, high) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

} // namespace v0
} // namespace mcp_oauth
