#pragma once

/// Character classes of RFC 5234 appendix B.1. `<cctype>` asks the locale, and is undefined for
/// octets above 127.
namespace mcp_oauth {
inline namespace v0 {

constexpr bool is_alpha(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
/// -1 where `c` is no hexadecimal digit.
constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}
constexpr bool is_hex(char c) noexcept { return hex_value(c) >= 0; }

} // namespace v0
} // namespace mcp_oauth
