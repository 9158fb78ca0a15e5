#include "rfc/jwk_members.hpp"

#include "mcp_oauth/grammar/base64url.hpp"

namespace mcp_oauth {
inline namespace v0 {

void add_public_members(json_object_writer& json, const verification_key& key) {
    switch (key.algorithm()) {
    case signature_algorithm::es256:
    case signature_algorithm::es384:
        json.add("crv", key.algorithm() == signature_algorithm::es256 ? "P-256" : "P-384")
            .add("kty", "EC")
            .add("x", base64url(key.x()))
            .add("y", base64url(key.y()));
        return;
    case signature_algorithm::eddsa:
        json.add("crv", "Ed25519").add("kty", "OKP").add("x", base64url(key.x()));
        return;
    case signature_algorithm::rs256:
    case signature_algorithm::ps256:
        json.add("e", base64url(key.e())).add("kty", "RSA").add("n", base64url(key.n()));
        return;
    }
}

} // namespace v0
} // namespace mcp_oauth
