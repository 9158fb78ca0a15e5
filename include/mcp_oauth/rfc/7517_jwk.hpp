#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"

/// RFC 7517: keys as JSON, and sets of public ones. What is published is written from
/// `verification_key`s, which have no private members to write (JOSE-17, ATK-JW-15).
namespace mcp_oauth {
inline namespace v0 {

/// Why a JWK is not used.
enum class jwk_fault : std::uint8_t {
    not_understood,    ///< no object, or a `kty`, `crv` or `alg` that is not known or not allowed
    not_for_verifying, ///< by its `use` or `key_ops`
    unusable,          ///< a member missing or malformed; no point on the curve; RSA out of bounds
    private_key,       ///< somebody published a private key; nobody may trust it any more
    symmetric,         ///< `oct`: a shared secret in a place for public keys
    name_taken,        ///< an earlier key has this `kid` and this algorithm
    too_many,          ///< beyond the keys that one set may have
};

/// The fault as a word for a log.
[[nodiscard]] MCP_OAUTH_EXPORT std::string_view name(jwk_fault fault) noexcept;

/// One public key of a JWK.
///
/// The algorithm is settled here: by the curve; for RSA by `alg`, and where there is none, RS256 if
/// that is allowed, or else PS256 (JBCP-02).
///
/// Checks: no private member and no `oct` (RFC 7517 §9.2); `use` is `sig` and `key_ops` holds
///         `verify`, where they are there (§4.2, §4.3); `alg`, where it is there, is the key's
///         (§4.4); `allowed` contains it; strict base64url; everything that `verification_key`
///         checks of the numbers (JOSE-08, JOSE-20).
/// Errors: the first fault.
[[nodiscard]] MCP_OAUTH_EXPORT expected<verification_key, jwk_fault>
parse_jwk(json_value jwk, algorithm_set allowed = algorithm_set::all());

/// Whether a JWK holds what no one but its owner may know: `d`, `p`, `q`, `dp`, `dq`, `qi`, `oth`
/// or `k` (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
[[nodiscard]] MCP_OAUTH_EXPORT bool holds_private_members(json_value jwk) noexcept;

/// A private key from a JWK that a host kept: with `d`, for RSA all of `p`, `q`, `dp`, `dq` and
/// `qi` too, and without `oth`. An RSA key must say its `alg`. `use` and `key_ops`, where they are
/// there, allow signing.
/// Errors: nothing.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<signing_key> parse_private_jwk(std::string_view json);

/// The private key as a JWK, for a secrets file or a sealed record and nothing else. It says `alg`,
/// so that the key serves the same algorithm when it is read back.
/// Errors: empty where the key is held elsewhere.
[[nodiscard]] MCP_OAUTH_EXPORT secret private_jwk(const signing_key& key);

/// A public key under the name that tokens call it by.
struct named_key {
    std::string kid;      ///< empty for a key that its issuer gave no name
    verification_key key; ///< a `kid` may come twice, for two algorithms
    /// The encoded header of an access token that this key signed here: a token that begins so
    /// needs no JSON parser for its header (see `verify_access_token`).
    std::string access_token_header;
};

/// A member of a JWK Set that is not used, for whoever wants to tell its issuer.
struct skipped_jwk {
    std::string kid; ///< empty where there is none that is a string
    jwk_fault why;   ///< the first thing that was wrong with it
};

/// The keys of one issuer. Keys of another never come into it (JBCP-04).
///
/// Immutable once filled, and then safe to use from any thread.
class key_set {
public:
    /// Keys beyond this are not read: work is bounded (JBCP-11).
    static constexpr std::size_t largest = 32;

    key_set() = default; ///< empty: nothing verifies
    /// Each under its thumbprint (RFC 7638), which no two keys share (JOSE-18).
    [[nodiscard]] MCP_OAUTH_EXPORT static key_set of(const std::vector<verification_key>& keys);

    /// Reads a JWK Set of at most 64 KB.
    ///
    ///   "Implementations SHOULD ignore JWKs within a JWK Set that use "kty" (key type) values that
    ///    are not understood by them, that are missing required members, or for which values are
    ///    out of the supported ranges." (RFC 7517 §5; JOSE-15)
    ///
    /// Checks: a JSON object with an array `keys`. A key that `parse_jwk` refuses, whose `kid` is
    ///         no string, or whose name is taken is skipped; `skipped` says why.
    /// Errors: nothing where this is no JWK Set.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<key_set>
    parse(std::string_view json, algorithm_set allowed = algorithm_set::all());

    /// Adds a key. Does nothing where the name is taken, or the set is full.
    MCP_OAUTH_EXPORT void add(std::string kid, verification_key key);

    /// The key of this name and algorithm. The name is an opaque string: an in-memory comparison,
    /// octet for octet, and nothing else (JBCP-06, ATK-JW-04). Keys of different types may share
    /// one (RFC 7517 §4.5).
    [[nodiscard]] const named_key* find(std::string_view kid,
                                        signature_algorithm algorithm) const noexcept {
        if (kid.empty()) return nullptr;
        for (const auto& each : keys_)
            if (each.kid == kid && each.key.algorithm() == algorithm) return &each;
        return nullptr;
    }
    /// In the order in which they were added; at most `largest`.
    [[nodiscard]] const std::vector<named_key>& keys() const noexcept { return keys_; }
    /// What `parse` left out; at most `largest` of them are told.
    [[nodiscard]] const std::vector<skipped_jwk>& skipped() const noexcept { return skipped_; }

    /// The JWK Set that an issuer publishes: of each key the public members (`crv`, `x`, `y`, or
    /// `n`, `e`) between `kty`, `kid`, `use` and `alg`.
    [[nodiscard]] MCP_OAUTH_EXPORT std::string text() const;

private:
    void read(json_value jwk, algorithm_set allowed);
    std::vector<named_key> keys_;
    std::vector<skipped_jwk> skipped_;
};

} // namespace v0
} // namespace mcp_oauth
