#include "mcp_oauth/rfc/7517_jwk.hpp"

#include <string>

#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "signed.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::string_literals;

namespace {

// RFC 7515 appendix A.3.
const std::string x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const std::string y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
constexpr auto es256 = signature_algorithm::es256;
const std::string point = R"("kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + y + '"';

std::size_t keys_in(const std::string& jwks) {
    const auto set = key_set::parse(R"({"keys":[)" + jwks + "]}");
    REQUIRE(set);
    return set->keys().size();
}

} // namespace

TEST_CASE("RFC 7517 §5: a published set holds public members only, each key under its thumbprint",
          "[ASM-10][JOSE-17][JOSE-18][ATK-JW-15]") {
    const auto set = key_set::of({example_key().public_key()});
    CHECK(set.text() == R"({"keys":[{"crv":"P-256","kty":"EC","x":")" + x + R"(","y":")" + y +
                            R"(","kid":")" + jwk_thumbprint(example_key().public_key()) +
                            R"(","use":"sig","alg":"ES256"}]})");
    CHECK(key_set{}.text() == R"({"keys":[]})");
}

TEST_CASE("a published set is read back as it was", "[JOSE-15][AT-15]") {
    const auto other = *signing_key::generate_es256();
    const auto set = key_set::of({example_key().public_key(), other.public_key()});
    const auto back = key_set::parse(set.text());
    REQUIRE(back);
    CHECK(back->text() == set.text());
    const auto* found = back->find(jwk_thumbprint(other.public_key()), es256);
    REQUIRE(found != nullptr);
    CHECK(found->key.verify("octets", *other.sign("octets")));
    CHECK_FALSE(found->key.verify("octets", *example_key().sign("octets")));
}

TEST_CASE("RFC 7517 §4.5: a kid is matched octet for octet, and nothing else is tried",
          "[JOSE-15][JBCP-06][ASM-12][ATK-JW-04]") {
    key_set set;
    set.add("key-1", example_key().public_key());
    CHECK(set.find("key-1", es256) != nullptr);
    for (const auto& other : {""s, "key-"s, "key-12"s, "KEY-1"s, "key-1 "s, "key-1\0"s, "../key-1"s,
                              "' OR 1=1"s, "../../dev/null"s, std::string(1 << 20, 'k')})
        CHECK(set.find(other, es256) == nullptr);
    set.add("caf\xC3\xA9", example_key().public_key());
    CHECK(set.find("caf\xC3\xA9", es256) != nullptr);
    CHECK(set.find("cafe\xCC\x81", es256) == nullptr); // the same letter, composed otherwise
}

TEST_CASE("RFC 7517 §5: keys that are not understood are skipped, not fatal, and told of",
          "[JOSE-15][ATK-JW-15]") {
    const auto e = R"(,"e":"AQAB"})"s;
    const auto n = std::string(342, 'x');
    const std::pair<std::string, std::string> others[] = {
        {R"({"kty":"RSA","n":"x","e":"AQAB"})", "unusable"},
        {R"({"kty":"RSA","n":")" + std::string(170, 'x') + '"' + e, "unusable"}, // 1020 bits
        {R"({"kty":"RSA","n":")" + n + R"(","e":"AQ"})", "unusable"},
        {R"({"kty":"RSA","n":")" + n + R"("})", "unusable"},
        {R"({"kty":"RSA","alg":"RS512","n":")" + n + '"' + e, "not_understood"},
        {R"({"kty":"RSA","alg":"ES256","n":")" + n + '"' + e, "not_understood"},
        {R"({"kty":"RSA","alg":1,"n":")" + n + '"' + e, "not_understood"},
        {R"({"kty":"oct","k":"x"})", "symmetric"},
        {R"({"kty":"oct"})", "symmetric"},
        {R"({"kty":"XYZ"})", "not_understood"},
        {R"({"kty":"OKP","crv":"Ed25519","x":"x"})", "unusable"},
        {R"({"kty":"OKP","crv":"Ed25519"})", "unusable"},
        {R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
         "not_understood"},
        {R"({"kty":"OKP","crv":"Ed448","x":"x"})", "not_understood"},
        {R"({"kty":"ec"})", "not_understood"},
        {R"({})", "not_understood"},
        {R"(1)", "not_understood"},
        {R"([])", "not_understood"},
        {R"({"kty":1})", "not_understood"},
        {R"({"kty":"EC","crv":"P-384","x":"x","y":"y"})", "unusable"},
        {R"({"kty":"EC","crv":"P-521","x":"x","y":"y"})", "not_understood"},
        {R"({"kty":"EC","crv":"secp256k1","x":"x","y":"y"})", "not_understood"},
        {R"({"kty":"RSA",)" + point.substr(point.find(R"("crv")")) + "}", "unusable"},
        {R"({"kty":"OKP",)" + point.substr(point.find(R"("crv")")) + "}", "not_understood"},
        {"{" + point + R"(,"d":"AAAA"})", "private_key"},
    };
    for (const auto& [other, why] : others) {
        CAPTURE(other);
        const auto set = key_set::parse(R"({"keys":[)" + other + ",{" + point + "}]}");
        REQUIRE(set);
        CHECK(set->keys().size() == 1);
        REQUIRE(set->skipped().size() == 1);
        CHECK(name(set->skipped()[0].why) == why);
    }
}

