// What pages of other origins may read, and how they ask.

#include "given.hpp"
#include "mcp_oauth/server/cors.hpp"

using namespace mcp_oauth;

namespace {

constexpr const char* page = "https://inspector.example";

http_request from(const char* method, const char* origin, bool asks = false) {
    http_request request{method, "/token", {}, {}, {}, {}};
    if (origin != nullptr) request.headers.push_back({"Origin", origin});
    if (asks) request.headers.push_back({"Access-Control-Request-Method", "POST"});
    return request;
}
std::string value(const http_response& answer, std::string_view name) {
    return std::string{answer.header(name).value_or("")};
}
http_response allowed(const cors_policy& cors, const http_request& request,
                      http_response answer = {200, {}, "body"}) {
    cors.allow(request, answer);
    return answer;
}

} // namespace

TEST_CASE("a preflight is answered with everything that a client sends",
          "[server][MCP-SEC-13][OA21-TOK-14]") {
    const cors_policy cors{{"*"}};
    const auto answer = cors.preflight(from("OPTIONS", page, true));
    REQUIRE(answer);
    CHECK(answer->status == 204);
    CHECK(answer->body.empty());
    CHECK(value(*answer, "Access-Control-Allow-Origin") == "*");
    CHECK(value(*answer, "Access-Control-Allow-Methods") == "GET, POST, DELETE, OPTIONS");
    CHECK(value(*answer, "Access-Control-Allow-Headers") ==
          "authorization, content-type, mcp-protocol-version, mcp-session-id, mcp-method, "
          "mcp-name, last-event-id, dpop");
    CHECK(value(*answer, "Access-Control-Max-Age") == "600");
    CHECK_FALSE(answer->header("Access-Control-Allow-Credentials"));
}

TEST_CASE("what is no preflight is left to the endpoint", "[server][MCP-SEC-13]") {
    const cors_policy cors{{"*"}};
    CHECK_FALSE(cors.preflight(from("OPTIONS", page)));
    CHECK_FALSE(cors.preflight(from("OPTIONS", nullptr, true)));
    CHECK_FALSE(cors.preflight(from("POST", page, true)));
    CHECK_FALSE(cors.preflight(from("options", page, true))); // methods know case
}

TEST_CASE("an answer can be read, and its challenge too, exposed once", "[server][BEAR-06]") {
    const cors_policy cors{{"*"}};
    const auto answer =
        allowed(cors, from("POST", page),
                {401, {{"access-control-expose-headers", "WWW-Authenticate"}, {"X", "y"}}, {}});
    CHECK(value(answer, "Access-Control-Allow-Origin") == "*");
    CHECK(value(answer, "Access-Control-Expose-Headers") ==
          "WWW-Authenticate, Mcp-Session-Id, DPoP-Nonce");
    CHECK(answer.headers.size() == 3);
    CHECK(value(answer, "X") == "y");
    CHECK_FALSE(answer.header("Vary")); // the same for everybody
    CHECK(value(allowed(cors, from("POST", nullptr)), "Access-Control-Allow-Origin") == "*");
}

TEST_CASE("where origins are listed only they may read, and caches are told", "[server]") {
    const cors_policy cors{{page, "http://localhost:6274"}};
    for (const auto* const each : {page, "http://localhost:6274"}) {
        const auto answer = allowed(cors, from("GET", each));
        CHECK(value(answer, "Access-Control-Allow-Origin") == each);
        CHECK(value(answer, "Vary") == "Origin");
        CHECK(cors.preflight(from("OPTIONS", each, true))->headers.size() == 6);
    }
    for (const auto* const other :
         {"https://inspector.example.evil.example", "https://inspector.example/",
          "http://inspector.example", "https://inspector.example:443", "https://INSPECTOR.example",
          "null", "*", ""}) {
        INFO(other);
        const auto answer = allowed(cors, from("GET", other));
        CHECK_FALSE(answer.header("Access-Control-Allow-Origin"));
        CHECK(value(answer, "Vary") == "Origin");
        const auto asked = cors.preflight(from("OPTIONS", other, true));
        REQUIRE(asked);
        CHECK(asked->headers.size() == 1);
    }
}

TEST_CASE("without an origin on the list nobody may read", "[server]") {
    const cors_policy cors{{}};
    CHECK_FALSE(allowed(cors, from("GET", page)).header("Access-Control-Allow-Origin"));
    CHECK_FALSE(cors.names(page));
    CHECK_FALSE(cors_policy{{"*"}}.names("*"));
    CHECK(cors_policy{{"*", page}}.names(page));
}
