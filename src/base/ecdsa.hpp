#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// ECDSA signatures: R || S in a JWS (RFC 7518 §3.4), DER in OpenSSL.
namespace mcp_oauth {
inline namespace v0 {

struct der_signature {
    // For P-384: two INTEGERs of 49 octets, and their headers.
    std::array<unsigned char, 2 * (2 + 49) + 2> octets{};
    std::size_t size = 0;
};

/// Requires: two halves of 48 octets or fewer.
[[nodiscard]] der_signature der_from_jws(std::string_view jws) noexcept;

/// Errors: nothing where `der` is no signature of numbers that fit `width` octets each.
[[nodiscard]] std::optional<std::string> jws_from_der(std::string_view der, std::size_t width);

} // namespace v0
} // namespace mcp_oauth
