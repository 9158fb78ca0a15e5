#include "testing/lookalikes.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

void append_utf8(std::string& out, char32_t scalar) {
    const auto tail = [&](unsigned shift) {
        out.push_back(static_cast<char>(0x80U | ((scalar >> shift) & 0x3FU)));
    };
    if (scalar < 0x80) {
        out.push_back(static_cast<char>(scalar));
    } else if (scalar < 0x800) {
        out.push_back(static_cast<char>(0xC0U | (scalar >> 6U)));
        tail(0);
    } else if (scalar < 0x10000) {
        out.push_back(static_cast<char>(0xE0U | (scalar >> 12U)));
        tail(6);
        tail(0);
    } else {
        out.push_back(static_cast<char>(0xF0U | (scalar >> 18U)));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::vector<std::string> every_character() {
    std::vector<std::string> texts;
    constexpr char32_t in_each = 32;
    for (char32_t first = 0; first < 0x80; first += in_each) {
        std::string text;
        for (char32_t c = first; c < first + in_each; ++c)
            if (c != 0) append_utf8(text, c);
        texts.push_back(text);
    }
    std::string edges;
    for (const auto c : {0x80U, 0x7FFU, 0x800U, 0x2028U, 0x2029U, 0xD7FFU, 0xE000U, 0xFEFFU,
                         0xFFFDU, 0xFFFEU, 0xFFFFU, 0x10000U, 0x1F511U, 0xE0001U, 0x10FFFFU})
        append_utf8(edges, char32_t{c});
    texts.push_back(edges);
    return texts;
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
