// How a token comes with a request, and what is answered where it does not, or does not suffice.
#include "gates.hpp"

using namespace gates;

namespace {

http_request with_authorization(std::vector<std::string> values) {
    auto r = request("");
    for (auto& value : values) r.headers.push_back({"Authorization", std::move(value)});
    return r;
}
bool admitted(const gate& g, const http_request& r) {
    return std::holds_alternative<principal>(g.rs.admit(r));
}
http_response refused(const gate& g, const http_request& r) {
    auto decided = g.rs.admit(r);
    REQUIRE(std::holds_alternative<http_response>(decided));
    return std::get<http_response>(std::move(decided));
}
bool is_invalid_request(const http_response& r, const std::string& sentence) {
    return r.status == 400 &&
           r.body == R"({"error":"invalid_request","error_description":")" + sentence + "\"}" &&
           r.headers == challenge_headers(R"(Bearer error="invalid_request", error_description=")" +
                                          sentence + R"(", scope="mcp", resource_metadata=")" +
                                          notes_metadata + "\"");
}
bool is_misconfigured(const http_response& r) {
    return r.status == 500 &&
           r.headers == std::vector<http_header>{{"Cache-Control", "no-store"},
                                                 {"Content-Type", "application/json"}} &&
           r.body ==
               R"({"error":"server_error","error_description":"the server is misconfigured"})";
}
const std::string without_token =
    R"(Bearer scope="mcp", resource_metadata=")" + std::string{notes_metadata} + "\"";

} // namespace

TEST_CASE("OAuth 2.1 §5.2: a good token tells who is calling",
          "[gate][OA21-RS-01][MCP-TOK-03][MCP-TOK-04][MCP-TOK-14]") {
    const gate g;
    auto claims = g.claims();
    auto decided = g.admit(gate::jwt(claims), {"notes:read"});
    REQUIRE(std::holds_alternative<principal>(decided));
    const auto& who = std::get<principal>(decided);
    CHECK(who.issuer() == issuer);
    CHECK(who.subject() == "alice");
    CHECK(who.client_id() == "app");
    CHECK(who.scopes() == scope_set{"mcp", "notes:read"});
    CHECK(who.grant_id() == claims.grant_id);
    CHECK(who.expires_at() == from_unix_seconds(claims.expires_at));
    CHECK(who.host_data().empty());
    CHECK(g.events.all().empty());
}

TEST_CASE("OAuth 2.1 §5.3: without a token the challenge says where to get one, and of no error",
          "[gate][OA21-RS-06][OA21-RS-07][MCP-ERR-01][MCP-ERR-02][MCP-SCO-01][MCP-PRM-04][PRM-11]"
          "[BEAR-06]") {
    const gate g;
    const auto answer = g.refusal("");
    CHECK(answer.status == 401);
    CHECK(answer.body.empty());
    CHECK(answer.headers == challenge_headers(without_token, false));
    CHECK(g.events.all().empty()); // how every client begins
}

TEST_CASE("a challenge names the baseline and what this call needs", "[gate][MCP-SCO-02]") {
    const gate g;
    const auto challenge = [&](const scope_set& needed, std::string_view resource) {
        return std::string{*g.refusal("", needed, resource).header("WWW-Authenticate")};
    };
    CHECK(challenge({"notes:write", "mcp"}, {}) ==
          beside_dpop(R"(Bearer scope="mcp notes:write", resource_metadata=")" +
                      std::string{notes_metadata} + "\""));
    const std::string other_metadata =
        R"(resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/other")";
    CHECK(challenge({}, other) == beside_dpop("Bearer " + other_metadata));
    CHECK(challenge({"a"}, other) == beside_dpop("Bearer scope=\"a\", " + other_metadata));
}

TEST_CASE("OAuth 2.1 §5.1.1: the scheme is of any case, and one or more spaces follow",
          "[gate][OA21-RS-02][MCP-TOK-02][ATK-RS-03]") {
    const gate g;
    const auto token = gate::jwt(g.claims());
    for (const auto* const scheme : {"Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer   "})
        CHECK(admitted(g, with_authorization({scheme + token})));
}

TEST_CASE("what is no bearer credential is refused as malformed",
          "[gate][OA21-RS-02][OA21-RS-08][ATK-RS-03]") {
    const gate g;
    const auto token = gate::jwt(g.claims());
    for (const auto& value :
         {std::string{"Bearer"}, std::string{"Bearer "}, "Bearer " + token + " x",
          "Bearer " + token + ",", "Bearer token=\"" + token + "\"", "Bearer =" + token,
          "Bearer " + token + "\x80"}) {
        INFO(value);
        CHECK(is_invalid_request(refused(g, with_authorization({value})),
                                 "the access token is malformed"));
        CHECK(g.reason() == "invalid_request");
    }
    for (const auto& value : {"Bearer\t" + token, "Bearer," + token, std::string{}})
        CHECK(is_invalid_request(refused(g, with_authorization({value})),
                                 "the Authorization field is malformed"));
}

