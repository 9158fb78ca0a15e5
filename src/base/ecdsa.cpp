#include "base/ecdsa.hpp"

#include "base/der.hpp"
#include "base/openssl_handles.hpp"
#include "base/signature_scheme.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

// One DER INTEGER: no leading zero octets but the one that keeps the number positive.
std::size_t append_integer(unsigned char* out, std::string_view big_endian) noexcept {
    const auto digits = der::shortest(big_endian);
    const bool needs_zero = (static_cast<unsigned char>(digits.front()) & 0x80U) != 0;
    const std::size_t size = digits.size() + (needs_zero ? 1 : 0);
    *out++ = 0x02;
    *out++ = static_cast<unsigned char>(size);
    if (needs_zero) *out++ = 0;
    for (const char c : digits) *out++ = static_cast<unsigned char>(c);
    return size + 2;
}

} // namespace

der_signature der_from_jws(std::string_view jws) noexcept {
    der_signature der;
    auto* const body = der.octets.data() + 2;
    std::size_t size = append_integer(body, jws.substr(0, jws.size() / 2));
    size += append_integer(body + size, jws.substr(jws.size() / 2));
    der.octets[0] = der::sequence;
    der.octets[1] = static_cast<unsigned char>(size); // below 128
    der.size = size + 2;
    return der;
}

std::optional<std::string> jws_from_der(std::string_view der, std::size_t width) {
    const auto numbers = der::take(der, der::sequence);
    if (!numbers || !der.empty()) return std::nullopt;
    auto rest = *numbers;
    std::string jws;
    jws.reserve(2 * width);
    for (int i = 0; i < 2; ++i) { // R, then S
        const auto number = der::take_unsigned(rest);
        if (!number || number->size() > width) return std::nullopt;
        jws.append(width - number->size(), '\0').append(*number);
    }
    if (!rest.empty()) return std::nullopt;
    return jws;
}

std::optional<std::string> ecdsa_signature_from_der(signature_algorithm algorithm,
                                                    std::string_view der) {
    const auto& scheme = scheme_of(algorithm);
    if (scheme.family != key_family::ec) return std::nullopt;
    const error_mark mark;
    return jws_from_der(der, scheme.coordinate);
}

} // namespace v0
} // namespace mcp_oauth
