#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"

namespace mcp_oauth {
inline namespace v0 {

std::string jwk_thumbprint(const verification_key& key) {
    json_object_writer json;
    json.add("crv", "P-256")
        .add("kty", "EC")
        .add("x", base64url(key.x()))
        .add("y", base64url(key.y()));
    return base64url(as_view(sha256(json.take())));
}

} // namespace v0
} // namespace mcp_oauth
