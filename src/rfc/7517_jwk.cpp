#include "mcp_oauth/rfc/7517_jwk.hpp"

#include <algorithm>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "mcp_oauth/rfc/8037_okp.hpp"
#include "rfc/jwk_members.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

using fault = jwk_fault;
using maybe_algorithm = std::optional<signature_algorithm>;

// Whether `use` and `key_ops`, where they are there, allow this (RFC 7517 §4.2, §4.3).
bool may(json_value jwk, std::string_view operation) {
    if (jwk.find("use") && jwk.string_at("use") != "sig") return false;
    const auto operations = jwk.find("key_ops");
    if (!operations) return true;
    bool allowed = false;
    operations->for_each_element(
        [&](json_value each) { allowed = allowed || each.string() == operation; });
    return allowed;
}

maybe_algorithm algorithm_of_curve(std::string_view kty, std::string_view crv) {
    if (kty == "EC" && crv == "P-256") return signature_algorithm::es256;
    if (kty == "EC" && crv == "P-384") return signature_algorithm::es384;
    if (kty == "OKP" && crv == "Ed25519") return signature_algorithm::eddsa;
    return std::nullopt;
}

/// What the key is for. Errors: nothing where that is unknown, contradictory or not allowed.
maybe_algorithm algorithm_of(json_value jwk, algorithm_set allowed) {
    const auto kty = jwk.string_at("kty").value_or("");
    const auto alg = jwk.find("alg");
    const auto said = signature_algorithm_from(jwk.string_at("alg").value_or(""));
    if (alg && !said) return std::nullopt;
    const bool for_rsa = said == signature_algorithm::rs256 || said == signature_algorithm::ps256;
    maybe_algorithm settled;
    if (kty != "RSA")
        settled = algorithm_of_curve(kty, jwk.string_at("crv").value_or(""));
    else if (said)
        settled = for_rsa ? said : std::nullopt;
    else
        settled = allowed.contains(signature_algorithm::rs256) ? signature_algorithm::rs256
                                                               : signature_algorithm::ps256;
    if (said && settled != said) return std::nullopt;
    if (settled && !allowed.contains(*settled)) return std::nullopt;
    return settled;
}

std::optional<verification_key> key_of(json_value jwk, signature_algorithm algorithm) {
    const auto member = [jwk](std::string_view name) {
        return decode_base64url(jwk.string_at(name).value_or("")).value_or("");
    };
    switch (algorithm) {
    case signature_algorithm::es256: return verification_key::es256(member("x"), member("y"));
    case signature_algorithm::es384: return verification_key::es384(member("x"), member("y"));
    case signature_algorithm::eddsa: return parse_okp_key(jwk);
    case signature_algorithm::rs256: return verification_key::rs256(member("n"), member("e"));
    case signature_algorithm::ps256: return verification_key::ps256(member("n"), member("e"));
    }
    return std::nullopt;
}

std::string encode(const named_key& named) {
    json_object_writer json;
    add_public_members(json, named.key);
    json.add_unless_empty("kid", named.kid)
        .add("use", "sig")
        .add("alg", name(named.key.algorithm()));
    return json.take();
}

} // namespace

std::string_view name(jwk_fault why) noexcept {
    switch (why) {
    case fault::not_understood: return "not_understood";
    case fault::not_for_verifying: return "not_for_verifying";
    case fault::unusable: return "unusable";
    case fault::private_key: return "private_key";
    case fault::symmetric: return "symmetric";
    case fault::name_taken: return "name_taken";
    case fault::too_many: return "too_many";
    }
    return "";
}

bool holds_private_members(json_value jwk) noexcept {
    constexpr std::string_view hidden[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
    return std::any_of(std::begin(hidden), std::end(hidden),
                       [jwk](std::string_view each) { return jwk.find(each).has_value(); });
}

expected<verification_key, jwk_fault> parse_jwk(json_value jwk, algorithm_set allowed) {
    if (jwk.string_at("kty") == "oct") return unexpected{fault::symmetric};
    if (holds_private_members(jwk)) return unexpected{fault::private_key};
    const auto algorithm = algorithm_of(jwk, allowed);
    if (!algorithm) return unexpected{fault::not_understood};
    if (!may(jwk, "verify")) return unexpected{fault::not_for_verifying};
    auto key = key_of(jwk, *algorithm);
    if (!key) return unexpected{fault::unusable};
    return std::move(*key);
}

std::optional<signing_key> parse_private_jwk(std::string_view json) {
    const auto document = json_document::parse(json);
    if (!document) return std::nullopt;
    const auto jwk = document->root();
    const bool settled = jwk.string_at("kty") != "RSA" || jwk.find("alg");
    const auto algorithm = algorithm_of(jwk, algorithm_set::all());
    if (!settled || !algorithm || !may(jwk, "sign") || jwk.find("oth")) return std::nullopt;
    const auto public_half = key_of(jwk, *algorithm);
    if (!public_half) return std::nullopt;
    const auto member = [jwk](std::string_view name) {
        return secret{decode_base64url(jwk.string_at(name).value_or("")).value_or("")};
    };
    return signing_key::from_numbers(*public_half, {member("d"), member("p"), member("q"),
                                                    member("dp"), member("dq"), member("qi")});
}

secret private_jwk(const signing_key& key) {
    const auto numbers = key.numbers();
    if (!numbers) return {};
    json_object_writer json;
    add_public_members(json, key.public_key());
    json.add("use", "sig").add("alg", name(key.algorithm()));
    const auto add = [&json](std::string_view name, const secret& number) {
        json.add_unless_empty(name, base64url(number.reveal()));
    };
    add("d", numbers->d);
    add("p", numbers->p);
    add("q", numbers->q);
    add("dp", numbers->dp);
    add("dq", numbers->dq);
    add("qi", numbers->qi);
    return secret{json.take()};
}

key_set key_set::of(const std::vector<verification_key>& keys) {
    key_set set;
    for (const auto& key : keys) set.add(jwk_thumbprint(key), key);
    return set;
}

std::optional<key_set> key_set::parse(std::string_view json, algorithm_set allowed) {
    const auto document = json_document::parse(json);
    if (!document) return std::nullopt;
    const auto members = document->root().find("keys");
    if (!members || !members->is_array()) return std::nullopt;
    key_set set;
    members->for_each_element([&set, allowed](json_value jwk) { set.read(jwk, allowed); });
    return set;
}

void key_set::read(json_value jwk, algorithm_set allowed) {
    std::string kid{jwk.string_at("kid").value_or("")};
    const auto skip = [&](jwk_fault why) {
        if (skipped_.size() < largest) skipped_.push_back({std::move(kid), why});
    };
    if (keys_.size() == largest) return skip(fault::too_many);
    if (jwk.find("kid") && !jwk.string_at("kid")) return skip(fault::unusable);
    auto key = parse_jwk(jwk, allowed);
    if (!key) return skip(key.error());
    if (find(kid, key->algorithm()) != nullptr) return skip(fault::name_taken);
    add(std::move(kid), std::move(*key));
}

void key_set::add(std::string kid, verification_key key) {
    if (keys_.size() == largest || find(kid, key.algorithm()) != nullptr) return;
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
