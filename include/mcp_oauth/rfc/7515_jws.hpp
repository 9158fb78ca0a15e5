#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/export.hpp"

/// RFC 7515: JSON web signatures, the compact serialization only (JOSE-01).
namespace mcp_oauth {
inline namespace v0 {

/// The registered name of an algorithm (RFC 7518 §3.1).
[[nodiscard]] constexpr std::string_view name(signature_algorithm algorithm) noexcept {
    switch (algorithm) {
    case signature_algorithm::es256: return "ES256";
    }
    return "";
}

/// A compact JWS, taken apart and believed in nothing. Views into the text it was split from.
struct compact_jws {
    std::string_view signing_input; ///< `header "." payload`, as the signature covers it
    std::string_view header;        ///< base64url
    std::string_view payload;       ///< base64url
    std::string_view signature;     ///< base64url

    /// Checks: exactly two dots, and something in each of the three parts: a JWE, an unsecured JWS
    ///         and a detached one do not pass (JOSE-01, JOSE-04).
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
        if (parts.header.empty() || parts.payload.empty() || parts.signature.empty())
            return std::nullopt;
        return parts;
    }
};

/// What a JOSE header may say here (RFC 7515 §4.1).
struct jose_header {
    std::string alg;
    std::optional<std::string> typ;
    std::optional<std::string> kid;

    /// Checks: strict base64url; a JSON object without repeated members (JOSE-02); `alg` is there;
    ///         these members are strings; `crit` is not there, since no extension is understood
    ///         (JOSE-05).
    /// Does not check: that the algorithm is allowed, or that the key is known.
    /// Ignores: `jku`, `jwk`, `x5u`, `x5c`: keys never come from the token (JOSE-06, ATK-JW-05).
    /// Errors: nothing.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<jose_header>
    parse(std::string_view encoded);

    /// Octets of a header, encoded; a longer one is refused unread (JBCP-11).
    static constexpr std::size_t largest = 4096;
};

/// The encoded header `{"typ":…,"alg":…,"kid":…}` that our own tokens bear.
[[nodiscard]] MCP_OAUTH_EXPORT std::string
encoded_jose_header(std::string_view typ, signature_algorithm algorithm, std::string_view kid);

/// Whether a `typ` is this media type: without case, `application/` in front of it or not
/// (RFC 7515 §4.1.9; AT-10, JBCP-09). Requires: `type` in lower case and without the prefix.
[[nodiscard]] MCP_OAUTH_EXPORT bool typ_is(std::string_view typ, std::string_view type) noexcept;

/// The token: what was signed, and the signature, which is 64 octets for ES256 (RFC 7518 §3.4).
[[nodiscard]] MCP_OAUTH_EXPORT std::string finish_jws(std::string signing_input,
                                                      std::string_view signature);

} // namespace v0
} // namespace mcp_oauth
