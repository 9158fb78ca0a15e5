#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/json.hpp"

/// RFC 7517: public keys as JSON, and sets of them. Private keys are never read and never written
/// (JOSE-17, ATK-JW-15).
namespace mcp_oauth {
inline namespace v0 {

/// A public key under the name that tokens call it by.
struct named_key {
    std::string kid; ///< empty for a key that its issuer gave no name
    verification_key key;
    /// The encoded header of an access token that this key signed here: a token that begins so
    /// needs no JSON parser for its header (see `verify_access_token`).
    std::string access_token_header;
};

/// The keys of one issuer. Keys of another never come into it (JBCP-04).
///
/// Immutable once filled, and then safe to use from any thread.
class key_set {
public:
    /// Keys beyond this are not read: work is bounded (JBCP-11).
    static constexpr std::size_t largest = 32;

    key_set() = default;
    /// Each under its thumbprint (RFC 7638), which no two keys share (JOSE-18).
    [[nodiscard]] MCP_OAUTH_EXPORT static key_set of(const std::vector<verification_key>& keys);

    /// Reads a JWK Set.
    ///
    ///   "Implementations SHOULD ignore JWKs within a JWK Set that use "kty" (key type) values that
    ///    are not understood by them, that are missing required members, or for which values are
    ///    out of the supported ranges." (RFC 7517 §5; JOSE-15)
    ///
    /// Checks: a JSON object with an array `keys`. Of each key: P-256, coordinates of full length
    ///         on the curve (JOSE-20); `use`, `key_ops` and `alg` allow verifying ES256; no private
    ///         member. One that fails is skipped, and so is a second one of the same `kid`.
    /// Errors: nothing where this is no JWK Set.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<key_set> parse(std::string_view json);

    /// Adds a key. Does nothing where the name is taken, or the set is full.
    MCP_OAUTH_EXPORT void add(std::string kid, verification_key key);

    /// The key of this name, octet for octet; an in-memory comparison and nothing else
    /// (JBCP-06, ATK-JW-04).
    [[nodiscard]] const named_key* find(std::string_view kid) const noexcept {
        for (const auto& each : keys_)
            if (each.kid == kid && !kid.empty()) return &each;
        return nullptr;
    }
    [[nodiscard]] const std::vector<named_key>& keys() const noexcept { return keys_; }

    /// The JWK Set that an issuer publishes: of each key `kty`, `crv`, `x`, `y`, `kid`, `use`,
    /// `alg`.
    [[nodiscard]] MCP_OAUTH_EXPORT std::string text() const;

private:
    std::vector<named_key> keys_;
};

/// One JWK, as `key_set::parse` reads it. Errors: nothing.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<verification_key> parse_jwk(json_value jwk);

} // namespace v0
} // namespace mcp_oauth
