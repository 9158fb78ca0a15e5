// Clients as they were recorded against other servers: what each of them registers, asks for and
// sends, octet for octet where it matters, and each of them gets in. None needs a bend of its own.

#include "gates.hpp"
#include "registration.hpp"

using namespace given;

namespace {

const std::string all_scopes = "mcp notes:read notes:write offline_access";

/// One client, from its registration to its refresh.
struct recorded {
    const char* name;
    const char* registration;
    fields authorization; ///< its redirect URI first; an empty value: not sent
    fields token;         ///< and likewise at the token endpoint
    std::string granted;
};

const recorded every_client[] = {
    {"SDK v1",
     R"({"redirect_uris":["http://127.0.0.1:33418/callback"],"token_endpoint_auth_method":"none",)"
     R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
     R"("client_name":"v1","scope":"mcp"})",
     {{"redirect_uri", "http://127.0.0.1:33418/callback"}, {"scope", "mcp"}},
     {{"resource", resource}},
     "mcp"},
    {"SDK v1, stepping up: a registered scope is no ceiling",
     R"({"redirect_uris":["http://127.0.0.1:33418/callback"],"token_endpoint_auth_method":"none",)"
     R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
     R"("client_name":"v1","client_uri":"https://v1.example","scope":"mcp"})",
     {{"redirect_uri", "http://127.0.0.1:33418/callback"}, {"scope", "mcp notes:write"}},
     {{"resource", resource}},
     "mcp notes:write"},
    {"SDK v2",
     R"({"redirect_uris":["http://127.0.0.1:33418/callback"],"token_endpoint_auth_method":"none",)"
     R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
     R"("client_name":"v2","application_type":"native","scope":"mcp offline_access"})",
     {{"redirect_uri", "http://127.0.0.1:33418/callback"},
      {"scope", "mcp offline_access"},
      {"prompt", "consent"}},
     {{"resource", resource}},
     "mcp offline_access"},
    {"SDK v2, stepping up: the union of challenge and token",
     R"({"redirect_uris":["http://127.0.0.1:33418/callback"],"token_endpoint_auth_method":"none",)"
     R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
     R"("client_name":"v2","application_type":"native","scope":"mcp offline_access"})",
     {{"redirect_uri", "http://127.0.0.1:33418/callback"},
      {"scope", "notes:read mcp offline_access"},
      {"prompt", "consent"}},
     {{"resource", resource}},
     "notes:read mcp offline_access"},
    {"mcp-remote: localhost by name, at another port than it registered",
     R"({"redirect_uris":["http://localhost:3334/oauth/callback"],)"
     R"("token_endpoint_auth_method":"none","response_types":["code"],)"
     R"("grant_types":["authorization_code","refresh_token"],"application_type":"native",)"
     R"("client_name":"MCP CLI Proxy","client_uri":"https://remote.example",)"
     R"("software_id":"2e6dc280-f3c3-4e01-99a7-8181dbd1d23d","software_version":"0.15.1"})",
     {{"redirect_uri", "http://localhost:14703/oauth/callback"}, {"scope", "mcp"}},
     {{"resource", resource}},
     "mcp"},
    {"Inspector 1.x, by proxy: two redirects, and every scope that is listed",
     R"({"redirect_uris":["http://127.0.0.1:6274/oauth/callback",)"
     R"("http://127.0.0.1:6274/oauth/callback/debug"],"token_endpoint_auth_method":"none",)"
     R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
     R"("client_name":"MCP Inspector","client_uri":"https://inspector.example"})",
     {{"redirect_uri", "http://127.0.0.1:6274/oauth/callback/debug"}, {"scope", all_scopes}},
     {{"resource", resource}},
     all_scopes},
    {"Inspector 2.x, from the command line: the scopes of the resource",
     R"({"redirect_uris":["http://127.0.0.1:6276/oauth/callback"],"response_types":["code"],)"
     R"("token_endpoint_auth_method":"none","application_type":"native",)"
     R"("grant_types":["authorization_code","refresh_token"],"client_name":"MCP Inspector"})",
     {{"redirect_uri", "http://127.0.0.1:6276/oauth/callback"},
      {"scope", "mcp notes:read notes:write"}},
     {{"resource", resource}},
     "mcp notes:read notes:write"},
    {"the conformance suite: no scope, and no resource",
     R"({"redirect_uris":["http://localhost:3000/callback"],"token_endpoint_auth_method":"none",)"
     R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
     R"("client_name":"conformance","application_type":"native"})",
     {{"redirect_uri", "http://localhost:3000/callback"}, {"scope", ""}, {"resource", ""}},
     {},
     "mcp"},
    {"openid-client: it registers no scope",
     R"({"redirect_uris":["http://127.0.0.1:33418/callback"],"client_name":"openid-client",)"
     R"("grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"none"})",
     {{"redirect_uri", "http://127.0.0.1:33418/callback"}, {"scope", "mcp notes:write"}},
     {},
     "mcp notes:write"},
};

resource_server gate_of(const server& s) {
    return *resource_server::beside(s.as, {{resource, {}, {"mcp"}, {}, {}}},
                                    {&s.store, &s.events, &s.clock, &s.random});
}

} // namespace

