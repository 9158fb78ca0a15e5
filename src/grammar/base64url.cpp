#include "mcp_oauth/grammar/base64url.hpp"

#include <array>
#include <cstdint>

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using value_table = std::array<std::uint8_t, 256>;

// Above every six-bit value, so that one test of a whole group sees it.
constexpr std::uint8_t no_value = 0x80;

constexpr value_table values_of(std::string_view alphabet) noexcept {
    value_table values{};
    for (auto& value : values) value = no_value;
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}

constexpr value_table url_values = values_of(url_alphabet);
constexpr value_table standard_values = values_of(standard_alphabet);

constexpr std::uint32_t octet(char c) noexcept { return static_cast<std::uint8_t>(c); }

// The last two or three characters: their unused bits must be zero (RFC 4648 §3.5).
bool decode_tail(std::string_view text, const value_table& values, char* out) noexcept {
    const std::uint32_t a = values[octet(text[0])];
    const std::uint32_t b = values[octet(text[1])];
    const std::uint32_t c = text.size() == 3 ? values[octet(text[2])] : 0;
    if (((a | b | c) & no_value) != 0) return false;
    const std::uint32_t bits = (a << 18U) | (b << 12U) | (c << 6U);
    const std::uint32_t unused = text.size() == 3 ? 0xFFU : 0xFFFFU;
    if ((bits & unused) != 0) return false;
    out[0] = static_cast<char>(bits >> 16U);
    if (text.size() == 3) out[1] = static_cast<char>((bits >> 8U) & 0xFFU);
    return true;
}

std::optional<std::string> decode(std::string_view text, const value_table& values) {
    const std::size_t tail = text.size() % 4;
    if (tail == 1) return std::nullopt;
    std::string octets(text.size() / 4 * 3 + (tail > 0 ? tail - 1 : 0), '\0');
    char* out = octets.data();
    const std::size_t whole = text.size() - tail;
    for (std::size_t i = 0; i < whole; i += 4) {
        const std::uint32_t a = values[octet(text[i])];
        const std::uint32_t b = values[octet(text[i + 1])];
        const std::uint32_t c = values[octet(text[i + 2])];
        const std::uint32_t d = values[octet(text[i + 3])];
        if (((a | b | c | d) & no_value) != 0) return std::nullopt;
        const std::uint32_t bits = (a << 18U) | (b << 12U) | (c << 6U) | d;
        *out++ = static_cast<char>(bits >> 16U);
        *out++ = static_cast<char>((bits >> 8U) & 0xFFU);
        *out++ = static_cast<char>(bits & 0xFFU);
    }
    if (tail > 0 && !decode_tail(text.substr(whole), values, out)) return std::nullopt;
    return octets;
}

} // namespace

std::string base64url(std::string_view octets) {
    const std::size_t tail = octets.size() % 3;
    std::string text(octets.size() / 3 * 4 + (tail > 0 ? tail + 1 : 0), '\0');
    char* out = text.data();
    const auto put = [&out](std::uint32_t bits, int characters) noexcept {
        for (unsigned shift = 18; characters > 0; --characters, shift -= 6)
            *out++ = url_alphabet[(bits >> shift) & 0x3FU];
    };
    std::size_t i = 0;
    for (; i + 3 <= octets.size(); i += 3)
        put((octet(octets[i]) << 16U) | (octet(octets[i + 1]) << 8U) | octet(octets[i + 2]), 4);
    if (tail == 1) put(octet(octets[i]) << 16U, 2);
    if (tail == 2) put((octet(octets[i]) << 16U) | (octet(octets[i + 1]) << 8U), 3);
    return text;
}

std::optional<std::string> decode_base64url(std::string_view text) {
    return decode(text, url_values);
}

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int padding = 0; padding < 2 && !text.empty() && text.back() == '='; ++padding)
        text.remove_suffix(1);
    return decode(text, standard_values);
}

} // namespace v0
} // namespace mcp_oauth
