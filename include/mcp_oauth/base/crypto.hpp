#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/base/secret.hpp"

/// The cryptography that the library needs, as functions over octets. OpenSSL sits behind it in
/// src/base and is not reachable from here: hosts link copies of their own.
namespace mcp_oauth {
inline namespace v0 {

/// The octets of a SHA-256 digest.
using digest256 = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4).
[[nodiscard]] MCP_OAUTH_EXPORT digest256 sha256(std::string_view octets) noexcept;

/// HMAC-SHA-256 (RFC 2104) under `key`.
[[nodiscard]] MCP_OAUTH_EXPORT digest256 hmac_sha256(std::string_view key,
                                                     std::string_view octets) noexcept;

/// HKDF-SHA-256 (RFC 5869), extract and expand, without salt: 32 octets for this `info`.
[[nodiscard]] MCP_OAUTH_EXPORT secret hkdf_sha256(std::string_view key, std::string_view info);

/// Authenticated encryption: AES-256-GCM with a random 96-bit nonce in front of the ciphertext.
///
/// `associated` is authenticated, not encrypted; `open` needs the same.
class MCP_OAUTH_EXPORT aead_key {
public:
    /// Octets that sealing adds: the nonce in front and the tag behind.
    static constexpr std::size_t overhead = 12 + 16;

    /// Requires: 32 octets.
    explicit aead_key(secret key) noexcept : key_(std::move(key)) {}

    /// Errors: nothing where the random source or OpenSSL fails, the key is not of 32 octets, or a
    ///         text is longer than OpenSSL can count (2 GB).
    [[nodiscard]] std::optional<std::string>
    seal(std::string_view plain, std::string_view associated, random_source& random) const;
    /// Errors: nothing where a single bit differs from what `seal` returned; and as `seal`, but for
    ///         the random source.
    [[nodiscard]] std::optional<std::string> open(std::string_view sealed,
                                                  std::string_view associated) const;

private:
    secret key_;
};

} // namespace v0
} // namespace mcp_oauth