TEST_CASE("another scheme's credentials are no token", "[gate][OA21-RS-07]") {
    const gate g;
    for (const auto* const value : {"Basic YTpi", "DPoPx y", "Bearerx y", "Negotiate"})
        CHECK(refused(g, with_authorization({value})).headers ==
              challenge_headers(without_token, false));
}

TEST_CASE("OAuth 2.1 §5.1: a token in the query or in the body is none",
          "[gate][OA21-RS-03][OA21-RS-04][MCP-TOK-02][ATK-RS-01][BEAR-05]") {
    const gate g;
    const auto token = gate::jwt(g.claims());
    auto in_query = request("");
    in_query.target = "/mcp?access_token=" + token;
    auto in_body = given::post("/mcp", {{"access_token", token}});
    for (const auto& r : {in_query, in_body}) {
        CHECK(refused(g, r).headers == challenge_headers(without_token, false));
        CHECK(g.events.take().empty()); // so it is in no log of ours either
    }
    in_query.headers.push_back({"Authorization", "Bearer " + token});
    CHECK(admitted(g, in_query)); // ignored is ignored
}

TEST_CASE("OAuth 2.1 §5.1: a token that comes twice is refused, whoever was first",
          "[gate][OA21-RS-05][ATK-RS-02]") {
    const gate g;
    const auto token = "Bearer " + gate::jwt(g.claims());
    for (const auto& values :
         {std::vector<std::string>{token, token}, std::vector<std::string>{token, "Basic YTpi"},
          std::vector<std::string>{"Basic YTpi", token}})
        CHECK(is_invalid_request(refused(g, with_authorization(values)),
                                 "more than one Authorization field was sent"));
    auto twice = given::post("/mcp", {{"access_token", "x"}});
    twice.headers.push_back({"authorization", token});
    CHECK(is_invalid_request(refused(g, twice), "the token was sent in more than one way"));
}

TEST_CASE("a token as long as the policy's limit is read, and one octet more is not",
          "[gate][policy]") {
    policy rules;
    rules.limits.header = 600;
    const gate g{rules};
    const auto token = gate::jwt(g.claims());
    REQUIRE(token.size() < 590);
    const auto fitting = "Bearer" + std::string(600 - 6 - token.size(), ' ') + token;
    CHECK(admitted(g, with_authorization({fitting})));
    CHECK(is_invalid_request(refused(g, with_authorization({fitting + "A"})),
                             "the token is too long"));
    CHECK(g.reason() == "invalid_request");
}

TEST_CASE("RFC 6750 §3.1: scopes that do not suffice are answered with all that the call needs",
          "[gate][OA21-RS-08][BEAR-01][BEAR-02][BEAR-03][MCP-SCO-05][MCP-SCO-06][MCP-ERR-01]"
          "[MCP-ERR-04][MCP-SCO-07][MCP-SCO-15][MCP-SCO-16]") {
    const gate g;
    const auto answer = g.refusal(gate::jwt(g.claims()), {"notes:read", "notes:write", "admin"});
    CHECK(answer.status == 403);
    CHECK(answer.body == R"({"error":"insufficient_scope",)"
                         R"("error_description":"the access token does not cover this request"})");
    CHECK(answer.headers ==
          challenge_headers(R"(Bearer error="insufficient_scope", )"
                            R"(error_description="the access token does not cover this request", )"
                            R"(scope="notes:read notes:write admin", resource_metadata=")" +
                            std::string{notes_metadata} + "\""));
    const auto e = g.events.all().at(0);
    CHECK(g.reason(event_kind::scope_refused) == "insufficient_scope");
    CHECK(e.correlation_id == "request-1");
    CHECK(e.subject == "alice");
    CHECK(e.client_id == "app");
    CHECK(e.grant_id == "AAECAwQFBgcICQoLDA0ODw");
}

TEST_CASE("scopes are compared whole, and to the letter", "[gate][ATK-RS-04]") {
    const gate g;
    auto claims = g.claims();
    claims.scope = {"notes:read:all", "Notes:read", "xnotes:read", "notes"};
    CHECK(g.refusal(gate::jwt(claims), {"notes:read"}).status == 403);
    claims.scope = {};
    CHECK(g.refusal(gate::jwt(claims), {"mcp"}).status == 403);
    CHECK(g.admits(gate::jwt(claims)));
}

