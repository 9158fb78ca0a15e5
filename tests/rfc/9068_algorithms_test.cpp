// With which keys and algorithms an access token is believed.

#include <string>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "signed.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::string_literals;

namespace {

constexpr std::int64_t issued = 1'800'000'000;
const resource_identifier resource = *resource_identifier::parse("https://h.example/mcp");
const key_set keys = key_set::of({example_key().public_key()});
const std::string kid = jwk_thumbprint(example_key().public_key());
const std::string payload =
    R"({"iss":"https://a.example","sub":"alice","aud":"https://h.example/mcp","client_id":"c1",)"
    R"("scope":"mcp notes:read","iat":1800000000,"exp":1800000600,"jti":"j1","grant_id":"g1"})";

access_token_expectations at(instant now) {
    return {"https://a.example", resource, now, seconds{0}};
}

// `accepted`, or the reason that stays inside.
std::string verdict(const std::string& token) {
    const auto verified = verify_access_token(token, keys, at(from_unix_seconds(issued)));
    return verified ? "accepted" : std::string{name(verified.error().fault)};
}

access_token_claims claims() { return *check_claims(payload, at(from_unix_seconds(issued))); }

std::string issue(const access_token_claims& c) {
    const auto input = signing_input(c, kid, signature_algorithm::es256);
    return finish_jws(input, *example_key().sign(input));
}

} // namespace

TEST_CASE("RFC 8725 §3.10: a key in the token, or where to get one, is refused whoever signed",
          "[JOSE-05][JOSE-06][ATK-JW-05][ATK-JW-06]") {
    const auto bearing = [](const std::string& member, const signing_key& key) {
        return verdict(signed_token(
            R"({"typ":"at+jwt","alg":"ES256","kid":")" + kid + "\"," + member + "}", payload, key));
    };
    const auto stranger = *signing_key::generate_es256();
    const std::string jwk = R"("jwk":{"kty":"EC","crv":"P-256","x":")" +
                            base64url(stranger.public_key().x()) + R"(","y":")" +
                            base64url(stranger.public_key().y()) + "\"}";
    for (const std::string& member :
         {R"("jku":"https://evil.example/keys")"s, R"("x5u":"https://evil.example/cert")"s,
          R"("x5c":["MIIB"])"s, R"("crit":["exp"],"exp":1)"s, R"("b64":false)"s, jwk}) {
        CAPTURE(member);
        CHECK(bearing(member, stranger) == "refused_header");
        CHECK(bearing(member, example_key()) == "refused_header");
    }
    CHECK(bearing(R"("x5t":"AAAA")", example_key()) == "accepted");
}

TEST_CASE("RFC 9068 §2.1: a token may be signed with any of the algorithms, each under its own key",
          "[AT-01][AT-02][AT-13][JBCP-02]") {
    for (const auto algorithm : all_signature_algorithms) {
        CAPTURE(name(algorithm));
        const auto& key = key_for(algorithm);
        const auto named = jwk_thumbprint(key.public_key());
        const auto input = signing_input(claims(), named, algorithm);
        const auto token = finish_jws(input, *key.sign(input));
        const auto now = at(from_unix_seconds(issued));
        CHECK(verify_access_token(token, key_set::of({key.public_key()}), now));
        // With its header in another order, it takes the way through the parser.
        const auto other_order =
            signed_token(R"({"kid":")" + named + R"(","alg":")" + std::string{name(algorithm)} +
                             R"(","typ":"application/at+jwt"})",
                         payload, key);
        CHECK(verify_access_token(other_order, key_set::of({key.public_key()}), now));
        CHECK(verdict(token) == "unknown_key"); // among the keys of another issuer
    }
}

TEST_CASE("RFC 8725 §3.1: what the caller does not list is not verified, on either way",
          "[JOSE-03][JBCP-01]") {
    auto strict = at(from_unix_seconds(issued));
    strict.algorithms = {signature_algorithm::eddsa, signature_algorithm::rs256};
    const auto other_order =
        signed_token(R"({"kid":")" + kid + R"(","alg":"ES256","typ":"at+jwt"})", payload);
    for (const auto& token : {issue(claims()), other_order}) {
        CHECK(verdict(token) == "accepted");
        const auto refusal = verify_access_token(token, keys, strict);
        REQUIRE_FALSE(refusal);
        CHECK(refusal.error().fault == token_fault::wrong_algorithm);
    }
}

TEST_CASE("RFC 8725 §3.1: a token that says another algorithm than its key's is refused",
          "[JOSE-03][JBCP-02][ATK-JW-03]") {
    // Two algorithms share RSA keys, and an attacker may choose which of them the header names.
    const auto& rsa = key_for(signature_algorithm::rs256);
    const auto set = key_set::of({rsa.public_key()});
    const auto named = jwk_thumbprint(rsa.public_key());
    const auto now = at(from_unix_seconds(issued));
    for (const std::string alg : {"PS256", "ES256", "ES384", "EdDSA"}) {
        const auto token = signed_token(
            R"({"typ":"at+jwt","alg":")" + alg + R"(","kid":")" + named + "\"}", payload, rsa);
        CHECK(verify_access_token(token, set, now).error().fault == token_fault::wrong_algorithm);
        const auto nameless =
            signed_token(R"({"typ":"at+jwt","alg":")" + alg + "\"}", payload, rsa);
        CHECK(verify_access_token(nameless, set, now).error().fault == token_fault::unknown_key);
    }
}

TEST_CASE("RFC 8725 §2.1: an HMAC under the public key in any spelling is no signature",
          "[JBCP-02][ATK-JW-02]") {
    const auto& rsa = key_for(signature_algorithm::rs256);
    const auto set = key_set::of({rsa.public_key(), example_key().public_key()});
    const auto now = at(from_unix_seconds(issued));
    for (const std::string& secret_text :
         {std::string{rsa.public_key().n()}, std::string{example_key().public_key().x()},
          set.text(), jwk_thumbprint(rsa.public_key()), ""s})
        for (const std::string alg : {"HS256", "RS256", "ES256"}) {
            const auto input = base64url(R"({"typ":"at+jwt","alg":")" + alg + R"(","kid":")" +
                                         jwk_thumbprint(rsa.public_key()) + "\"}") +
                               '.' + base64url(payload);
            const auto mac = hmac_sha256(secret_text, input);
            CHECK_FALSE(verify_access_token(finish_jws(input, as_view(mac)), set, now));
        }
}
