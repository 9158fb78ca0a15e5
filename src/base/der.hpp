#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/crypto.h>

/// As much DER (X.690) as keys need, so that one spelling serves every version of OpenSSL.
namespace mcp_oauth {
inline namespace v0 {

/// Wipes what it gives back: an encoded private key lies in such strings.
template <class T> struct wiping_allocator {
    using value_type = T;
    wiping_allocator() = default;
    template <class U> explicit wiping_allocator(const wiping_allocator<U>&) noexcept {}
    [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
    void deallocate(T* at, std::size_t count) noexcept {
        OPENSSL_cleanse(at, count * sizeof(T));
        std::allocator<T>{}.deallocate(at, count);
    }
    friend bool operator==(const wiping_allocator&, const wiping_allocator&) noexcept {
        return true;
    }
    friend bool operator!=(const wiping_allocator&, const wiping_allocator&) noexcept {
        return false;
    }
};
using der_text = std::basic_string<char, std::char_traits<char>, wiping_allocator<char>>;

namespace der {

inline constexpr std::uint8_t bit_string = 0x03;
inline constexpr std::uint8_t octet_string = 0x04;
inline constexpr std::uint8_t sequence = 0x30;
inline constexpr std::uint8_t explicit_1 = 0xA1;

/// `big_endian` as short as it can be; one zero octet for zero.
[[nodiscard]] inline std::string_view shortest(std::string_view big_endian) noexcept {
    while (big_endian.size() > 1 && big_endian.front() == '\0') big_endian.remove_prefix(1);
    return big_endian;
}

/// Requires: at most 65,535 octets.
[[nodiscard]] inline der_text element(std::uint8_t tag, std::string_view content) {
    der_text out(1, static_cast<char>(tag));
    const auto size = content.size();
    if (size >= 0x100) out.append({'\x82', static_cast<char>(size >> 8U)});
    if (size >= 0x80 && size < 0x100) out.push_back('\x81');
    out.push_back(static_cast<char>(size & 0xFFU));
    return out.append(content);
}

/// An INTEGER that is not negative.
[[nodiscard]] inline der_text integer(std::string_view big_endian) {
    const auto digits = shortest(big_endian);
    const bool looks_negative =
        !digits.empty() && (static_cast<std::uint8_t>(digits.front()) & 0x80U) != 0;
    return element(0x02, der_text(looks_negative ? 1 : 0, '\0').append(digits));
}

/// A BIT STRING of whole octets.
[[nodiscard]] inline der_text bits(std::string_view octets) {
    return element(bit_string, der_text(1, '\0').append(octets));
}

/// Takes the first element off `in` and gives its content. Short lengths only: below 128 octets.
/// Errors: nothing for another tag, or where there is less than the length says.
[[nodiscard]] inline std::optional<std::string_view> take(std::string_view& in,
                                                          std::uint8_t tag) noexcept {
    if (in.size() < 2 || static_cast<std::uint8_t>(in[0]) != tag) return std::nullopt;
    const std::size_t size = static_cast<std::uint8_t>(in[1]);
    if (size >= 0x80 || in.size() - 2 < size) return std::nullopt;
    const auto content = in.substr(2, size);
    in.remove_prefix(2 + size);
    return content;
}

/// Takes an INTEGER that is not negative, and gives its octets without leading zeros. Strict: only
/// the shortest form is one.
[[nodiscard]] inline std::optional<std::string_view> take_unsigned(std::string_view& in) noexcept {
    auto digits = take(in, 0x02);
    if (!digits || digits->empty()) return std::nullopt;
    const auto looks_negative = [](char c) { return (static_cast<std::uint8_t>(c) & 0x80U) != 0; };
    if (looks_negative(digits->front())) return std::nullopt;
    if (digits->front() != '\0') return digits;
    digits->remove_prefix(1);
    if (!digits->empty() && !looks_negative(digits->front())) return std::nullopt;
    return digits;
}

} // namespace der
} // namespace v0
} // namespace mcp_oauth
