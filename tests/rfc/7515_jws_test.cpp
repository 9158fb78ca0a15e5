#include "mcp_oauth/rfc/7515_jws.hpp"

#include <string>

#include "mcp_oauth/grammar/base64url.hpp"
#include "signed.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::string_literals;

namespace {

std::optional<jose_header> header(std::string_view json) {
    return jose_header::parse(base64url(json));
}

} // namespace

TEST_CASE("RFC 7515 A.3: the example is split into its parts, which verify", "[JOSE-01][JOSE-07]") {
    const auto text =
        "eyJhbGciOiJFUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6"
        "NU1Q"s;
    const auto parts = compact_jws::split(text);
    REQUIRE(parts);
    CHECK(parts->header == "eyJhbGciOiJFUzI1NiJ9");
    CHECK(parts->signing_input == text.substr(0, text.rfind('.')));
    CHECK(decode_base64url(parts->payload) ==
          "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
    CHECK(example_key().public_key().verify(parts->signing_input,
                                            *decode_base64url(parts->signature)));
    const auto parsed = jose_header::parse(parts->header);
    REQUIRE(parsed);
    CHECK(parsed->alg == "ES256");
    CHECK_FALSE(parsed->typ);
    CHECK_FALSE(parsed->kid);
}

TEST_CASE("RFC 7515 §7.1: exactly two dots separate three parts, none of them empty",
          "[JOSE-01][JOSE-04][ATK-JW-01][ATK-JW-16]") {
    REQUIRE(compact_jws::split("a.b.c"));
    CHECK(compact_jws::split("a.b.c")->signing_input == "a.b");
    CHECK(compact_jws::split("a.b.c")->payload == "b");
    CHECK(compact_jws::split("a.b.c")->signature == "c");
    for (const auto other : {"", "a", "a.b", "a.b.", ".b.c", "a..c", "..", ".", "a.b.c.", "a.b.c.d",
                             "a.b.c.d.e", ".a.b.c"}) {
        CAPTURE(other);
        CHECK_FALSE(compact_jws::split(other));
    }
}

TEST_CASE("RFC 7515 §4.1: alg is required, typ and kid are strings where they are there",
          "[JOSE-03]") {
    const auto full = header(R"({"alg":"ES256","typ":"at+jwt","kid":"k1"})");
    REQUIRE(full);
    CHECK(full->typ == "at+jwt");
    CHECK(full->kid == "k1");
    for (const auto bad :
         {R"({})", R"({"typ":"JWT"})", R"({"alg":1})", R"({"alg":null})", R"({"alg":["ES256"]})",
          R"({"alg":"ES256","typ":1})", R"({"alg":"ES256","kid":1})",
          R"({"alg":"ES256","kid":["a"]})", R"({"alg":"ES256","kid":null})"}) {
        CAPTURE(bad);
        CHECK_FALSE(header(bad));
    }
}

TEST_CASE("RFC 7515 §5.2: a header is a JSON object without repeated members",
          "[JOSE-02][ATK-JW-08]") {
    for (const auto& bad :
         {""s, "[]"s, "\"ES256\""s, "null"s, R"({"alg":"ES256","alg":"none"})"s,
          R"({"alg":"ES256"}x)"s, R"({"alg":"ES256"} {})"s, "\xEF\xBB\xBF{\"alg\":\"ES256\"}"s,
          "{\"alg\":\"ES256\",\"x\":\"\xFF\"}"s, R"({"alg":"ES256"/* */})"s,
          R"({"alg":"ES256","\u0061lg":"none"})"s, "{\"alg\":\"ES256\"}\0"s}) {
        CAPTURE(bad);
        CHECK_FALSE(header(bad));
    }
}

TEST_CASE("RFC 7515 §2: base64url is taken to the letter", "[JOSE-01][ATK-JW-09]") {
    REQUIRE(jose_header::parse("eyJhbGciOiJFUzI1NiJ9"));
    for (const auto sloppy :
         {"eyJhbGciOiJFUzI1NiJ9=", "eyJhbGciOiJFUzI1NiJ9==", "eyJhbGciOiJFUzI1NiJ9 ",
          "eyJhbGciOiJF\nUzI1NiJ9", "eyJhbGciOiJFUzI1NiJ", "eyJhbGciOiJFUzI1Ni/9", "", "e"}) {
        CAPTURE(sloppy);
        CHECK_FALSE(jose_header::parse(sloppy));
    }
}

TEST_CASE("RFC 7515 §4.1.11: a header with crit is refused, no extension is understood",
          "[JOSE-05][ATK-JW-06]") {
    // "If any of the listed extension Header Parameters are not understood and supported by the
    //  recipient, then the JWS is invalid."
    for (const auto bad :
         {R"({"alg":"ES256","crit":["exp"],"exp":1})", R"({"alg":"ES256","crit":[]})",
          R"({"alg":"ES256","crit":["alg"]})", R"({"alg":"ES256","crit":["b64"],"b64":false})",
          R"({"alg":"ES256","crit":null})"}) {
        CAPTURE(bad);
        CHECK_FALSE(header(bad));
    }
}

TEST_CASE("RFC 7515 §10.2: keys in the token are ignored", "[JOSE-06][ATK-JW-05]") {
    const auto parsed = header(R"({"alg":"ES256","jku":"https://evil.example/k","x5u":"x",)"
                               R"("jwk":{"kty":"EC","crv":"P-256","x":"x","y":"y"},"x5c":["x"]})");
    REQUIRE(parsed);
    CHECK(parsed->alg == "ES256");
}

TEST_CASE("a header has a limit in length and in depth", "[JBCP-11][ATK-JW-04][ATK-TK-17]") {
    const auto padded = [](std::size_t encoded) {
        const auto octets = encoded / 4 * 3;
        const auto frame = R"({"alg":"ES256","kid":""})"s.size();
        return header(R"({"alg":"ES256","kid":")" + std::string(octets - frame, 'k') + "\"}");
    };
    CHECK(padded(4096));
    CHECK_FALSE(padded(4100));
    CHECK(header(R"({"alg":"ES256","x":[[[]]]})"));
    CHECK_FALSE(header(R"({"alg":"ES256","x":[[[[]]]]})"));
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

TEST_CASE("RFC 7515 §3.1: our own tokens say typ, alg and kid, and end in their signature",
          "[AT-03][JOSE-03]") {
    const auto encoded = encoded_jose_header("at+jwt", signature_algorithm::es256, "k\"1");
    CHECK(decode_base64url(encoded) == R"({"typ":"at+jwt","alg":"ES256","kid":"k\"1"})");
    CHECK(finish_jws("a.b", "\xFF\xFE") == "a.b.__4");
}
