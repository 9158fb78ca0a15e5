#include "html.hpp"

#include <cstdint>

#include "mcp_oauth/grammar/form_urlencoded.hpp"

namespace mcp_server {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The octets of the character at `at`. Requires: UTF-8.
std::size_t length_at(std::string_view text, std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

std::uint32_t code_point(std::string_view character) {
    const auto first = static_cast<unsigned char>(character[0]);
    if (character.size() == 1) return first;
    std::uint32_t value = first & (0xFFU >> (character.size() + 1));
    for (const char c : character.substr(1))
        value = value << 6 | (static_cast<unsigned char>(c) & 0x3F);
    return value;
}

bool misleads(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || // controls
           c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF);
}

std::string_view escaped(std::string_view character) {
    switch (character[0]) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return character;
    }
}

} // namespace

std::string escape(std::string_view text) {
    const bool readable = mcp_oauth::is_utf8(text);
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
        size = readable ? length_at(text, at) : 1;
        const auto character = text.substr(at, size);
        const bool foreign = !readable && static_cast<unsigned char>(text[at]) >= 0x80;
        out += foreign || misleads(code_point(character)) ? replacement : escaped(character);
    }
    return out;
}

std::string shorten(std::string_view text, std::size_t characters) {
    const bool readable = mcp_oauth::is_utf8(text);
    std::size_t at = 0;
    for (std::size_t count = 0; at < text.size(); ++count) {
        if (count == characters) return std::string{text.substr(0, at)} + "\xE2\x80\xA6";
        at += readable ? length_at(text, at) : 1;
    }
    return std::string{text};
}

} // namespace mcp_server
