// What strangers send as JOSE: JWS, keys and sets of them, claims, proofs. The first octet of the
// input chooses what the rest is. A stranger has no key of ours, so nothing of his verifies; and
// where the fuzzer is lent a key, what it signs is accepted only if it says what it has to.

#include <string>

#include "../rfc/proofs.hpp"
#include "claim.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7519_jwt.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "mcp_oauth/rfc/9449_dpop.hpp"

using namespace mcp_oauth;

namespace {

constexpr std::int64_t now = 1'700'000'000;
constexpr std::string_view issuer = "https://as.example";
constexpr std::string_view resource = "https://as.example/mcp";
const std::string token_url = "https://as.example/token";

const signing_key& the_key() {
    static const signing_key key = *signing_key::generate_es256();
    return key;
}
const key_set& the_keys() {
    static const key_set keys = key_set::of({the_key().public_key()});
    return keys;
}
access_token_expectations expectations() {
    static const resource_identifier audience = *resource_identifier::parse(resource);
    return {issuer, audience, from_unix_seconds(now)};
}

void check_jws(std::string_view text) {
    jws_use use;
    use.algorithms = algorithm_set::all();
    use.types = {"at+jwt", "jwt"};
    use.type = jws_use::typ::optional;
    CLAIM(!verify_jws(text, use, the_keys()));
    CLAIM(!verify_access_token(text, the_keys(), expectations()));
    (void)claimed_issuer(text);
    if (const auto parts = compact_jws::split(text)) {
        CLAIM(parts->signing_input.size() + 1 + parts->signature.size() == text.size());
        CLAIM(parts->header.size() + 1 + parts->payload.size() == parts->signing_input.size());
        if (const auto header = jose_header::parse(parts->header, use)) {
            CLAIM(decode_base64url(parts->header));
            CLAIM(!header->embedded_key);
        }
    }
}

void check_key_set(std::string_view json) {
    const auto set = key_set::parse(json);
    if (!set) return;
    CLAIM(set->keys().size() <= key_set::largest);
    CLAIM(set->skipped().size() <= key_set::largest);
    std::vector<verification_key> found;
    for (const auto& each : set->keys()) {
        CLAIM(jwk_thumbprint(each.key).size() == 43);
        if (!each.kid.empty()) CLAIM(set->find(each.kid, each.key.algorithm()) == &each);
        found.push_back(each.key);
    }
    const auto again = key_set::parse(key_set::of(found).text()); // public members, and all of them
    CLAIM(again && again->skipped().empty());
    CLAIM(again->keys().size() <= found.size());
    for (const auto& each : found)
        CLAIM(again->find(jwk_thumbprint(each), each.algorithm()) != nullptr);
}

void check_private_key(std::string_view json) {
    const auto key = parse_private_jwk(json);
    if (!key) return;
    const auto again = parse_private_jwk(private_jwk(*key).reveal());
    CLAIM(again && jwk_thumbprint(again->public_key()) == jwk_thumbprint(key->public_key()));
}

void check_claims_of(std::string_view json) {
    const auto document = json_document::parse(json);
    if (!document) return;
    const auto claims = registered_claims::read(document->root());
    if (!claims) return;
    for (const auto& date : {claims->issued_at, claims->not_before, claims->expires_at})
        if (date) CLAIM(*date >= 0 && *date < 253'402'300'800);
    for (const auto& each : claims->audience) CLAIM(is_utf8(each));
}

// Whatever the fuzzer has us sign is told apart by what it says.
void check_access_token(std::string_view header, std::string_view payload) {
    const auto token = proofs::signed_by(the_key(), header, payload);
    const auto verified = verify_access_token(token, the_keys(), expectations());
    if (!verified) return;
    const auto& claims = verified->claims();
    CLAIM(claims.issuer == issuer);
    CLAIM(claims.expires_at > now);
    CLAIM(!claims.subject.empty() && !claims.client_id.empty() && !claims.jti.empty());
    const auto same = check_claims(to_json(claims), expectations());
    CLAIM(same && to_json(*same) == to_json(claims));
    const auto said = json_document::parse(header);
    CLAIM(said && typ_is(said->root().string_at("typ").value_or(""), "at+jwt"));
    for (const char* member : {"crit", "b64", "jku", "x5u", "x5c", "jwk"})
        CLAIM(!said->root().find(member));
}

void check_proof(std::string_view header, std::string_view payload) {
    static const dpop_target target = *dpop_target::parse(token_url);
    http_request request;
    request.method = "POST";
    request.headers = {{"DPoP", proofs::signed_by(the_key(), header, payload)}};
    const auto proof = verify_dpop_proof(request, {"POST", target, from_unix_seconds(now)});
    if (!proof) {
        CLAIM(proof.error().code == error_code::invalid_dpop_proof);
        return;
    }
    CLAIM(proof->thumbprint() == jwk_thumbprint(the_key().public_key()));
    CLAIM(proof->expires_at() > from_unix_seconds(now));
    CLAIM(proof->expires_at() <= from_unix_seconds(now + 600));
    const auto said = json_document::parse(payload);
    CLAIM(said && said->root().string_at("htm") == "POST");
    CLAIM(target.matches(said->root().string_at("htu").value_or("")));
    CLAIM(said->root().string_at("jti")->size() <= largest_dpop_jti);
}

const std::string& good_header() {
    static const std::string text =
        R"({"typ":"at+jwt","alg":"ES256","kid":")" + the_keys().keys().front().kid + "\"}";
    return text;
}
constexpr std::string_view good_claims =
    R"({"iss":"https://as.example","sub":"a","aud":"https://as.example/mcp","client_id":"c",)"
    R"("iat":1700000000,"exp":1700000600,"jti":"j")";
const std::string good_proof =
    R"({"htm":"POST","htu":"https://as.example/token","iat":1700000000,"jti":"j")";

/// A JSON object that begins rightly, and goes on as the fuzzer likes.
std::string continued(std::string_view good, std::string_view rest) {
    return std::string{good} + std::string{rest} + "}";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto rest = as_text(data + 1, size - 1);
    switch (data[0] % 12) {
    case 0: check_jws(rest); break;
    case 1: check_jws(base64url(rest) + ".e30.AAAA"); break;
    case 2: check_key_set(rest); break;
    case 3: check_key_set(R"({"keys":[)" + std::string{rest} + "]}"); break;
    case 4: check_private_key(rest); break;
    case 5: check_claims_of(rest); break;
    case 6: check_access_token(good_header(), rest); break;
    case 7: check_access_token(good_header(), continued(good_claims, rest)); break;
    case 8: check_access_token(rest, continued(good_claims, "")); break;
    case 9: check_proof(proofs::header_of(the_key()), continued(good_proof, rest)); break;
    case 10: check_proof(proofs::header_of(the_key()), rest); break;
    default: check_proof(rest, continued(good_proof, "")); break;
    }
    return 0;
}
