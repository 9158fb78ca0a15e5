#include "mcp_oauth/rfc/7519_jwt.hpp"

#include <string>

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

std::optional<registered_claims> read(const std::string& json) {
    const auto document = json_document::parse(json);
    REQUIRE(document);
    return registered_claims::read(document->root());
}

// `fine`, or why not.
std::string at(const std::string& json, instant now, seconds leeway = seconds{0}) {
    const auto claims = read(json);
    REQUIRE(claims);
    const auto fault = check_times(*claims, now, leeway);
    if (!fault) return "fine";
    return *fault == jwt_time_fault::expired ? "expired" : "not_yet_valid";
}

} // namespace

TEST_CASE("RFC 7519 §4.1: the registered claims, each of its type", "[JOSE-12][JOSE-14]") {
    const auto all = read(R"({"iss":"i","sub":"s","aud":"a","jti":"j","iat":1,"nbf":2,"exp":3})");
    REQUIRE(all);
    CHECK(all->issuer == "i");
    CHECK(all->subject == "s");
    CHECK(all->audience == std::vector<std::string>{"a"});
    CHECK(all->jwt_id == "j");
    CHECK(all->issued_at == 1);
    CHECK(all->not_before == 2);
    CHECK(all->expires_at == 3);
    CHECK(read(R"({"aud":["a","b"]})")->audience == std::vector<std::string>{"a", "b"});
    const auto nothing = read("{}");
    REQUIRE(nothing);
    CHECK(read(R"({"aud":[]})")->audience.empty());
    CHECK(read(R"({"aud":""})")->audience == std::vector<std::string>{""}); // told, and nobody's
    CHECK(nothing->issuer.empty());
    CHECK(nothing->audience.empty());
    CHECK_FALSE(nothing->expires_at);
    for (const auto bad :
         {"[]", "1", R"({"iss":1})", R"({"iss":""})", R"({"iss":null})", R"({"sub":["s"]})",
          R"({"jti":{}})", R"({"aud":1})", R"({"aud":["a",1]})", R"({"aud":{}})", R"({"aud":null})",
          R"({"exp":"3"})", R"({"nbf":null})", R"({"iat":true})"}) {
        CAPTURE(bad);
        CHECK_FALSE(read(bad));
    }
}

TEST_CASE(
    "RFC 7519 §2: a NumericDate is a number of this age, and a fraction counts against the bearer",
    "[JOSE-12][ATK-JW-10]") {
    CHECK(read(R"({"exp":3.9})")->expires_at == 3);
    CHECK(read(R"({"nbf":2.1})")->not_before == 3);
    CHECK(read(R"({"nbf":2.0})")->not_before == 2);
    CHECK(read(R"({"exp":1.5e9})")->expires_at == 1'500'000'000);
    CHECK(read(R"({"exp":0})")->expires_at == 0);
    CHECK(read(R"({"exp":253402300799})")->expires_at == 253'402'300'799);
    for (const std::string bad : {"253402300800", "-1", "-0.5", "1e300", "9223372036854775808",
                                  "18446744073709551616", "\"1\"", "[1]", "null", "false"})
        for (const std::string claim : {"exp", "nbf", "iat"})
            CHECK_FALSE(read("{\"" + claim + "\":" + bad + "}"));
}

TEST_CASE("RFC 7519 §4.1.4, §4.1.5: in its time from nbf until just before exp",
          "[JOSE-13][ATK-JW-10]") {
    const std::string claims = R"({"nbf":100,"exp":200})";
    CHECK(at(claims, from_unix_seconds(100) - milliseconds{1}) == "not_yet_valid");
    CHECK(at(claims, from_unix_seconds(100)) == "fine");
    CHECK(at(claims, from_unix_seconds(200) - milliseconds{1}) == "fine");
    CHECK(at(claims, from_unix_seconds(200)) == "expired");
    CHECK(at("{}", from_unix_seconds(200)) == "fine");
    CHECK(at(R"({"nbf":300,"exp":200})", from_unix_seconds(250)) == "expired");
}

TEST_CASE("RFC 7519 §4.1.4: leeway counts each way, and no more than a minute of it", "[JOSE-13]") {
    const std::string claims = R"({"nbf":100,"exp":200})";
    CHECK(at(claims, from_unix_seconds(95), seconds{5}) == "fine");
    CHECK(at(claims, from_unix_seconds(94), seconds{5}) == "not_yet_valid");
    CHECK(at(claims, from_unix_seconds(204), seconds{5}) == "fine");
    CHECK(at(claims, from_unix_seconds(205), seconds{5}) == "expired");
    CHECK(at(claims, from_unix_seconds(259), seconds{3600}) == "fine");
    CHECK(at(claims, from_unix_seconds(260), seconds{3600}) == "expired");
    CHECK(at(claims, from_unix_seconds(199), seconds{-3600}) == "fine");
}

TEST_CASE("a claim of text is a string that is not empty", "[JOSE-12]") {
    const auto document = json_document::parse(R"({"a":"x","b":"","c":1,"d":"a\u00e9"})");
    CHECK(text_claim(document->root(), "a") == "x");
    CHECK(text_claim(document->root(), "d") == "a\xC3\xA9");
    for (const auto none : {"b", "c", "e"}) CHECK_FALSE(text_claim(document->root(), none));
}
