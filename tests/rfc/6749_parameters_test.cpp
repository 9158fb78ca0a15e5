#include "mcp_oauth/rfc/6749_parameters.hpp"

#include <string>

#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

parameters parsed(std::string_view encoded) { return *parameters::parse(encoded, {}); }

std::string refusal(std::string_view encoded, const form_limits& limits = {}) {
    return refused(parameters::parse(encoded, limits));
}

} // namespace

TEST_CASE("RFC 6749 §3.1: a parameter without a value counts as left out",
          "[OA21-AUTHZ-04][OA21-TOK-03]") {
    // "Parameters sent without a value MUST be treated as if they were omitted from the request."
    const auto body = parsed("code_challenge=&scope&state=x");
    CHECK_FALSE(body.find("code_challenge"));
    CHECK_FALSE(body.find("scope"));
    CHECK_FALSE(body.find("absent"));
    CHECK(body.find("state") == "x");
}

TEST_CASE("RFC 6749 §3.1: unknown parameters are ignored", "[OA21-AUTHZ-03][OA21-TOK-03]") {
    const auto body = parsed("unknown=1&scope=a&another=");
    CHECK(body.find("scope") == "a");
    CHECK_FALSE(body.any_repeated());
}

TEST_CASE("OAuth 2.1 §1.9: names and values are compared with their case", "[OA21-GEN-02]") {
    const auto body = parsed("Grant_Type=a&grant_type=Authorization_Code");
    CHECK(body.find("grant_type") == "Authorization_Code");
    CHECK_FALSE(body.repeated("grant_type"));
}

TEST_CASE("RFC 6749 §3.1: a repeated parameter is an error, and neither value is believed",
          "[OA21-AUTHZ-05][OA21-AUTHZ-06][OA21-TOK-04][ATK-RU-11][ATK-TK-16]") {
    // "Request and response parameters MUST NOT be included more than once."
    for (const auto query : {"client_id=good&client_id=evil", "client_id=evil&client_id=good",
                             "client_id=a&client_id=a", "client_id=&client_id=a"}) {
        const auto request = parsed(query);
        CAPTURE(query);
        CHECK(request.repeated("client_id"));
        CHECK(request.any_repeated());
    }
    CHECK_FALSE(parsed("client_id=good&client_id=evil").find("client_id"));
    CHECK(parsed("unknown=1&unknown=2").any_repeated());
    CHECK(parsed("%73tate=1&state=2").repeated("state"));
}

TEST_CASE("RFC 8707 §2: resource alone may be repeated", "[RES-02][OA21-AUTHZ-05]") {
    const auto request = parsed("resource=https%3A%2F%2Fa&resource=&resource=https%3A%2F%2Fb");
    CHECK_FALSE(request.any_repeated());
    CHECK(request.find_all("resource") == std::vector<std::string_view>{"https://a", "https://b"});
    CHECK(parsed("x=1").find_all("resource").empty());
}

TEST_CASE("RFC 6749 appendix B: the example octets decode to the example text", "[OA21-GEN-06]") {
    CHECK(parsed("v=+%25%26%2B%C2%A3%E2%82%AC").find("v") == " %&+\xC2\xA3\xE2\x82\xAC");
}

TEST_CASE("OAuth 2.1 §3.2.2: what cannot be decoded is an invalid request", "[OA21-GEN-06]") {
    constexpr auto escape = "invalid_request: a parameter holds a malformed percent escape";
    CHECK(refusal("a=%") == escape);
    CHECK(refusal("a=%4") == escape);
    CHECK(refusal("a=%4x") == escape);
    CHECK(refusal("%zz=1") == escape);
    constexpr auto encoding = "invalid_request: a parameter is not UTF-8";
    CHECK(refusal("a=%FF") == encoding);
    CHECK(refusal("a=%C0%AF") == encoding);
    CHECK(refusal("a=%ED%A0%80") == encoding);
}

TEST_CASE("the number and the length of parameters have limits", "[ATK-TK-17]") {
    const form_limits limits{2, 4};
    CHECK(refusal("a=1&b=2", limits) == "accepted");
    CHECK(refusal("a=1&b=2&c=3", limits) == "invalid_request: the request has too many parameters");
    CHECK(refusal("a=1234", limits) == "accepted");
    CHECK(refusal("a=12345", limits) == "invalid_request: a parameter is too long");
    CHECK(refusal("abcde=1", limits) == "invalid_request: a parameter is too long");
}
