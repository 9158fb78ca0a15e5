#include "mcp_oauth/rfc/7515_jws.hpp"

#include <string>
#include <type_traits>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "signed.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::string_literals;

namespace {

constexpr auto es256 = signature_algorithm::es256;

jws_use use_of(algorithm_set allowed = {es256}) {
    jws_use use;
    use.algorithms = allowed;
    use.types = {"at+jwt"};
    use.type = jws_use::typ::optional;
    return use;
}

jws_use proof() {
    auto use = use_of(algorithm_set::all());
    use.types = {"dpop+jwt"};
    use.type = jws_use::typ::required;
    use.jwk = jws_use::embedded_key::required;
    return use;
}

// `fine`, or the fault.
template <class T> std::string verdict(const expected<T, jws_fault>& outcome) {
    return outcome ? "fine" : std::string{name(outcome.error())};
}
std::string header(std::string_view json, const jws_use& use = use_of()) {
    return verdict(jose_header::parse(base64url(json), use));
}

// RFC 7515 appendix A.2 and A.3.
const std::string payload_a2 =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
const std::string jws_a3 =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
    "cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6"
    "NU1Q";

std::string es256_jwk(const signing_key& key) {
    return R"({"kty":"EC","crv":"P-256","x":")" + base64url(key.public_key().x()) + R"(","y":")" +
           base64url(key.public_key().y()) + "\"}";
}

} // namespace

static_assert(!std::is_default_constructible_v<verified_jws>);
static_assert(!std::is_aggregate_v<verified_jws>);
static_assert(!std::is_constructible_v<verified_jws, std::string, verification_key>);

TEST_CASE("RFC 7515 A.3: the example is split into its parts, which verify", "[JOSE-01][JOSE-07]") {
    const auto parts = compact_jws::split(jws_a3);
    REQUIRE(parts);
    CHECK(parts->header == "eyJhbGciOiJFUzI1NiJ9");
    CHECK(parts->signing_input == jws_a3.substr(0, jws_a3.rfind('.')));
    const auto verified = verify_jws(jws_a3, use_of(), key_set::of({example_key().public_key()}));
    REQUIRE(verified);
    CHECK(verified->payload() == payload_a2);
    CHECK(verified->key().x() == example_key().public_key().x());
    const auto parsed = jose_header::parse(parts->header, use_of());
    REQUIRE(parsed);
    CHECK(parsed->algorithm == es256);
    CHECK_FALSE(parsed->kid);
    CHECK_FALSE(parsed->embedded_key);
}

TEST_CASE("RFC 7515 A.2: the RS256 example verifies under its key, as RS256 only",
          "[JOSE-03][JBCP-02][ATK-JW-03]") {
    const auto n = *decode_base64url(
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0"
        "Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXnd"
        "S5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5Ihl"
        "JH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ");
    const auto e = *decode_base64url("AQAB");
    const auto jws =
        "eyJhbGciOiJSUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ."
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2"
        "Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjt"
        "QBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6"
        "IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"s;
    const auto rs256 = key_set::of({*verification_key::rs256(n, e)});
    const auto ps256 = key_set::of({*verification_key::ps256(n, e)});
    const auto all = use_of(algorithm_set::all());
    REQUIRE(verify_jws(jws, all, rs256));
    CHECK(verify_jws(jws, all, rs256)->payload() == payload_a2);
    CHECK(verdict(verify_jws(jws, all, ps256)) == "unknown_key");
    CHECK(verdict(verify_jws(jws, use_of(), rs256)) == "wrong_algorithm");
    CHECK(verdict(verify_jws(jws, use_of({signature_algorithm::ps256}), rs256)) ==
          "wrong_algorithm");
}

