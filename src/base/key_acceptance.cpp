// Which public keys are good enough to verify with.

#include <algorithm>
#include <array>

#include "base/der.hpp"
#include "base/key_encoding.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::size_t fewest_modulus_bits = 2048; // RFC 7518 §3.3
constexpr std::size_t most_modulus_bits = 8192;   // a verification then takes a quarter millisecond
constexpr std::size_t most_exponent_octets = 4;

std::uint8_t octet(char c) noexcept { return static_cast<std::uint8_t>(c); }

std::size_t bits_of(std::string_view shortest) noexcept {
    if (shortest.empty()) return 0;
    std::size_t bits = shortest.size() * 8;
    for (unsigned mask = 0x80; mask != 0 && (octet(shortest.front()) & mask) == 0; mask >>= 1U)
        --bits;
    return bits;
}

unsigned remainder(std::string_view big_endian, unsigned divisor) noexcept {
    unsigned rest = 0;
    for (const char c : big_endian) rest = (rest * 256 + octet(c)) % divisor;
    return rest;
}

// Whether `value` is a power of 65537 modulo the prime.
bool is_power_of_65537(unsigned value, unsigned prime) noexcept {
    unsigned power = 1;
    do {
        if (power == value) return true;
        power = power * (65537 % prime) % prime;
    } while (power != 1);
    return false;
}

// A widely sold chip made primes of one form, and their product can be factored (CVE-2017-15361).
// Modulo each of these primes such a product is a power of 65537; of other moduli, one in 2^27 is.
bool can_be_factored(std::string_view modulus) noexcept {
    constexpr std::array<unsigned, 17> telling{11, 13, 17,  19,  37,  53,  61,  71, 73,
                                               79, 97, 103, 107, 109, 127, 151, 157};
    return std::all_of(telling.begin(), telling.end(), [modulus](unsigned prime) {
        return is_power_of_65537(remainder(modulus, prime), prime);
    });
}

std::optional<public_numbers> acceptable_rsa(std::string_view n, std::string_view e) {
    n = der::shortest(n);
    e = der::shortest(e);
    const auto bits = bits_of(n);
    if (bits < fewest_modulus_bits || bits > most_modulus_bits) return std::nullopt;
    if (e.empty() || e.size() > most_exponent_octets || e == "\x01") return std::nullopt;
    const bool odd = (octet(n.back()) & octet(e.back()) & 1U) == 1;
    if (!odd || can_be_factored(n)) return std::nullopt;
    return public_numbers{std::string{n}, std::string{e}};
}

// The y of every point whose order divides 8, in each of its spellings, without the sign of x.
bool has_small_order(std::string_view key) {
    constexpr auto top = '\x7F';
    const auto spelled = [](char first, char between, char last) {
        return first + std::string(30, between) + last;
    };
    const std::array<std::string, 7> all{
        spelled('\0', '\0', '\0'),
        spelled('\x01', '\0', '\0'),
        spelled('\xEC', '\xFF', top), // p - 1
        spelled('\xED', '\xFF', top), // p, which is 0
        spelled('\xEE', '\xFF', top), // p + 1, which is 1
        "\x26\xE8\x95\x8F\xC2\xB2\x27\xB0\x45\xC3\xF4\x89\xF2\xEF\x98\xF0"
        "\xD5\xDF\xAC\x05\xD3\xC6\x33\x39\xB1\x38\x02\x88\x6D\x53\xFC\x05",
        "\xC7\x17\x6A\x70\x3D\x4D\xD8\x4F\xBA\x3C\x0B\x76\x0D\x10\x67\x0F"
        "\x2A\x20\x53\xFA\x2C\x39\xCC\xC6\x4E\xC7\xFD\x77\x92\xAC\x03\x7A",
    };
    std::string unsigned_key{key};
    unsigned_key.back() = static_cast<char>(octet(unsigned_key.back()) & 0x7FU);
    return std::find(all.begin(), all.end(), unsigned_key) != all.end();
}

} // namespace

std::optional<public_numbers> acceptable(const signature_scheme& scheme, std::string_view first,
                                         std::string_view second) {
    const auto as_they_are = public_numbers{std::string{first}, std::string{second}};
    switch (scheme.family) {
    case key_family::rsa: return acceptable_rsa(first, second);
    case key_family::ec:
        if (first.size() != scheme.coordinate || second.size() != scheme.coordinate) return {};
        return as_they_are;
    case key_family::ed25519:
        if (first.size() != scheme.coordinate || !second.empty() || has_small_order(first))
            return {};
        return as_they_are;
    }
    return std::nullopt;
}

} // namespace v0
} // namespace mcp_oauth
