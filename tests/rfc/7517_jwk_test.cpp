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
          "[JOSE-15][JBCP-06][ATK-JW-04]") {
    key_set set;
    set.add("key-1", example_key().public_key());
    CHECK(set.find("key-1", es256) != nullptr);
    for (const auto& other : {""s, "key-"s, "key-12"s, "KEY-1"s, "key-1 "s, "key-1\0"s, "../key-1"s,
                              "' OR 1=1"s, "../../dev/null"s, std::string(1 << 20, 'k')})
        CHECK(set.find(other, es256) == nullptr);
}

TEST_CASE("RFC 7517 §5: keys that are not understood are skipped, not fatal", "[JOSE-15]") {
    for (const std::string other :
         {R"({"kty":"RSA","n":"x","e":"AQAB"})", R"({"kty":"oct","k":"x"})", R"({"kty":"XYZ"})",
          R"({"kty":"OKP","crv":"Ed25519","x":"x"})", R"({"kty":"ec"})", R"({})", R"(1)", R"([])",
          R"({"kty":1})", R"({"kty":"EC","crv":"P-384","x":"x","y":"y"})"}) {
        CAPTURE(other);
        CHECK(keys_in(other) == 0);
        CHECK(keys_in(other + ",{" + point + "}") == 1);
    }
}

TEST_CASE("RFC 7517 §4: use, key_ops and alg decide what a key is for",
          "[JOSE-15][JOSE-03][JBCP-02]") {
    for (const std::string fine : {"", R"(,"use":"sig")", R"(,"alg":"ES256")",
                                   R"(,"key_ops":["verify"])", R"(,"key_ops":["sign","verify"])"})
        CHECK(keys_in("{" + point + fine + "}") == 1);
    for (const std::string not_ours :
         {R"(,"use":"enc")", R"(,"use":1)", R"(,"alg":"ES384")", R"(,"alg":"es256")",
          R"(,"alg":"HS256")", R"(,"alg":"none")", R"(,"key_ops":["encrypt"])", R"(,"key_ops":[])",
          R"(,"key_ops":"verify")"}) {
        CAPTURE(not_ours);
        CHECK(keys_in("{" + point + not_ours + "}") == 0);
    }
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

TEST_CASE("RFC 7517 §9.2: a private key that somebody published is not used",
          "[JOSE-17][ATK-JW-15]") {
    CHECK(keys_in("{" + point + R"(,"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})") == 0);
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
}

TEST_CASE("the number of keys has a limit", "[JBCP-11]") {
    std::string keys;
    for (std::size_t i = 0; i < key_set::largest + 8; ++i)
        keys += (i == 0 ? "{" : ",{") + point + R"(,"kid":")" + std::to_string(i) + "\"}";
    CHECK(keys_in(keys) == key_set::largest);
}