TEST_CASE("RFC 7517 §4: use, key_ops and alg decide what a key is for",
          "[JOSE-15][JOSE-03][JBCP-02]") {
    for (const std::string fine : {"", R"(,"use":"sig")", R"(,"alg":"ES256")",
                                   R"(,"key_ops":["verify"])", R"(,"key_ops":["sign","verify"])"})
        CHECK(keys_in("{" + point + fine + "}") == 1);
    for (const std::string not_ours :
         {R"(,"use":"enc")", R"(,"use":1)", R"(,"alg":"ES384")", R"(,"alg":"es256")",
          R"(,"alg":"RS256")", R"(,"alg":"EdDSA")", R"(,"alg":null)", R"(,"alg":"HS256")",
          R"(,"alg":"none")", R"(,"key_ops":["encrypt"])", R"(,"key_ops":[])",
          R"(,"key_ops":["sign"])", R"(,"key_ops":"verify")",
          R"(,"use":"sig","key_ops":["encrypt"])"}) {
        CAPTURE(not_ours);
        CHECK(keys_in("{" + point + not_ours + "}") == 0);
    }
}

TEST_CASE("RFC 8725 §3.1: a set is read for the algorithms that its use allows",
          "[JBCP-01][JBCP-02]") {
    std::vector<verification_key> all;
    for (const auto each : all_signature_algorithms) all.push_back(key_for(each).public_key());
    const auto published = key_set::of(all).text();
    CHECK(key_set::parse(published)->keys().size() == all.size());
    CHECK(key_set::parse(published)->text() == published);
    for (const auto each : all_signature_algorithms) {
        const auto set = key_set::parse(published, {each});
        REQUIRE(set->keys().size() == 1);
        CHECK(set->keys()[0].key.algorithm() == each);
        CHECK(set->skipped().size() == all.size() - 1);
    }
    CHECK(key_set::parse(published, {})->keys().empty());
}

TEST_CASE("RFC 7517 §4.4: an RSA key without alg is for RS256, or for PS256 where only that is "
          "allowed",
          "[JBCP-02]") {
    const auto& key = key_for(signature_algorithm::rs256).public_key();
    const auto jwk = R"({"keys":[{"kty":"RSA","n":")" + base64url(key.n()) + R"(","e":"AQAB"}]})";
    const auto read_as = [&jwk](algorithm_set allowed) {
        const auto set = key_set::parse(jwk, allowed);
        return set->keys().empty() ? "none"s : std::string{name(set->keys()[0].key.algorithm())};
    };
    CHECK(read_as(algorithm_set::all()) == "RS256");
    CHECK(read_as({signature_algorithm::rs256}) == "RS256");
    CHECK(read_as({signature_algorithm::ps256, es256}) == "PS256");
    CHECK(read_as({es256}) == "none");
}

TEST_CASE("RFC 7517 §4.5: keys of different types may share a kid", "[JOSE-15][JOSE-18]") {
    key_set set;
    for (const auto each : all_signature_algorithms) set.add("k", key_for(each).public_key());
    CHECK(set.keys().size() == 5);
    for (const auto each : all_signature_algorithms)
        CHECK(set.find("k", each)->key.algorithm() == each);
}

