#include "mcp_oauth/rfc/7515_jws.hpp"

#include <algorithm>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t deepest = 4;

// What would change how the JWS is read, or where its key comes from.
bool has_refused_member(json_value header, const jws_use& use) {
    constexpr std::string_view refused[] = {"crit", "b64", "jku", "x5u", "x5c"};
    if (use.jwk == jws_use::embedded_key::refused && header.find("jwk")) return true;
    return std::any_of(std::begin(refused), std::end(refused),
                       [header](std::string_view each) { return header.find(each).has_value(); });
}

bool is_of_type(json_value header, const jws_use& use) {
    const auto typ = header.string_at("typ");
    if (!typ) return use.type == jws_use::typ::optional;
    return std::any_of(use.types.begin(), use.types.end(), [&typ](std::string_view each) {
        return !each.empty() && typ_is(*typ, each);
    });
}

// Whether the member is absent or a string.
bool may_be_text(json_value header, std::string_view member) {
    const auto found = header.find(member);
    return !found || found->string();
}

// The fault of the last key that was tried, or that there was none.
expected<verified_jws, jws_fault> try_each(const compact_jws& parts, const key_set& keys,
                                           signature_algorithm algorithm) {
    auto why = jws_fault::unknown_key;
    std::size_t guesses = 0;
    for (const auto& each : keys.keys()) {
        if (each.key.algorithm() != algorithm) continue;
        if (++guesses > jose_header::most_guesses) break;
        auto verified = verify_jws(parts, each.key);
        if (verified) return verified;
        why = verified.error();
    }
    return unexpected{why};
}

// A key of that name is not the key for that algorithm, or there is none. No key is called by an
// empty name, which is how those without one are kept.
jws_fault why_unfound(const key_set& keys, std::string_view kid) noexcept {
    if (kid.empty()) return jws_fault::unknown_key;
    const auto& all = keys.keys();
    return std::any_of(all.begin(), all.end(), [kid](const auto& each) { return each.kid == kid; })
               ? jws_fault::wrong_algorithm
               : jws_fault::unknown_key;
}

} // namespace

expected<jose_header, jws_fault> jose_header::parse(std::string_view encoded, const jws_use& use) {
    if (encoded.size() > largest) return unexpected{jws_fault::malformed};
    const auto text = decode_base64url(encoded);
    if (!text) return unexpected{jws_fault::malformed};
    const auto document = json_document::parse(*text, {largest, deepest});
    if (!document || !document->root().is_object()) return unexpected{jws_fault::malformed};
    const auto root = document->root();
    const auto alg = root.string_at("alg");
    if (!alg || !may_be_text(root, "typ") || !may_be_text(root, "kid"))
        return unexpected{jws_fault::malformed};
    if (has_refused_member(root, use)) return unexpected{jws_fault::refused_header};
    if (!is_of_type(root, use)) return unexpected{jws_fault::wrong_type};
    const auto algorithm = signature_algorithm_from(*alg);
    if (!algorithm || !use.algorithms.contains(*algorithm))
        return unexpected{jws_fault::wrong_algorithm};

    jose_header header;
    header.algorithm = *algorithm;
    if (const auto kid = root.string_at("kid")) header.kid = *kid;
    if (use.jwk == jws_use::embedded_key::refused) return header;
    const auto jwk = root.find("jwk");
    if (!jwk) return unexpected{jws_fault::refused_header};
    auto key = parse_jwk(*jwk, {*algorithm});
    if (!key) return unexpected{jws_fault::refused_header};
    header.embedded_key = std::move(*key);
    return header;
}

expected<verified_jws, jws_fault> verify_jws(const compact_jws& parts,
                                             const verification_key& key) {
    const auto signature = decode_base64url(parts.signature);
    auto payload = decode_base64url(parts.payload);
    if (!signature || !payload) return unexpected{jws_fault::malformed};
    if (!key.verify(parts.signing_input, *signature)) return unexpected{jws_fault::bad_signature};
    return verified_jws{std::move(*payload), key};
}

expected<verified_jws, jws_fault> verify_jws(std::string_view text, const jws_use& use,
                                             const key_set& keys) {
    const auto parts = text.size() <= use.largest ? compact_jws::split(text) : std::nullopt;
    if (!parts) return unexpected{jws_fault::malformed};
    const auto header = jose_header::parse(parts->header, use);
    if (!header) return unexpected{header.error()};
    if (!header->kid) return try_each(*parts, keys, header->algorithm);
    const auto* named = keys.find(*header->kid, header->algorithm);
    if (named == nullptr) return unexpected{why_unfound(keys, *header->kid)};
    return verify_jws(*parts, named->key);
}

expected<verified_jws, jws_fault> verify_embedded_jws(std::string_view text, const jws_use& use) {
    const auto parts = text.size() <= use.largest ? compact_jws::split(text) : std::nullopt;
    if (!parts) return unexpected{jws_fault::malformed};
    const auto header = jose_header::parse(parts->header, use);
    if (!header) return unexpected{header.error()};
    if (!header->embedded_key) return unexpected{jws_fault::refused_header};
    return verify_jws(*parts, *header->embedded_key);
}

std::string encoded_jose_header(std::string_view typ, signature_algorithm algorithm,
                                std::string_view kid) {
    json_object_writer json;
    json.add("typ", typ).add("alg", name(algorithm)).add("kid", kid);
    return base64url(json.take());
}

bool typ_is(std::string_view typ, std::string_view type) noexcept {
    constexpr std::string_view prefix = "application/";
    if (equal_ignoring_case(typ.substr(0, prefix.size()), prefix)) typ.remove_prefix(prefix.size());
    return equal_ignoring_case(typ, type);
}

std::string finish_jws(std::string signing_input, std::string_view signature) {
    signing_input += '.';
    signing_input += base64url(signature);
    return signing_input;
}

} // namespace v0
} // namespace mcp_oauth
