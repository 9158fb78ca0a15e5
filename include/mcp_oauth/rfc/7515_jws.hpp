#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/rfc/7517_jwk.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"

/// RFC 7515: JSON web signatures, the compact serialization only (JOSE-01), under public keys only.
namespace mcp_oauth {
inline namespace v0 {

/// Why a JWS was refused. For events; who presented it hears nothing of it.
enum class jws_fault : std::uint8_t {
    malformed,       ///< not compact, not strict base64url, a header that is no JSON object
    refused_header,  ///< `crit`, `b64`, `jku`, `x5u`, `x5c`, or a `jwk` out of place
    wrong_type,      ///< `typ` names another kind of token (JBCP-08)
    wrong_algorithm, ///< not one that this use allows, `none` and HMAC included, or not that of
                     ///< the key it names (JOSE-03, JOSE-04)
    unknown_key,     ///< no key of this name; for a JWS without one, none of its algorithm
    bad_signature,   ///< none of the keys that it may be under made it
};

/// The fault as the reason of an event.
[[nodiscard]] constexpr std::string_view name(jws_fault fault) noexcept {
    switch (fault) {
    case jws_fault::malformed: return "malformed";
    case jws_fault::refused_header: return "refused_header";
    case jws_fault::wrong_type: return "wrong_type";
    case jws_fault::wrong_algorithm: return "wrong_algorithm";
    case jws_fault::unknown_key: return "unknown_key";
    case jws_fault::bad_signature: return "bad_signature";
    }
    return "";
}

/// A compact JWS, taken apart and believed in nothing. Views into the text it was split from.
struct compact_jws {
    std::string_view signing_input; ///< `header "." payload`, as the signature covers it
    std::string_view header;        ///< base64url
    std::string_view payload;       ///< base64url; may be empty (RFC 7515 §5.1)
    std::string_view signature;     ///< base64url

    /// Checks: exactly two dots, a header and a signature: neither a JWE nor an unsecured JWS
    ///         passes (JOSE-01, JOSE-04).
    /// Does not check: the alphabet. Whoever decodes a part does.
    /// Errors: nothing.
    [[nodiscard]] static std::optional<compact_jws> split(std::string_view text) noexcept {
        const auto first = text.find('.');
        if (first == std::string_view::npos) return std::nullopt;
        const auto second = text.find('.', first + 1);
        if (second == std::string_view::npos) return std::nullopt;
        if (text.find('.', second + 1) != std::string_view::npos) return std::nullopt;
        const compact_jws parts{text.substr(0, second), text.substr(0, first),
                                text.substr(first + 1, second - first - 1),
                                text.substr(second + 1)};
        if (parts.header.empty() || parts.signature.empty()) return std::nullopt;
        return parts;
    }
};

/// What one use of JWS permits. Each kind of token has its own, so that no kind passes as another
/// (RFC 8725 §3.12; JBCP-08).
struct jws_use {
    /// Whether the header has to name a type (`typ`).
    enum class typ : std::uint8_t {
        required, ///< a header without one is refused
        optional, ///< it may be absent, but not another
    };
    /// Whether the header has to bring the key (`jwk`), or must not.
    enum class embedded_key : std::uint8_t {
        refused,  ///< a header that brings one is refused
        required, ///< a header without one is refused
    };

    algorithm_set algorithms; ///< which may be; by default none is, and nothing passes
    /// The media types that `typ` may name, in lower case and without `application/`; unused places
    /// are empty.
    std::array<std::string_view, 2> types{};
    typ type = typ::required; ///< whether a header may do without
    /// Where the key comes from: `required` is for a proof of possession, whose point is the key
    /// that it brings (RFC 9449 §4.2). Everywhere else keys never come from the token (JOSE-06).
    embedded_key jwk = embedded_key::refused;
    /// Octets of the whole text; a longer one is refused unread (JBCP-11).
    std::size_t largest = 8192;
};

/// A JOSE header (RFC 7515 §4.1) that its use permits.
struct jose_header {
    signature_algorithm algorithm{}; ///< one that the use allows; the key has the last word
    std::optional<std::string> kid;  ///< nothing where no key is named; an empty name finds none
    /// Only, and always, where the use requires it.
    std::optional<verification_key> embedded_key;

    /// Checks: strict base64url; a JSON object without repeated members (JOSE-02); `alg` is allowed
    ///         (JOSE-03); `typ`; `kid` is a string; `crit` and `b64` are not there, since no
    ///         extension is understood (JOSE-05, RFC 7797 §6); neither are `jku`, `x5u` and `x5c`,
    ///         nor `jwk`, unless the use requires it: then it is a public key for `alg`.
    /// Ignores: what is not named here, such as `x5t`, which only points to a key.
    /// Does not check: that the key is known.
    /// Errors: the first fault.
    [[nodiscard]] MCP_OAUTH_EXPORT static expected<jose_header, jws_fault>
    parse(std::string_view encoded, const jws_use& use);

    /// Octets of a header, encoded; a longer one is refused unread (JBCP-11).
    static constexpr std::size_t largest = 4096;
    /// Keys that are tried for a JWS that names none (RFC 7515 appendix D; JOSE-16).
    static constexpr std::size_t most_guesses = 4;
};

/// A payload whose signature was seen to be right. Only `verify_jws` makes one.
class verified_jws {
public:
    /// The decoded octets, as they were signed. That the signature is right says nothing of what
    /// they say.
    [[nodiscard]] const std::string& payload() const noexcept { return payload_; }
    /// The key that it was verified under: for an embedded one, all that is known of its sender.
    [[nodiscard]] const verification_key& key() const noexcept { return key_; }

private:
    friend expected<verified_jws, jws_fault> verify_jws(const compact_jws& parts,
                                                        const verification_key& key);
    verified_jws(std::string payload, verification_key key)
        : payload_(std::move(payload)), key_(std::move(key)) {}
    std::string payload_;
    verification_key key_;
};

/// Decides whether `text` is a JWS for this use under one of these keys: the key of exactly the
/// header's `kid` and `alg`, or, where it names none, the first four for its `alg` (JOSE-15,
/// JOSE-16).
///
/// Requires: `keys` are those of whom the token claims to come from (JBCP-04); `use.jwk` is
///           `refused`.
/// Checks:   size, form, header, signature, base64url of all three parts.
/// Does not check: what the payload says.
/// Errors:   the first fault.
[[nodiscard]] MCP_OAUTH_EXPORT expected<verified_jws, jws_fault>
verify_jws(std::string_view text, const jws_use& use, const key_set& keys);

/// The same for a JWS that brings its key along. It proves that the sender holds that key, and
/// nothing about who that is. Requires: `use.jwk` is `required`.
[[nodiscard]] MCP_OAUTH_EXPORT expected<verified_jws, jws_fault>
verify_embedded_jws(std::string_view text, const jws_use& use);

/// The last step of both, for a caller that checked the header and chose the key by itself.
[[nodiscard]] MCP_OAUTH_EXPORT expected<verified_jws, jws_fault>
verify_jws(const compact_jws& parts, const verification_key& key);

/// The encoded header `{"typ":…,"alg":…,"kid":…}` that our own tokens bear.
[[nodiscard]] MCP_OAUTH_EXPORT std::string
encoded_jose_header(std::string_view typ, signature_algorithm algorithm, std::string_view kid);

/// Whether a `typ` is this media type: without case, `application/` in front of it or not
/// (RFC 7515 §4.1.9; AT-10, JBCP-09). Requires: `type` in lower case and without the prefix.
[[nodiscard]] MCP_OAUTH_EXPORT bool typ_is(std::string_view typ, std::string_view type) noexcept;

/// The token: what was signed, and the signature in the form of its algorithm.
[[nodiscard]] MCP_OAUTH_EXPORT std::string finish_jws(std::string signing_input,
                                                      std::string_view signature);

} // namespace v0
} // namespace mcp_oauth