TEST_CASE("RFC 7517 §9.2: no private member is ever published, whatever the key was made from",
          "[JOSE-17][ATK-JW-15]") {
    for (const auto each : all_signature_algorithms) {
        const auto from_pem = signing_key::from_pem(key_for(each).to_pem().reveal(), each);
        const auto from_jwk = parse_private_jwk(private_jwk(key_for(each)).reveal());
        for (const auto& key : {from_pem, from_jwk}) {
            REQUIRE(key);
            const auto text = key_set::of({key->public_key()}).text();
            const auto document = json_document::parse(text);
            document->root().find("keys")->for_each_element([](json_value jwk) {
                CHECK_FALSE(holds_private_members(jwk));
                jwk.for_each_member([](std::string_view name, json_value) {
                    for (const auto hidden : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
                        CHECK(name != hidden);
                });
            });
        }
    }
}

TEST_CASE("RFC 7517 A.2: a private key goes through its JWK and comes back the same",
          "[JOSE-20][JBCP-02]") {
    for (const auto each : all_signature_algorithms) {
        const auto& key = key_for(each);
        const auto jwk = private_jwk(key);
        const auto back = parse_private_jwk(jwk.reveal());
        REQUIRE(back);
        CHECK(back->algorithm() == each);
        CHECK(key.public_key().verify("text", *back->sign("text")));
        CHECK(equal_in_constant_time(private_jwk(*back), jwk));
        CHECK_FALSE(
            key_set::parse(R"({"keys":[)" + std::string{jwk.reveal()} + "]}")->find("", each));
        CHECK(key_set::parse(R"({"keys":[)" + std::string{jwk.reveal()} + "]}")->keys().empty());
        CHECK(private_jwk(signing_key::held_elsewhere(key.public_key())).empty());
    }
}

TEST_CASE("RFC 7518 §6: a private JWK is whole, consistent, and for signing", "[JOSE-20]") {
    const auto d = R"(,"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")"s;
    CHECK(parse_private_jwk("{" + point + d + "}"));
    CHECK(parse_private_jwk("{" + point + d + R"(,"alg":"ES256","use":"sig","key_ops":["sign"]})"));
    for (const std::string& bad :
         {""s, "{}"s, "1"s, "{" + point + "}", "{" + point + R"(,"d":""})",
          "{" + point + R"(,"d":1})", "{" + point + R"(,"d":"AAAA"})",
          "{" + point + d + R"(,"alg":"ES384"})", "{" + point + d + R"(,"use":"enc"})",
          "{" + point + d + R"(,"key_ops":["verify"]})",
          "{" + point + R"(,"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LM"})",
          "{" + point + d + d + "}", R"({"kty":"oct","k":"AAAA"})"s}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_private_jwk(bad));
    }
    auto rsa = std::string{private_jwk(key_for(signature_algorithm::ps256)).reveal()};
    CHECK(parse_private_jwk(rsa)->algorithm() == signature_algorithm::ps256);
    const auto without_alg = rsa.erase(rsa.find(R"("alg":"PS256",)"), 14);
    CHECK_FALSE(parse_private_jwk(without_alg)); // which of the two would it be for?
}

TEST_CASE("RFC 8725 §3.4: a point has two coordinates of 32 octets and lies on the curve",
          "[JOSE-20][ATK-JW-07]") {
    const auto key = [](const std::string& ex, const std::string& ey) {
        return R"({"kty":"EC","crv":"P-256","x":")" + ex + R"(","y":")" + ey + "\"}";
    };
    CHECK(keys_in(key(x, y)) == 1);
    CHECK(keys_in(key(x, x)) == 0);
    CHECK(keys_in(key(x, y.substr(0, 42))) == 0);
    CHECK(keys_in(key("AA" + x, y)) == 0);
    CHECK(keys_in(key(x + "=", y)) == 0);
    CHECK(keys_in(key("", "")) == 0);
    CHECK(keys_in(key(std::string(43, 'A'), std::string(43, 'A'))) == 0);
    CHECK(keys_in(R"({"kty":"EC","crv":"P-256","x":")" + x + "\"}") == 0);
}

TEST_CASE("RFC 7517 §5: what is no JWK Set is none", "[JOSE-02]") {
    for (const auto no_set : {"", "{}", "[]", "null", R"({"keys":{}})", R"({"keys":1})",
                              R"({"keys":[],"keys":[]})", R"({"keys":[]}x)", "{\"keys\":[]"})
        CHECK_FALSE(key_set::parse(no_set));
    CHECK(key_set::parse(R"({"keys":[],"other":1})"));
}

TEST_CASE("a second key of one name is skipped, and so is one whose name is no string",
          "[JOSE-18]") {
    const auto other = *signing_key::generate_es256();
    key_set set;
    set.add("a", example_key().public_key());
    set.add("a", other.public_key());
    REQUIRE(set.keys().size() == 1);
    CHECK(set.find("a", es256)->key.verify("x", *example_key().sign("x")));
    CHECK(keys_in("{" + point + R"(,"kid":"a"},{)" + point + R"(,"kid":"a"})") == 1);
    CHECK(keys_in("{" + point + R"(,"kid":"a"},{)" + point + R"(,"kid":"b"})") == 2);
    CHECK(keys_in("{" + point + R"(,"kid":1})") == 0);
    const auto twice =
        key_set::parse(R"({"keys":[{)" + point + R"(,"kid":"a"},{)" + point + R"(,"kid":"a"}]})");
    CHECK(twice->skipped()[0].why == jwk_fault::name_taken);
    CHECK(twice->skipped()[0].kid == "a");
}

TEST_CASE("the number of keys has a limit", "[JBCP-11]") {
    std::string keys;
    for (std::size_t i = 0; i < key_set::largest + 8; ++i)
        keys += (i == 0 ? "{" : ",{") + point + R"(,"kid":")" + std::to_string(i) + "\"}";
    CHECK(keys_in(keys) == key_set::largest);
    const auto set = key_set::parse(R"({"keys":[)" + keys + "]}");
    REQUIRE(set->skipped().size() == 8);
    CHECK(set->skipped()[0].why == jwk_fault::too_many);
    CHECK(set->skipped()[0].kid == std::to_string(key_set::largest));
    CHECK(key_set::parse(std::string(64 * 1024 - 11, ' ') + R"({"keys":[]})"));
    CHECK_FALSE(key_set::parse(std::string(64 * 1024 - 10, ' ') + R"({"keys":[]})"));
}
