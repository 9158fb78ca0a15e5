#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/signature.hpp"

/// RFC 7518: the algorithms by their registered names. `none` and the HMAC family are not among
/// them: where a public key is expected, no list can let them in (JOSE-04, JBCP-02).
namespace mcp_oauth {
inline namespace v0 {

/// Every algorithm, in the order of the enumeration.
inline constexpr std::array<signature_algorithm, 5> all_signature_algorithms{
    signature_algorithm::es256, signature_algorithm::es384, signature_algorithm::eddsa,
    signature_algorithm::rs256, signature_algorithm::ps256};

/// The registered name of an algorithm (RFC 7518 §3.1, RFC 8037 §3.1).
[[nodiscard]] constexpr std::string_view name(signature_algorithm algorithm) noexcept {
    switch (algorithm) {
    case signature_algorithm::es256: return "ES256";
    case signature_algorithm::es384: return "ES384";
    case signature_algorithm::eddsa: return "EdDSA";
    case signature_algorithm::rs256: return "RS256";
    case signature_algorithm::ps256: return "PS256";
    }
    return "";
}

/// The algorithm of a name, compared octet for octet (RFC 7515 §4.1.1; JOSE-03). `Ed25519` is the
/// newer name of the one EdDSA that is understood here (RFC 9864 §2.2; JOSE-11).
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<signature_algorithm>
signature_algorithm_from(std::string_view text) noexcept;

/// The algorithms that one use allows. What is not in it is never executed (RFC 8725 §3.1;
/// JBCP-01).
class algorithm_set {
public:
    constexpr algorithm_set() noexcept = default; ///< empty: nothing verifies
    /// These and no other; repeats count for nothing.
    constexpr algorithm_set(std::initializer_list<signature_algorithm> allowed) noexcept {
        for (const auto each : allowed) bits_ |= bit(each);
    }
    /// Every algorithm that this library knows.
    [[nodiscard]] static constexpr algorithm_set all() noexcept {
        algorithm_set set;
        for (const auto each : all_signature_algorithms) set.bits_ |= bit(each);
        return set;
    }

    /// Whether a signature by this algorithm is looked at.
    [[nodiscard]] constexpr bool contains(signature_algorithm one) const noexcept {
        return (bits_ & bit(one)) != 0;
    }
    /// Whether no algorithm is allowed.
    [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
    /// The names, for metadata.
    [[nodiscard]] MCP_OAUTH_EXPORT std::vector<std::string> names() const;

private:
    static constexpr unsigned bit(signature_algorithm one) noexcept {
        return 1U << static_cast<unsigned>(one);
    }
    unsigned bits_ = 0;
};

} // namespace v0
} // namespace mcp_oauth