TEST_CASE("RFC 8037 A.4: the EdDSA example verifies under its key", "[JOSE-11]") {
    const auto jws =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"s;
    const auto key =
        verification_key::eddsa(*decode_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
    REQUIRE(key);
    const auto verified =
        verify_jws(jws, use_of({signature_algorithm::eddsa}), key_set::of({*key}));
    REQUIRE(verified);
    CHECK(verified->payload() == "Example of Ed25519 signing");
}

TEST_CASE("RFC 7515 §7.1: exactly two dots separate three parts, of which only the payload may be "
          "empty",
          "[JOSE-01][JOSE-04][ATK-JW-01][ATK-JW-16]") {
    REQUIRE(compact_jws::split("a.b.c"));
    CHECK(compact_jws::split("a.b.c")->signing_input == "a.b");
    CHECK(compact_jws::split("a.b.c")->payload == "b");
    CHECK(compact_jws::split("a.b.c")->signature == "c");
    CHECK(compact_jws::split("a..c")->payload.empty());
    for (const auto other :
         {"", "a", "a.b", "a.b.", ".b.c", "..", ".", "a.b.c.", "a.b.c.d", "a.b.c.d.e", ".a.b.c"}) {
        CAPTURE(other);
        CHECK_FALSE(compact_jws::split(other));
    }
}

TEST_CASE("RFC 7515 §4.1: alg is required, typ and kid are strings where they are there",
          "[JOSE-03][ATK-JW-04]") {
    const auto full =
        jose_header::parse(base64url(R"({"alg":"ES256","typ":"at+jwt","kid":"k1"})"), use_of());
    REQUIRE(full);
    CHECK(full->kid == "k1");
    for (const auto bad :
         {R"({})", R"({"typ":"JWT"})", R"({"alg":1})", R"({"alg":null})", R"({"alg":["ES256"]})",
          R"({"alg":"ES256","typ":1})", R"({"alg":"ES256","kid":1})",
          R"({"alg":"ES256","kid":["a"]})", R"({"alg":"ES256","kid":null})"}) {
        CAPTURE(bad);
        CHECK(header(bad) == "malformed");
    }
}

TEST_CASE("RFC 8725 §3.1: what is not on the list of the use is refused, in every spelling",
          "[JOSE-03][JOSE-04][JBCP-01][ATK-JW-01][ATK-JW-02][ATK-JW-03]") {
    for (const auto each : all_signature_algorithms) {
        const auto json = R"({"alg":")" + std::string{name(each)} + "\"}";
        CHECK(header(json, use_of({each})) == "fine");
        CHECK(header(json, use_of(algorithm_set::all())) == "fine");
        CHECK(header(json, use_of({})) == "wrong_algorithm");
        for (const auto other : all_signature_algorithms)
            if (other != each) CHECK(header(json, use_of({other})) == "wrong_algorithm");
    }
    CHECK(header(R"({"alg":"Ed25519"})", use_of({signature_algorithm::eddsa})) == "fine");
    for (const std::string never :
         {"none",   "None",   "NONE",   "nOnE",  "none ",   " none", "HS256",  "HS384",
          "HS512",  "hs256",  "RS1",    "RS384", "RS512",   "PS384", "PS512",  "ES512",
          "ES256K", "Ed448",  "ES224",  "",      "es256",   "Es256", "ES256 ", " ES256",
          "ES2",    "ES2566", "A128KW", "dir",   "RSA-OAEP"}) {
        CAPTURE(never);
        CHECK(header(R"({"alg":")" + never + "\"}", use_of(algorithm_set::all())) ==
              "wrong_algorithm");
    }
}

TEST_CASE("RFC 7515 §5.2: a header is a JSON object without repeated members",
          "[JOSE-02][ATK-JW-08]") {
    for (const auto& bad :
         {""s, "[]"s, "\"ES256\""s, "null"s, R"({"alg":"ES256","alg":"none"})"s,
          R"({"alg":"none","alg":"ES256"})"s, R"({"alg":"ES256","kid":"a","kid":"b"})"s,
          R"({"alg":"ES256"}x)"s, R"({"alg":"ES256"} {})"s, "\xEF\xBB\xBF{\"alg\":\"ES256\"}"s,
          "{\"alg\":\"ES256\",\"x\":\"\xFF\"}"s, R"({"alg":"ES256"/* */})"s,
          R"({"alg":"ES256","\u0061lg":"none"})"s, "{\"alg\":\"ES256\"}\0"s,
          R"({"alg":"ES256","kid":"a\u0000b"})"s}) {
        CAPTURE(bad);
        CHECK(header(bad) == "malformed");
    }
}

TEST_CASE("RFC 7515 §2: base64url is taken to the letter in all three parts",
          "[JOSE-01][ATK-JW-09]") {
    REQUIRE(jose_header::parse("eyJhbGciOiJFUzI1NiJ9", use_of()));
    for (const auto sloppy :
         {"eyJhbGciOiJFUzI1NiJ9=", "eyJhbGciOiJFUzI1NiJ9==", "eyJhbGciOiJFUzI1NiJ9 ",
          "eyJhbGciOiJF\nUzI1NiJ9", "eyJhbGciOiJFUzI1NiJ", "eyJhbGciOiJFUzI1Ni/9", "", "e"}) {
        CAPTURE(sloppy);
        CHECK(verdict(jose_header::parse(sloppy, use_of())) == "malformed");
    }
    const auto keys = key_set::of({example_key().public_key()});
    REQUIRE(verify_jws(jws_a3, use_of(), keys));
    for (const auto& sloppy :
         {jws_a3 + "==", jws_a3 + '=', jws_a3 + '\n', ' ' + jws_a3,
          jws_a3.substr(0, jws_a3.size() - 1) + 'R',  // the same octets with bits left over
          jws_a3.substr(0, jws_a3.size() - 1) + 'e'}) // likewise
        CHECK(verdict(verify_jws(sloppy, use_of(), keys)) == "malformed");
    const auto padded =
        finish_jws("eyJhbGciOiJFUzI1NiJ9.Zm8=", *example_key().sign("eyJhbGciOiJFUzI1NiJ9.Zm8="));
    CHECK(verdict(verify_jws(padded, use_of(), keys)) == "malformed"); // though it is signed
}

