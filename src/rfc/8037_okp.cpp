#include "mcp_oauth/rfc/8037_okp.hpp"

#include "mcp_oauth/grammar/base64url.hpp"

namespace mcp_oauth {
inline namespace v0 {

std::optional<verification_key> parse_okp_key(json_value jwk) {
    if (jwk.string_at("crv") != "Ed25519") return std::nullopt;
    const auto x = decode_base64url(jwk.string_at("x").value_or(""));
    if (!x) return std::nullopt;
    return verification_key::eddsa(*x);
}

} // namespace v0
} // namespace mcp_oauth
