#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/base/secret.hpp"

/// The cryptography that the library needs, as functions over octets. OpenSSL sits behind it in
/// src/base and is not reachable from here: hosts link copies of their own.
namespace mcp_oauth {
inline namespace v0 {

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
    static constexpr std::size_t overhead = 12 + 16;

    /// Requires: 32 octets.
    explicit aead_key(secret key) noexcept : key_(std::move(key)) {}

    /// Errors: nothing where the random source fails.
    [[nodiscard]] std::optional<std::string>
    seal(std::string_view plain, std::string_view associated, random_source& random) const;
    /// Errors: nothing where a single bit differs from what `seal` returned.
    [[nodiscard]] std::optional<std::string> open(std::string_view sealed,
                                                  std::string_view associated) const;

private:
    secret key_;
};

/// The signature algorithms of RFC 7518 that this library signs and verifies with.
enum class signature_algorithm : std::uint8_t { es256 };

/// A public key and the one algorithm it is for (RFC 8725 §3.1: never another).
///
/// Immutable, cheap to copy, and safe to use from any thread.
class MCP_OAUTH_EXPORT verification_key {
public:
    /// From an uncompressed P-256 point, `x` and `y` 32 octets each.
    /// Errors: nothing where that is no point on the curve (RFC 8725 §3.4; JOSE-20).
    [[nodiscard]] static std::optional<verification_key> es256(std::string_view x,
                                                               std::string_view y);

    [[nodiscard]] signature_algorithm algorithm() const noexcept;
    /// The coordinates, 32 octets each (RFC 7518 §6.2.1).
    [[nodiscard]] std::string_view x() const noexcept;
    [[nodiscard]] std::string_view y() const noexcept;

    /// Whether `signature` is this key's over `octets`.
    /// Checks: for ES256 exactly 64 octets R || S (RFC 7518 §3.4; JOSE-07).
    [[nodiscard]] bool verify(std::string_view octets, std::string_view signature) const noexcept;

private:
    struct state;
    friend class signing_key;
    explicit verification_key(std::shared_ptr<const state> shared) noexcept
        : state_(std::move(shared)) {}
    std::shared_ptr<const state> state_;
};

/// A private key and the one algorithm it is for.
///
/// Immutable, cheap to copy (copies share the key), and safe to use from any thread.
class MCP_OAUTH_EXPORT signing_key {
public:
    /// A fresh P-256 key. Errors: nothing where OpenSSL's generator fails.
    [[nodiscard]] static std::optional<signing_key> generate_es256();
    /// From an unencrypted PKCS #8 or SEC 1 PEM text that holds a P-256 key.
    [[nodiscard]] static std::optional<signing_key> from_pem(std::string_view pem);

    /// PKCS #8 PEM, for a secrets file.
    [[nodiscard]] secret to_pem() const;
    [[nodiscard]] const verification_key& public_key() const noexcept;
    [[nodiscard]] signature_algorithm algorithm() const noexcept;

    /// The signature in JWS form. Errors: nothing where OpenSSL fails.
    [[nodiscard]] std::optional<std::string> sign(std::string_view octets) const;

private:
    struct state;
    explicit signing_key(std::shared_ptr<const state> shared) noexcept
        : state_(std::move(shared)) {}
    std::shared_ptr<const state> state_;
};

} // namespace v0
} // namespace mcp_oauth
