#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/secret.hpp"

/// Keys that sign and keys that verify. Each is made for one algorithm and never serves another
/// (RFC 8725 §3.1; JBCP-02). OpenSSL sits behind them in src/base and is not reachable from here.
namespace mcp_oauth {
inline namespace v0 {

/// The signature algorithms that this library signs and verifies with (RFC 7518 §3.1, RFC 8037).
enum class signature_algorithm : std::uint8_t {
    es256, ///< ECDSA on P-256 with SHA-256
    es384, ///< ECDSA on P-384 with SHA-384
    eddsa, ///< Ed25519, pure
    rs256, ///< RSASSA-PKCS1-v1_5 with SHA-256
    ps256, ///< RSASSA-PSS with SHA-256, MGF1 with the same, and a salt of 32 octets (JOSE-10)
};

/// A public key and the one algorithm it is for.
///
/// Immutable, cheap to copy, and safe to use from any thread.
class MCP_OAUTH_EXPORT verification_key {
public:
    /// From an uncompressed point, `x` and `y` as long as the curve's field (32 octets, or 48).
    /// Errors: nothing where that is no point on the curve (RFC 8725 §3.4; JOSE-20).
    /// @{
    [[nodiscard]] static std::optional<verification_key> es256(std::string_view x,
                                                               std::string_view y);
    [[nodiscard]] static std::optional<verification_key> es384(std::string_view x,
                                                               std::string_view y);
    /// @}
    /// From the 32 octets of an Ed25519 key (RFC 8037 §2).
    /// Errors: nothing for another length, and for a point of small order, under which a signature
    ///         proves nothing.
    [[nodiscard]] static std::optional<verification_key> eddsa(std::string_view x);
    /// From modulus and exponent, big-endian; zero octets in front of them count for nothing.
    /// Errors: nothing where the modulus is even, shorter than 2048 bits (RFC 7518 §3.3; JOSE-08)
    ///         or longer than 8192, or of the kind that can be factored (CVE-2017-15361); where the
    ///         exponent is even, 1, or longer than 32 bits (JOSE-20).
    /// @{
    [[nodiscard]] static std::optional<verification_key> rs256(std::string_view n,
                                                               std::string_view e);
    [[nodiscard]] static std::optional<verification_key> ps256(std::string_view n,
                                                               std::string_view e);
    /// @}
    /// From a SubjectPublicKeyInfo in PEM.
    /// Errors: nothing where it is no key for `algorithm`, or not acceptable as above.
    [[nodiscard]] static std::optional<verification_key> from_pem(std::string_view pem,
                                                                  signature_algorithm algorithm);

    /// The only algorithm that `verify` ever uses: it belongs to the key, whatever a header says.
    [[nodiscard]] signature_algorithm algorithm() const noexcept;
    /// The coordinates (RFC 7518 §6.2.1), or the octets of an Ed25519 key, which has no `y`. Empty
    /// for an RSA key. Views live as long as a copy of the key.
    /// @{
    [[nodiscard]] std::string_view x() const noexcept;
    [[nodiscard]] std::string_view y() const noexcept;
    /// @}
    /// Modulus and exponent of an RSA key, as short as they can be (RFC 7518 §6.3.1); else empty.
    /// @{
    [[nodiscard]] std::string_view n() const noexcept;
    [[nodiscard]] std::string_view e() const noexcept;
    /// @}

    /// Whether `signature` is this key's over `octets`.
    /// Checks: its exact length first: R || S for ECDSA, never DER (RFC 7518 §3.4; JOSE-07).
    /// Does not check: that an ECDSA signature has the smaller of its two S; both are valid, so a
    ///         signature is no name for what it signs.
    [[nodiscard]] bool verify(std::string_view octets, std::string_view signature) const noexcept;

private:
    struct state;
    friend class signing_key;
    explicit verification_key(std::shared_ptr<const state> shared) noexcept
        : state_(std::move(shared)) {}
    std::shared_ptr<const state> state_;
};

/// What makes a public key a private one, big-endian, under the names of its JWK (RFC 7518 §6.2.2,
/// §6.3.2; RFC 8037 §2). All but `d` belong to RSA and are empty elsewhere.
struct private_numbers {
    secret d;  ///< the private exponent; of an EC key the scalar, of Ed25519 the 32 octets of seed
    secret p;  ///< the first prime factor of the modulus
    secret q;  ///< the second
    secret dp; ///< d mod (p - 1)
    secret dq; ///< d mod (q - 1)
    secret qi; ///< the inverse of q mod p
};

/// A private key and the one algorithm it is for; or only its public half, where a security module
/// or a key service holds the private one and signs on request.
///
/// Immutable, cheap to copy (copies share the key), and safe to use from any thread.
class MCP_OAUTH_EXPORT signing_key {
public:
    /// A fresh key. An RSA key has 2048 bits: a signature of 3072 costs three times as much, and a
    /// key that signs tokens is replaced long before that is needed.
    /// Errors: nothing where OpenSSL's generator fails.
    [[nodiscard]] static std::optional<signing_key> generate(signature_algorithm algorithm);
    /// The same for ES256, which `from_pem` expects too where nothing else is said.
    [[nodiscard]] static std::optional<signing_key> generate_es256();
    /// From an unencrypted private key in PEM: PKCS #8, or what came before it (SEC 1, PKCS #1).
    /// Errors: nothing where it is no key for `algorithm`, its halves do not belong together, or
    ///         its public half is not acceptable.
    [[nodiscard]] static std::optional<signing_key>
    from_pem(std::string_view pem, signature_algorithm algorithm = signature_algorithm::es256);
    /// From the numbers of a JWK. Errors: as above.
    [[nodiscard]] static std::optional<signing_key>
    from_numbers(const verification_key& public_half, const private_numbers& numbers);
    /// The private half is elsewhere: the server asks for each signature by a `sign_step`, which
    /// the blocking face hands to the host's `signer`.
    [[nodiscard]] static signing_key held_elsewhere(verification_key public_half);

    /// What others verify with, and all of the key that is ever published.
    [[nodiscard]] const verification_key& public_key() const noexcept;
    /// That of the public key.
    [[nodiscard]] signature_algorithm algorithm() const noexcept;
    /// Whether there is no private half here, so that `sign`, `to_pem` and `numbers` give nothing.
    [[nodiscard]] bool is_held_elsewhere() const noexcept;

    /// The signature in JWS form. ECDSA is hedged: its nonce comes from the key, the text and fresh
    /// random octets (JBCP-10). Errors: nothing where OpenSSL fails, or the key is held elsewhere.
    [[nodiscard]] std::optional<std::string> sign(std::string_view octets) const;

    /// For a secrets file or a sealed record, and nothing else: PKCS #8 in PEM.
    /// Errors: empty where the key is held elsewhere.
    [[nodiscard]] secret to_pem() const;
    /// For the same places, the numbers of a JWK. Errors: nothing as above.
    [[nodiscard]] std::optional<private_numbers> numbers() const;

private:
    struct state;
    explicit signing_key(std::shared_ptr<const state> shared) noexcept
        : state_(std::move(shared)) {}
    std::shared_ptr<const state> state_;
};

/// The JWS form, R || S, of an ECDSA signature in DER, which is what most security modules and key
/// services return. Errors: nothing where that is no such signature, or `algorithm` is not ECDSA.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<std::string>
ecdsa_signature_from_der(signature_algorithm algorithm, std::string_view der);

} // namespace v0
} // namespace mcp_oauth