TEST_CASE("Each client that was recorded registers, logs in, calls and refreshes",
          "[recorded][MCP-DCR-04][MCP-DCR-10][MCP-DCR-12][MCP-AZR-06][MCP-RES-09][pain-8]"
          "[pain-21]") {
    for (const auto& each : every_client) {
        INFO(each.name);
        const server s;
        const auto registration = registered(s, each.registration);
        REQUIRE(registration.status == 201);
        CHECK(member(registration, "application_type") == "native");
        CHECK(member(registration, "client_secret").empty());
        const fields who{{"client_id", member(registration, "client_id")}};
        const auto back = s.approve(s.consent(changed(each.authorization, who)));
        const auto to = each.authorization.front().second; // where it listens
        CHECK(location(back).rfind(to + "?code=", 0) == 0);
        CHECK(parameter(back, "iss") == issuer);

        const auto form = changed(each.token, who);
        const auto redemption = changed(form, {{"redirect_uri", to}});
        auto tokens = s.redeem(parameter(back, "code").value_or(""), redemption);
        for (int i = 0; i < 2; ++i) {
            REQUIRE(tokens.status == 200);
            CHECK(scope_set::parse(member(tokens, "scope")) == scope_set::parse(each.granted));
            CHECK(std::holds_alternative<principal>(
                gate_of(s).admit(gates::request(member(tokens, "access_token")))));
            tokens = s.refresh(member(tokens, "refresh_token"), form);
        }
    }
}

TEST_CASE("openid-client and oauth4webapi: every octet of Basic encoded, a charset, less scope",
          "[recorded][OA21-CLI-06][OA21-TOK-02][OA21-REF-03]") {
    auto c = config(policy::mcp());
    auto odd = confidential_client();
    odd.client_id = "lab-odd_1";
    c.clients.push_back(odd);
    const server s{std::move(c)};
    const fields asked{{"client_id", "lab-odd_1"}, {"redirect_uri", "https://service.example/cb"}};
    const auto ask = [&](const std::string& body) {
        http_request request = post("/token", {});
        request.headers = {
            {"content-type", "application/x-www-form-urlencoded;charset=UTF-8"},
            {"accept", "application/json"},
            {"authorization", "Basic bGFiJTJEb2RkJTVGMTpzM2NyZXQ="}}; // lab%2Dodd%5F1:s3cret
        request.body = body;
        return s.as.handle(request);
    };
    // The parameters come in any order.
    const auto tokens =
        ask("code_verifier=" + std::string{verifier} +
            "&redirect_uri=https%3A%2F%2Fservice.example%2Fcb&code=" + s.code(asked) +
            "&grant_type=authorization_code");
    REQUIRE(tokens.status == 200);
    const auto narrow = ask("scope=mcp&refresh_token=" + member(tokens, "refresh_token") +
                            "&grant_type=refresh_token");
    CHECK(member(narrow, "scope") == "mcp");
    const auto full =
        ask("grant_type=refresh_token&refresh_token=" + member(narrow, "refresh_token"));
    CHECK(member(full, "scope") == "mcp notes:write");
}

TEST_CASE("mcp-remote for a device grant: refused by its name, for nothing of that is served",
          "[recorded][DCR-09][MCP-DCR-07]") {
    const server s;
    const auto refused = registered(
        s, R"({"redirect_uris":["http://localhost:3334/oauth/callback"],)"
           R"("token_endpoint_auth_method":"none","response_types":["code"],)"
           R"("grant_types":["urn:ietf:params:oauth:grant-type:device_code","refresh_token"]})");
    CHECK(refused.status == 400);
    CHECK(refused.body ==
          error_body("invalid_client_metadata", "no requested grant type can be registered"));
}

TEST_CASE(
    "mcp-remote and Inspector 1.x: GET without a token is 401, and the root document is there",
    "[recorded][MCP-PRM-04][MCP-PRM-06][MCP-ERR-02]") {
    const server s;
    const auto gate = gate_of(s);
    auto probe = get("/mcp");
    probe.headers = {{"Accept", "text/event-stream"}};
    const auto challenged = std::get<http_response>(gate.admit(probe));
    CHECK(challenged.status == 401);
    CHECK(challenged.header("WWW-Authenticate") ==
          R"(Bearer scope="mcp", resource_metadata=")"
          R"(https://as.example/.well-known/oauth-protected-resource/mcp", )"
          R"(DPoP algs="ES256 ES384 EdDSA RS256 PS256")");
    // Well-known documents are asked for with a header of MCP's, which changes nothing.
    auto with_version = get("/.well-known/oauth-protected-resource");
    with_version.headers = {{"MCP-Protocol-Version", "2025-11-25"}};
    const auto document = gate.handle(with_version);
    CHECK(document.status == 200);
    CHECK(document.body == gate.handle(get("/.well-known/oauth-protected-resource/mcp")).body);
    with_version.target = "/.well-known/oauth-authorization-server";
    CHECK(s.as.handle(with_version).body ==
          s.as.handle(get("/.well-known/oauth-authorization-server")).body);
}
