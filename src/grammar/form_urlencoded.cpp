// application/x-www-form-urlencoded as RFC 6749 appendix B uses it: UTF-8, `+` for space, %XX
// octets.

#include "mcp_oauth/grammar/form_urlencoded.hpp"

#include "grammar/ascii.hpp"
#include "grammar/utf8.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr bool stands_for_itself(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '*';
}

// Cuts off and returns what is before the first `separator`, which goes too.
std::string_view take_until(std::string_view& text, char separator) noexcept {
    const auto at = text.find(separator);
    const auto taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return taken;
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto size = utf8_sequence(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

expected<std::string, form_fault> form_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            decoded.push_back(' ');
            continue;
        }
        if (text[i] != '%') {
            decoded.push_back(text[i]);
            continue;
        }
        if (text.size() - i < 3) return unexpected{form_fault::bad_escape};
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return unexpected{form_fault::bad_escape};
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    if (!is_utf8(decoded)) return unexpected{form_fault::not_utf8};
    return decoded;
}

expected<form, form_fault> form::parse(std::string_view text, const form_limits& limits) {
    form parsed;
    while (!text.empty()) {
        auto pair = take_until(text, '&');
        if (pair.empty()) continue;
        if (parsed.parameters_.size() == limits.parameters) return unexpected{form_fault::too_many};

        auto name = form_decode(take_until(pair, '='));
        if (!name) return unexpected{name.error()};
        auto value = form_decode(pair);
        if (!value) return unexpected{value.error()};
        if (name->size() > limits.value_octets || value->size() > limits.value_octets)
            return unexpected{form_fault::value_too_long};
        parsed.parameters_.emplace_back(*std::move(name), *std::move(value));
    }
    return parsed;
}

std::string form_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        if (stands_for_itself(c)) {
            encoded.push_back(c);
            continue;
        }
        if (c == ' ') {
            encoded.push_back('+');
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        encoded.push_back('%');
        encoded.push_back(digits[octet >> 4U]);
        encoded.push_back(digits[octet & 0xFU]);
    }
    return encoded;
}

} // namespace v0
} // namespace mcp_oauth
