#pragma once

#include <string>
#include <string_view>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/rfc/7517_jwk.hpp"

/// DPoP proofs as a client makes them, and as an attacker does: each part is text.
namespace proofs {

inline std::string jwk_of(const mcp_oauth::verification_key& key) {
    const auto set = mcp_oauth::key_set::of({key}).text();
    const auto begin = set.find('[') + 1;
    return set.substr(begin, set.rfind(']') - begin);
}
inline std::string header_of(const mcp_oauth::signing_key& key) {
    return R"({"typ":"dpop+jwt","alg":")" + std::string{name(key.algorithm())} + R"(","jwk":)" +
           jwk_of(key.public_key()) + "}";
}
inline std::string signed_by(const mcp_oauth::signing_key& key, std::string_view header,
                             std::string_view payload) {
    const auto input = mcp_oauth::base64url(header) + '.' + mcp_oauth::base64url(payload);
    return input + '.' + mcp_oauth::base64url(*key.sign(input));
}
inline std::string ath_of(std::string_view token) {
    return mcp_oauth::base64url(mcp_oauth::as_view(mcp_oauth::sha256(token)));
}

/// What the payload holds. `more` are members as JSON text, each behind a comma.
struct claims {
    std::string htm = "POST";
    std::string htu;
    std::int64_t iat = 0;
    std::string jti = "jti-1";
    std::string more{};

    [[nodiscard]] std::string text() const {
        return R"({"jti":")" + jti + R"(","htm":")" + htm + R"(","htu":")" + htu + R"(","iat":)" +
               std::to_string(iat) + more + "}";
    }
};
inline std::string proof(const mcp_oauth::signing_key& key, const claims& c) {
    return signed_by(key, header_of(key), c.text());
}

} // namespace proofs
