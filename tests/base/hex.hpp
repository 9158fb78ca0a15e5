#pragma once

#include <string>
#include <string_view>

/// The octets that pairs of hexadecimal digits stand for: how the RFCs print their vectors.
inline std::string from_hex(std::string_view digits) {
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string octets;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        octets.push_back(static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1])));
    return octets;
}

inline std::string to_hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : octets) {
        text.push_back(digits[static_cast<unsigned char>(c) >> 4U]);
        text.push_back(digits[static_cast<unsigned char>(c) & 0xFU]);
    }
    return text;
}
