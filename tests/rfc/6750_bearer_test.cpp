#include "mcp_oauth/rfc/6750_bearer.hpp"

#include <string>

#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

http_request request_with(std::vector<http_header> headers, std::string target = "/mcp") {
    http_request request;
    request.method = "POST";
    request.target = std::move(target);
    request.headers = std::move(headers);
    return request;
}

// The token, `no token`, or how the request was refused.
std::string token_of(const http_request& request) {
    const auto found = bearer_token(request);
    if (!found) return refused(found);
    return *found ? std::string{**found} : "no token";
}

std::string token_in(std::string header) {
    return token_of(request_with({{"Authorization", std::move(header)}}));
}

const bearer_challenge_context context{
    "https://h.example/.well-known/oauth-protected-resource/mcp", {"mcp", "notes:read"}, ""};

} // namespace

TEST_CASE("RFC 6750 §2.1: a bearer token is everything after the scheme, in any case",
          "[OA21-RS-02][ATK-RS-03]") {
    CHECK(token_in("Bearer mF_9.B5f-4.1JqM") == "mF_9.B5f-4.1JqM");
    CHECK(token_in("bearer a.b.c") == "a.b.c");
    CHECK(token_in("BEARER a") == "a");
    CHECK(token_in("Bearer  a") == "a");
    CHECK(token_in("Bearer     a~+/-._==") == "a~+/-._==");
    CHECK(token_of(request_with({{"authorization", "Bearer a"}})) == "a");
}

TEST_CASE("RFC 6750 §2.1: a token that is no token68 makes the request invalid",
          "[OA21-RS-02][ATK-RS-03][MCP-ERR-01]") {
    constexpr auto malformed = "invalid_request: the access token is malformed";
    for (const auto header : {"Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer a, Bearer b",
                              "Bearer \"a\"", "Bearer a\tb", "Bearer =", "Bearer a=b", "Bearer a ",
                              "Bearer a\xC3\xA9", "Bearer a;b", "Bearer a:b", "Bearer a\\"}) {
        CAPTURE(header);
        CHECK(token_in(header) == malformed);
    }
    constexpr auto field = "invalid_request: the Authorization field is malformed";
    for (const auto header : {"", " ", "Bearer\ta", "Bearer,a", ", Bearer a", "\"Bearer\" a"}) {
        CAPTURE(header);
        CHECK(token_in(header) == field);
    }
}

TEST_CASE("OAuth 2.1 §5.3.2: two Authorization fields are a malformed request",
          "[OA21-RS-05][ATK-RS-02]") {
    constexpr auto two = "invalid_request: more than one Authorization field was sent";
    CHECK(token_of(request_with({{"Authorization", "Bearer a"}, {"authorization", "Bearer b"}})) ==
          two);
    CHECK(token_of(request_with({{"Authorization", "Bearer a"}, {"Authorization", "Bearer a"}})) ==
          two);
    CHECK(token_of(request_with({{"Authorization", "Basic a"}, {"Authorization", "Bearer a"}})) ==
          two);
}

TEST_CASE("a request without a bearer token is not malformed", "[OA21-RS-07][MCP-ERR-02]") {
    CHECK(token_of(request_with({})) == "no token");
    CHECK(token_in("Basic YTpi") == "no token");
    CHECK(token_in("DPoP a.b.c") == "no token");
    CHECK(token_in("Bearers a") == "no token");
    CHECK(token_in("Digest realm=\"x\", nonce=\"y\"") == "no token");
    CHECK(token_of(request_with({{"Cookie", "access_token=a"}})) == "no token");
}

TEST_CASE("OAuth 2.1 §5.1: a token in the query is no token", "[OA21-RS-03][ATK-RS-01][BEAR-05]") {
    CHECK(token_of(request_with({}, "/mcp?access_token=a")) == "no token");
    CHECK(token_of(request_with({{"Authorization", "Bearer b"}}, "/mcp?access_token=a")) == "b");
}

TEST_CASE(
    "OAuth 2.1 §5.1.2: a form body is no way to send a token, and beside the header one too many",
    "[OA21-RS-04][OA21-RS-05][ATK-RS-02]") {
    const http_header form{"Content-Type", "Application/x-www-form-urlencoded; charset=UTF-8"};
    auto request = request_with({form});
    request.body = "access_token=a&x=1";
    CHECK(token_of(request) == "no token");
    request.headers.push_back({"Authorization", "Bearer b"});
    CHECK(token_of(request) == "invalid_request: the token was sent in more than one way");
    request.body = "x=access_token";
    CHECK(token_of(request) == "b");
    request.body = "%61ccess_token=";
    CHECK(token_of(request) == "invalid_request: the token was sent in more than one way");
    request.headers.front().value = "application/json";
    CHECK(token_of(request) == "b");
}

TEST_CASE("RFC 6750 §3: a request without a token is challenged without an error",
          "[OA21-RS-06][OA21-RS-07][BEAR-01][MCP-ERR-02][MCP-PRM-04][MCP-SCO-01][PRM-11]") {
    // "If the request lacks any authentication information […] the resource server SHOULD NOT
    //  include an error code or other error information."
    CHECK(bearer_challenge(context) ==
          "Bearer scope=\"mcp notes:read\", "
          "resource_metadata=\"https://h.example/.well-known/oauth-protected-resource/mcp\"");
}

TEST_CASE(
    "RFC 6750 §3.1: each failure is challenged with its code, its sentence and what is needed",
    "[OA21-RS-08][BEAR-02][BEAR-03][MCP-ERR-01][MCP-ERR-03][MCP-SCO-05][MCP-SCO-06]"
    "[MCP-PRM-04]") {
    const std::string rest =
        ", scope=\"mcp notes:read\", "
        "resource_metadata=\"https://h.example/.well-known/oauth-protected-resource/mcp\"";
    CHECK(bearer_challenge(context, {error_code::invalid_token, "the access token is invalid"}) ==
          "Bearer error=\"invalid_token\", "
          "error_description=\"the access token is invalid\"" +
              rest);
    CHECK(bearer_challenge(context, {error_code::insufficient_scope, "more is needed"}) ==
          "Bearer error=\"insufficient_scope\", error_description=\"more is needed\"" + rest);
    CHECK(bearer_challenge(context, {error_code::invalid_request, ""}) ==
          "Bearer error=\"invalid_request\"" + rest);
}

TEST_CASE("RFC 6750 §3: realm comes first where there is one, and empty parts are left out",
          "[OA21-RS-06][MCP-ERR-02]") {
    CHECK(bearer_challenge({"", {}, "mcp"}) == "Bearer realm=\"mcp\"");
    CHECK(bearer_challenge({"", {}, "mcp"}, {error_code::invalid_token, "no"}) ==
          "Bearer realm=\"mcp\", error=\"invalid_token\", error_description=\"no\"");
}

TEST_CASE("OAuth 2.1 §5.3.1: no value of a challenge can break out of its quotes",
          "[OA21-RS-09][BEAR-01][ATK-RS-07][MCP-ERR-04][MCP-PRM-14]") {
    const bearer_challenge_context attack{"https://h/\", error=\"x", {"a\"b", "ok"}, "x\r\ny"};
    CHECK(bearer_challenge(attack) == "Bearer scope=\"ok\"");
    CHECK(bearer_challenge(attack, {error_code::invalid_token, "no"}) ==
          "Bearer error=\"invalid_token\", error_description=\"no\", scope=\"ok\"");
}
