#pragma once

#include <string_view>

#include "base/openssl_handles.hpp"
#include "base/signature_scheme.hpp"
#include "mcp_oauth/base/signature.hpp"

/// Keys as the numbers of a JWK, and as OpenSSL holds them.
namespace mcp_oauth {
inline namespace v0 {

/// Public numbers: x and y, or n and e; of an Ed25519 key its octets and nothing.
struct public_numbers {
    std::string first;
    std::string second;
};

/// Checks: everything that `verification_key` promises of a public key, except that an EC point
///         lies on its curve, which OpenSSL's decoder checks.
/// Returns: the numbers in their one canonical form. Errors: nothing.
[[nodiscard]] std::optional<public_numbers>
acceptable(const signature_scheme& scheme, std::string_view first, std::string_view second);

/// Requires: `acceptable`. Errors: null.
[[nodiscard]] key_handle decode_public(const signature_scheme& scheme,
                                       const public_numbers& numbers);
[[nodiscard]] key_handle decode_private(const signature_scheme& scheme,
                                        const public_numbers& numbers,
                                        const private_numbers& hidden);

/// Whether the key is of the kind that the algorithm takes.
[[nodiscard]] bool suits(const signature_scheme& scheme, const EVP_PKEY* key) noexcept;

/// Requires: `suits`. Errors: nothing where OpenSSL fails.
[[nodiscard]] std::optional<public_numbers> read_public(const signature_scheme& scheme,
                                                        const EVP_PKEY* key);
[[nodiscard]] std::optional<private_numbers> read_private(const signature_scheme& scheme,
                                                          const EVP_PKEY* key);

} // namespace v0
} // namespace mcp_oauth