TEST_CASE("RFC 7515 §4.1.11: a header with crit is refused, no extension is understood",
          "[JOSE-05][ATK-JW-06]") {
    // "If any of the listed extension Header Parameters are not understood and supported by the
    //  recipient, then the JWS is invalid."
    for (const auto bad :
         {R"({"alg":"ES256","crit":["exp"],"exp":1})", R"({"alg":"ES256","crit":[]})",
          R"({"alg":"ES256","crit":["alg"]})", R"({"alg":"ES256","crit":["b64"],"b64":false})",
          R"({"alg":"ES256","crit":null})", R"({"alg":"ES256","b64":false})",
          R"({"alg":"ES256","b64":true})"}) {
        CAPTURE(bad);
        CHECK(header(bad) == "refused_header");
        CHECK(header(bad, proof()) == "refused_header");
    }
}

TEST_CASE("RFC 7515 §10.2: keys never come from the token, nor does the way to them",
          "[JOSE-06][ATK-JW-05]") {
    for (const std::string member :
         {R"("jku":"https://evil.example/k")", R"("x5u":"https://evil.example/c")",
          R"("x5c":["MIIB"])", R"("x5c":[])", R"("jku":null)"}) {
        CHECK(header(R"({"alg":"ES256",)" + member + "}") == "refused_header");
        CHECK(header(R"({"alg":"ES256","typ":"dpop+jwt","jwk":)" + es256_jwk(example_key()) + "," +
                         member + "}",
                     proof()) == "refused_header");
    }
    CHECK(header(R"({"alg":"ES256","jwk":)" + es256_jwk(example_key()) + "}") == "refused_header");
    CHECK(header(R"({"alg":"ES256","jwk":null})") == "refused_header");
    CHECK(header(R"({"alg":"ES256","x5t":"AAAA","x5t#S256":"AAAA","cty":"JWT"})") == "fine");
}

TEST_CASE("RFC 7515 §6: a kid chooses exactly one key, and is never more than a name",
          "[JOSE-15][JBCP-06][ATK-JW-04]") {
    key_set set;
    set.add("k1", example_key().public_key());
    set.add("k2", signing_key::generate_es256()->public_key());
    const auto named = [&set](const std::string& kid) {
        return verdict(verify_jws(signed_token(R"({"alg":"ES256","kid":")" + kid + "\"}", "{}"),
                                  use_of(), set));
    };
    CHECK(named("k1") == "fine");
    CHECK(named("k2") == "bad_signature"); // and k1 is not tried
    for (const std::string& other :
         {""s, "k"s, "K1"s, "k1 "s, "../../dev/null"s, "' OR 1=1 --"s, "k1;ls"s,
          "file:///etc/passwd"s, "https://evil.example/k1"s, "%6b1"s, "*"s, std::string(2000, 'k')})
        CHECK(named(other) == "unknown_key");
    set.add("", example_key().public_key()); // one without a name is called by none
    CHECK(named("") == "unknown_key");
    CHECK(named("\\u006b1") == "fine"); // the same string, spelled otherwise
    CHECK(named("k1\\u0000") == "malformed");
    CHECK(named(std::string(1 << 20, 'k')) == "malformed");
}

TEST_CASE("RFC 7515 appendix D: without a kid, the keys for its alg are tried, up to four",
          "[JOSE-16][JBCP-11]") {
    const auto nameless = signed_token(R"({"alg":"ES256"})", "{}");
    const auto behind = [&nameless](int others, signature_algorithm kind) {
        key_set set;
        for (int i = 0; i < others; ++i)
            set.add("o" + std::to_string(i), kind == es256
                                                 ? signing_key::generate_es256()->public_key()
                                                 : key_for(kind).public_key());
        set.add("ours", example_key().public_key());
        return verdict(verify_jws(nameless, use_of(algorithm_set::all()), set));
    };
    CHECK(behind(3, es256) == "fine");
    CHECK(behind(4, es256) == "bad_signature");
    CHECK(behind(8, signature_algorithm::rs256) == "fine"); // which are not tried at all
    CHECK(verdict(verify_jws(nameless, use_of(), {})) == "unknown_key");
}

TEST_CASE("RFC 8725 §3.1: keys of a set that are mixed up do not verify for each other",
          "[JBCP-02][ATK-JW-03]") {
    key_set set;
    for (const auto each : all_signature_algorithms)
        set.add(std::string{name(each)}, key_for(each).public_key());
    const auto use = use_of(algorithm_set::all());
    for (const auto signer_of : all_signature_algorithms)
        for (const auto said : all_signature_algorithms)
            for (const auto named : all_signature_algorithms) {
                const auto token =
                    signed_token(R"({"alg":")" + std::string{name(said)} + R"(","kid":")" +
                                     std::string{name(named)} + "\"}",
                                 "{}", key_for(signer_of));
                const bool right = signer_of == said && said == named;
                CHECK(verify_jws(token, use, set).has_value() == right);
            }
}

