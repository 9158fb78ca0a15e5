// Claims of the host's own, which cannot override one of the protocol's.

#include <string>
#include <vector>

#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "signed.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

std::string taken(std::string_view json) {
    const auto parsed = custom_claims::parse(json);
    return parsed ? parsed->text() : "refused";
}

access_token_claims claims(std::string_view custom) {
    access_token_claims c;
    c.issuer = "https://a.example";
    c.subject = "alice";
    c.audience = {"https://h.example/mcp"};
    c.client_id = "c1";
    c.scope = {"mcp"};
    c.issued_at = 1'800'000'000;
    c.expires_at = c.issued_at + 600;
    c.jti = "j1";
    c.grant_id = "g1";
    c.jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    c.auth_time = c.issued_at;
    c.acr = "gold";
    c.amr = {"pwd"};
    c.custom = *custom_claims::parse(custom);
    return c;
}

} // namespace

TEST_CASE("custom claims are a JSON object, written without white space",
          "[custom_claims][AT-04][JOSE-02]") {
    CHECK(taken("").empty());
    CHECK(taken("{}").empty());
    CHECK(taken(" { } ").empty());
    CHECK(taken(R"( { "roles" : [ "a" , "b" ] , "n" : 1 , "o" : { "x" : null } } )") ==
          R"({"roles":["a","b"],"n":1,"o":{"x":null}})");
    for (const auto* bad :
         {"x", "[]", "null", "1", R"("text")", "{", R"({"a":1}x)", R"({"a":})", R"({"a":1,"a":2})",
          R"({"":1})", R"({"a":"\u0000"})", "{\"a\":\"\xFF\"}", R"({"a":1e999})"})
        CHECK(taken(bad) == "refused");
}

TEST_CASE("what no host may add is not read from a token either: an empty name, or the protocol's",
          "[custom_claims][AT-04]") {
    const auto document = json_document::parse(R"({"":1,"iss":"i","roles":["a"]})");
    REQUIRE(document);
    const auto found = custom_claims::among(document->root()).text();
    CHECK(found == R"({"roles":["a"]})");
    CHECK(taken(found) == found);
    const auto alone = json_document::parse(R"({"":1})");
    REQUIRE(alone);
    CHECK(custom_claims::among(alone->root()).empty());
}

TEST_CASE("a name of the protocol is refused, whatever else is there",
          "[custom_claims][AT-04][AT-06][AT-07][AT-09]") {
    for (const auto* name :
         {"iss",     "sub",       "aud",        "exp",      "nbf",      "iat",
          "jti",     "client_id", "scope",      "cnf",      "grant_id", "auth_time",
          "acr",     "amr",       "act",        "may_act",  "azp",      "nonce",
          "at_hash", "c_hash",    "s_hash",     "sid",      "events",   "toe",
          "txn",     "active",    "token_type", "username", "typ",      "authorization_details"}) {
        const std::string claim{name};
        CHECK(is_protocol_claim(claim));
        CHECK(taken("{\"" + claim + "\":1}") == "refused");
        CHECK(taken("{\"roles\":[],\"" + claim + "\":null}") == "refused");
        CHECK(taken("{\"o\":{\"" + claim + "\":1}}") == "{\"o\":{\"" + claim + "\":1}}"); // inside
        CHECK(taken("{\"" + claim + "_\":1}") == "{\"" + claim + "_\":1}");
    }
    CHECK(taken(R"({"\u0073ub":"mallory"})") == "refused"); // `sub`, written otherwise
    CHECK(taken(R"({"Sub":1})") == R"({"Sub":1})");         // names are compared octet for octet
}

TEST_CASE("every claim that a token of ours can have is one of the protocol's",
          "[custom_claims][AT-04]") {
    const auto text = to_json(claims(""));
    const auto document = json_document::parse(text);
    REQUIRE(document);
    CHECK(document->root().size() == 13);
    document->root().for_each_member(
        [](std::string_view name, json_value) { CHECK(is_protocol_claim(name)); });
}

TEST_CASE("custom claims are limited in size and depth", "[custom_claims][JBCP-11]") {
    const auto long_one = [](std::size_t octets) {
        return "{\"a\":\"" + std::string(octets - 8, 'x') + "\"}";
    };
    CHECK(long_one(most_custom_claims).size() == most_custom_claims);
    CHECK(custom_claims::parse(long_one(most_custom_claims)));
    CHECK_FALSE(custom_claims::parse(long_one(most_custom_claims + 1)));
    const auto deep = [](std::size_t levels) {
        return "{\"a\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
    };
    CHECK(custom_claims::parse(deep(8)));
    CHECK_FALSE(custom_claims::parse(deep(9)));
}

TEST_CASE("custom claims stand beside the protocol's in a JWT, and come back from it",
          "[custom_claims][AT-04]") {
    const auto key = example_key();
    const auto set = key_set::of({key.public_key()});
    const auto resource = *resource_identifier::parse("https://h.example/mcp");
    for (const std::string custom : {R"({"roles":["a"],"tenant":{"id":7,"x":[1.5,true,null]}})",
                                     R"({"n":-9223372036854775808,"t":"\"\\\u0001"})",
                                     "{\"\xC3\xA9\":\"\xF0\x9F\x94\x91\"}", ""}) {
        const auto ours = claims(custom);
        auto input = signing_input(ours, jwk_thumbprint(key.public_key()), key.algorithm());
        const auto signature = *key.sign(input);
        const auto token = finish_jws(std::move(input), signature);
        const auto verified = verify_access_token(
            token, set, {ours.issuer, resource, from_unix_seconds(1'800'000'000)});
        REQUIRE(verified);
        CHECK(verified->claims().custom.text() == custom);
        CHECK(verified->claims().subject == "alice");
        CHECK(verified->claims().jkt == ours.jkt);
        CHECK(json_document::parse(to_json(ours)));
    }
}

TEST_CASE("custom claims are found in whatever else a token has or has not",
          "[custom_claims][AT-04][AT-13]") {
    const auto resource = *resource_identifier::parse("https://h.example/mcp");
    const std::string required =
        R"("iss":"https://a.example","sub":"alice","aud":"https://h.example/mcp",)"
        R"("client_id":"c1","iat":1800000000,"exp":1800000600,"jti":"j1")";
    const std::vector<std::string> optional{
        R"("nbf":1800000000)",  R"("scope":"mcp")",          R"("scope":"")",
        R"("grant_id":"g")",    R"("cnf":{"jkt":"x"})",      R"("auth_time":1)",
        R"("acr":"a")",         R"("amr":["pwd"])",          R"("amr":[])",
        R"("sid":"of theirs")", R"("act":{"sub":"another"})"};
    for (std::size_t which = 0; which < std::size_t{1} << optional.size(); ++which)
        for (const std::string own : {"", R"("roles":["a"])"}) {
            if ((which & 2U) != 0 && (which & 4U) != 0) continue;     // `scope` twice
            if ((which & 128U) != 0 && (which & 256U) != 0) continue; // `amr` twice
            std::string payload = "{" + required;
            if (!own.empty()) payload += "," + own;
            for (std::size_t i = 0; i < optional.size(); ++i)
                if ((which >> i & 1U) != 0) payload += "," + optional[i];
            const auto read = check_claims(
                payload + "}", {"https://a.example", resource, from_unix_seconds(1'800'000'000)});
            REQUIRE(read);
            REQUIRE(read->custom.text() == (own.empty() ? "" : "{" + own + "}"));
        }
}
