#include "mcp_oauth/rfc/7517_jwk.hpp"

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

// Whether the member is absent or says this.
bool absent_or(json_value jwk, std::string_view member, std::string_view wanted) {
    return !jwk.find(member) || jwk.string_at(member) == wanted;
}

// Whether the key may verify ES256 (RFC 7517 §4.2 … 4.4).
bool may_verify(json_value jwk) {
    if (!absent_or(jwk, "use", "sig") || !absent_or(jwk, "alg", "ES256")) return false;
    const auto operations = jwk.find("key_ops");
    if (!operations) return true;
    bool allowed = false;
    operations->for_each_element(
        [&allowed](json_value each) { allowed = allowed || each.string() == "verify"; });
    return allowed;
}

std::string encode(const named_key& named) {
    json_object_writer json;
    json.add("kty", "EC")
        .add("crv", "P-256")
        .add("x", base64url(named.key.x()))
        .add("y", base64url(named.key.y()))
        .add_unless_empty("kid", named.kid)
        .add("use", "sig")
        .add("alg", name(named.key.algorithm()));
    return json.take();
}

} // namespace

std::optional<verification_key> parse_jwk(json_value jwk) {
    if (jwk.string_at("kty") != "EC" || jwk.string_at("crv") != "P-256") return std::nullopt;
    if (jwk.find("d") || !may_verify(jwk)) return std::nullopt;
    const auto x = decode_base64url(jwk.string_at("x").value_or(""));
    const auto y = decode_base64url(jwk.string_at("y").value_or(""));
    if (!x || !y || x->size() != 32 || y->size() != 32) return std::nullopt;
    return verification_key::es256(*x, *y);
}

key_set key_set::of(const std::vector<verification_key>& keys) {
    key_set set;
    for (const auto& key : keys) set.add(jwk_thumbprint(key), key);
    return set;
}

std::optional<key_set> key_set::parse(std::string_view json) {
    const auto document = json_document::parse(json);
    if (!document) return std::nullopt;
    const auto members = document->root().find("keys");
    if (!members || !members->is_array()) return std::nullopt;
    key_set set;
    members->for_each_element([&set](json_value jwk) {
        const auto kid = jwk.find("kid");
        if (kid && !kid->string()) return;
        auto key = set.keys_.size() < largest ? parse_jwk(jwk) : std::nullopt;
        if (key) set.add(std::string{jwk.string_at("kid").value_or("")}, std::move(*key));
    });
    return set;
}

void key_set::add(std::string kid, verification_key key) {
    if (keys_.size() == largest || find(kid) != nullptr) return;
    auto header = encoded_jose_header("at+jwt", key.algorithm(), kid);
    keys_.push_back({std::move(kid), std::move(key), std::move(header)});
}

std::string key_set::text() const {
    std::string keys = "[";
    for (const auto& each : keys_) {
        if (keys.size() > 1) keys += ',';
        keys += encode(each);
    }
    json_object_writer json;
    json.add_json("keys", keys + ']');
    return json.take();
}

} // namespace v0
} // namespace mcp_oauth