TEST_CASE("a header has a limit in length and in depth, a text in length",
          "[JBCP-11][ATK-JW-04][ATK-TK-17]") {
    const auto padded = [](std::size_t encoded) {
        const auto octets = encoded / 4 * 3;
        const auto frame = R"({"alg":"ES256","kid":""})"s.size();
        return header(R"({"alg":"ES256","kid":")" + std::string(octets - frame, 'k') + "\"}");
    };
    CHECK(padded(4096) == "fine");
    CHECK(padded(4100) == "malformed");
    CHECK(header(R"({"alg":"ES256","x":[[[]]]})") == "fine");
    CHECK(header(R"({"alg":"ES256","x":[[[[]]]]})") == "malformed");

    auto use = use_of();
    const auto token = signed_token(R"({"alg":"ES256"})", "{}");
    const auto keys = key_set::of({example_key().public_key()});
    use.largest = token.size();
    CHECK(verify_jws(token, use, keys));
    use.largest = token.size() - 1;
    CHECK(verdict(verify_jws(token, use, keys)) == "malformed");
    CHECK(verdict(verify_embedded_jws(token, use)) == "malformed");
}

TEST_CASE("RFC 7515 §4.1.9: typ compares like a media type", "[AT-10][JBCP-09][ATK-JW-13]") {
    for (const auto same :
         {"at+jwt", "AT+JWT", "at+JWT", "application/at+jwt", "Application/At+Jwt"})
        CHECK(typ_is(same, "at+jwt"));
    for (const auto other :
         {"", "JWT", "jwt", "dpop+jwt", "at+jwt ", "at+jw", "xat+jwt", "application/",
          "application/application/at+jwt", "text/at+jwt", "application/jwt"})
        CHECK_FALSE(typ_is(other, "at+jwt"));
}

TEST_CASE("RFC 8725 §3.11: a use names its types, and whether there must be one",
          "[JBCP-08][ATK-JW-13]") {
    auto use = use_of();
    use.types = {"client-authentication+jwt", "jwt"};
    const auto typed = [&use](const std::string& typ) {
        return header(R"({"alg":"ES256","typ":")" + typ + "\"}", use);
    };
    for (const auto presence : {jws_use::typ::required, jws_use::typ::optional}) {
        use.type = presence;
        CHECK(typed("client-authentication+jwt") == "fine");
        CHECK(typed("JWT") == "fine");
        CHECK(typed("application/jwt") == "fine");
        CHECK(typed("at+jwt") == "wrong_type");
        CHECK(typed("") == "wrong_type"); // no unused place matches it
    }
    use.types = {"at+jwt"};
    CHECK(typed("") == "wrong_type");
    use.type = jws_use::typ::required;
    CHECK(header(R"({"alg":"ES256"})", use) == "wrong_type");
    use.type = jws_use::typ::optional;
    CHECK(header(R"({"alg":"ES256"})", use) == "fine");
}

TEST_CASE("RFC 7515 §3.1: our own tokens say typ, alg and kid, and end in their signature",
          "[AT-03][JOSE-03]") {
    const auto encoded = encoded_jose_header("at+jwt", signature_algorithm::es256, "k\"1");
    CHECK(decode_base64url(encoded) == R"({"typ":"at+jwt","alg":"ES256","kid":"k\"1"})");
    CHECK(finish_jws("a.b", "\xFF\xFE") == "a.b.__4");
}