TEST_CASE("a wider scope is enough for a narrower one, and not the other way round",
          "[gate][MCP-SCO-12]") {
    const gate g;
    auto claims = g.claims();
    claims.scope = {"notes:write"};
    CHECK(g.admits(gate::jwt(claims), {"notes:read"}));
    const auto writer = std::get<principal>(g.admit(gate::jwt(claims)));
    CHECK(!g.rs.require(writer, {"notes:read"}));
    CHECK(g.rs.require(writer, {"mcp"}));
    claims.scope = {"notes:read"};
    CHECK(g.rs.require(std::get<principal>(g.admit(gate::jwt(claims))), {"notes:write"}));
    CHECK(g.refusal(gate::jwt(claims), {"notes:write"}).status == 403);
}

TEST_CASE("a host that learns of the tool later asks again with what it knows",
          "[gate][MCP-SCO-06]") {
    const gate g;
    const auto who = std::get<principal>(g.admit(gate::jwt(g.claims())));
    CHECK(!g.rs.require(who, {}));
    CHECK(!g.rs.require(who, {"mcp"}));
    CHECK(g.events.take().empty());
    const auto answer = g.rs.require(who, {"admin"});
    REQUIRE(answer);
    const auto same = g.refusal(gate::jwt(g.claims()), {"admin"});
    CHECK(answer->status == same.status);
    CHECK(answer->headers == same.headers);
    CHECK(answer->body == same.body);
    CHECK(g.events.count(event_kind::scope_refused) == 2);
}

TEST_CASE("nobody gets in at a resource that this server was not told of", "[gate]") {
    const gate g;
    const auto token = gate::jwt(g.claims());
    const auto who = std::get<principal>(g.admit(token));
    CHECK(is_misconfigured(g.refusal(token, {}, "https://mcp.example/third")));
    CHECK(g.reason(event_kind::scope_refused) == "unknown_resource");
    CHECK(is_misconfigured(*g.rs.require(who, {}, "https://mcp.example/third")));
    CHECK(g.reason(event_kind::scope_refused) == "unknown_resource");
    CHECK(g.admits(token, {}, "HTTPS://MCP.example:443/mcp")); // the same resource (MCP-RES-06)
}

TEST_CASE("a slip in the program's own list of scopes opens no door",
          "[gate][MCP-SCO-15][OA21-RS-05]") {
    const gate g;
    const auto token = gate::jwt(g.claims());
    const auto who = std::get<principal>(g.admit(token));
    for (const auto& slip :
         {scope_set{""}, scope_set{"mcp", ""}, scope_set{"mcp "}, scope_set{"mcp  notes:read"},
          scope_set{"\"mcp\""}, scope_set{"mcp\n"}}) {
        CHECK(is_misconfigured(g.refusal(token, slip)));
        CHECK(g.reason(event_kind::scope_refused) == "malformed_scope");
        CHECK(is_misconfigured(*g.rs.require(who, slip)));
        CHECK(g.reason(event_kind::scope_refused) == "malformed_scope");
    }
    CHECK(g.admits(token, {"mcp notes:read"}));
    CHECK(g.refusal(token, {"mcp notes:write"}).status == 403);
    CHECK(g.refusal(token, {"mcp,notes:read"}).status == 403);
}

TEST_CASE("nothing of the request comes back in a challenge, and no name comes twice",
          "[gate][OA21-RS-09][ATK-RS-07][ATK-DS-01][MCP-PRM-14][MCP-ERR-04]") {
    const gate g;
    auto r = with_authorization({"Bearer ev\"il\r\nSet-Cookie: x"});
    r.target = "/mcp?\"evil\"";
    r.headers.push_back({"Host", "evil.example"});
    r.headers.push_back({"X-Forwarded-Host", "evil.example"});
    r.headers.push_back({"Forwarded", "host=evil.example"});
    const auto answer = refused(g, r);
    CHECK(answer.body.find("vil") == std::string::npos);
    for (const auto& each : answer.headers) CHECK(each.value.find("vil") == std::string::npos);
    const auto challenge = std::string{*answer.header("WWW-Authenticate")};
    for (const auto* const name : {"error=", "error_description=", "scope=", "resource_metadata="})
        CHECK(challenge.find(name) == challenge.rfind(name));
}

TEST_CASE("the gate works for every method and path alike", "[gate][MCP-TOK-03][MCP-BC-10]") {
    const gate g;
    for (const auto* const method : {"GET", "POST", "DELETE", "PUT", "HEAD", ""}) {
        auto r = request(gate::jwt(g.claims()));
        r.method = method;
        r.target = "/anything/at/all";
        CHECK(admitted(g, r));
        r.headers.pop_back();
        CHECK(refused(g, r).status == 401);
    }
}
