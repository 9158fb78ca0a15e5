#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "rfc/jwk_members.hpp"

namespace mcp_oauth {
inline namespace v0 {

std::string jwk_thumbprint(const verification_key& key) {
    json_object_writer json;
    add_public_members(json, key);
    return base64url(as_view(sha256(json.take())));
}

} // namespace v0
} // namespace mcp_oauth
