// RFC 8414 at its places: one document, one set of routes, and nothing in a request that could
// change them.

#include <algorithm>

#include "mcp_oauth/rfc/7517_jwk.hpp"
#include "mcp_oauth/server/resource_server.hpp"
#include "registration.hpp"

using namespace given;

namespace {

std::vector<std::string> paths(const server& s) {
    std::vector<std::string> all;
    for (const auto& each : s.as.endpoints()) all.push_back(each.method + " " + each.path);
    return all;
}
std::string document(const server& s) {
    const auto response = s.as.handle(get("/.well-known/oauth-authorization-server"));
    REQUIRE(response.status == 200);
    return response.body;
}
bool advertises(const server& s, const std::string& text) {
    return document(s).find(text) != std::string::npos;
}

} // namespace

TEST_CASE(
    "RFC 8414 §2: the document, whole",
    "[ASM-01][ASM-03][ASM-04][ASM-05][ASM-06][ASM-07][ASM-08][OA21-AUTHZ-27][ISS-03][MCP-ASM-08]"
    "[MCP-ASM-09][MCP-ASM-10][MCP-ASM-12][MCP-ASM-15][MCP-ASM-16][PRM-13][OIDCD-03][OIDCD-05]"
    "[BCP-17]") {
    const server s;
    const auto response = s.as.handle(get("/.well-known/oauth-authorization-server"));
    CHECK(response.status == 200);
    CHECK(response.headers ==
          headers{{"Content-Type", "application/json"}, {"Cache-Control", "public, max-age=300"}});
    CHECK(response.body ==
          R"({"issuer":"https://as.example",)"
          R"("authorization_endpoint":"https://as.example/authorize",)"
          R"("token_endpoint":"https://as.example/token",)"
          R"("jwks_uri":"https://as.example/.well-known/jwks.json",)"
          R"("registration_endpoint":"https://as.example/register",)"
          R"("revocation_endpoint":"https://as.example/revoke",)"
          R"("scopes_supported":["mcp","notes:read","notes:write","offline_access"],)"
          R"("response_types_supported":["code"],"response_modes_supported":["query"],)"
          R"("grant_types_supported":["authorization_code","refresh_token"],)"
          R"("token_endpoint_auth_methods_supported":)"
          R"(["none","client_secret_basic","client_secret_post"],)"
          R"("revocation_endpoint_auth_methods_supported":)"
          R"(["none","client_secret_basic","client_secret_post"],)"
          R"("code_challenge_methods_supported":["S256"],)"
          R"("authorization_response_iss_parameter_supported":true,)"
          R"("protected_resources":["https://as.example/mcp","https://other.example/mcp"],)"
          R"("dpop_signing_alg_values_supported":["ES256","ES384","EdDSA","RS256","PS256"],)"
          R"("subject_types_supported":["public"],)"
          R"("id_token_signing_alg_values_supported":["ES256"],)"
          R"("request_parameter_supported":false,"request_uri_parameter_supported":false})");
}

TEST_CASE("RFC 8414 §3: an issuer without a path has its document at two places",
          "[ASM-02][MCP-ASM-03][MCP-ASM-04][MCP-ASM-05][OIDCD-01][OIDCD-02][pain-13]") {
    const server s;
    CHECK(paths(s) ==
          std::vector<std::string>{
              "POST /token", "POST /revoke", "POST /register", "GET /.well-known/jwks.json",
              "HEAD /.well-known/jwks.json", "GET /.well-known/oauth-authorization-server",
              "HEAD /.well-known/oauth-authorization-server",
              "GET /.well-known/openid-configuration", "HEAD /.well-known/openid-configuration"});
    CHECK(s.as.authorization_path() == "/authorize");
    CHECK(s.as.issuer() == issuer);
    CHECK(s.as.handle(get("/.well-known/openid-configuration")).body == document(s));
}

TEST_CASE("RFC 8414 §3.1: an issuer with a path has the same document at four",
          "[ASM-02][MCP-ASM-02][MCP-ASM-04][MCP-ASM-06][OIDCD-01][OIDCD-02][OIDCD-06][pain-13]") {
    const server s{config_but([](auto& c) { c.issuer = "https://as.example/t1"; })};
    CHECK(paths(s) == std::vector<std::string>{"POST /t1/token", "POST /t1/revoke",
                                               "POST /t1/register", "GET /t1/.well-known/jwks.json",
                                               "HEAD /t1/.well-known/jwks.json",
                                               "GET /.well-known/oauth-authorization-server/t1",
                                               "HEAD /.well-known/oauth-authorization-server/t1",
                                               "GET /.well-known/openid-configuration/t1",
                                               "HEAD /.well-known/openid-configuration/t1",
                                               "GET /t1/.well-known/openid-configuration",
                                               "HEAD /t1/.well-known/openid-configuration",
                                               "GET /t1/.well-known/oauth-authorization-server",
                                               "HEAD /t1/.well-known/oauth-authorization-server"});
    CHECK(s.as.authorization_path() == "/t1/authorize");
    const auto one = s.as.handle(get("/.well-known/oauth-authorization-server/t1"));
    CHECK(one.status == 200);
    CHECK(member(one, "issuer") == "https://as.example/t1");
    CHECK(member(one, "token_endpoint") == "https://as.example/t1/token");
    for (const char* place :
         {"/.well-known/openid-configuration/t1", "/t1/.well-known/openid-configuration",
          "/t1/.well-known/oauth-authorization-server",
          "/.well-known/openid-configuration/t1?x=1"}) {
        INFO(place);
        CHECK(s.as.handle(get(place)).body == one.body);
        CHECK(s.as.handle(get(place)).headers == one.headers);
    }
    for (const char* place :
         {"/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/t1/",
          "/.well-known/oauth-authorization-server/t2", "/token"})
        CHECK(s.as.handle(get(place)).status == 404);
}

TEST_CASE("RFC 8414 §6.2: no header of a request changes a single octet",
          "[ASM-13][BCP-15][pain-14][ATK-DS-01]") {
    const server s;
    auto request = get("/.well-known/oauth-authorization-server");
    request.headers = {{"Host", "evil.example"},
                       {"X-Forwarded-Host", "evil.example"},
                       {"X-Forwarded-Proto", "http"},
                       {"Forwarded", "host=evil.example;proto=http"},
                       {"Origin", "https://evil.example"}};
    CHECK(s.as.handle(request).body == document(s));
    auto begin = get("/authorize?" + encode(server::request({{"scope", "evil"}})));
    begin.headers = request.headers;
    const auto begun = the_interaction(s.as.authorize(begin));
    CHECK(location(the_redirect(s.as.authenticated(begun.ticket, s.alice()))) ==
          error_location("invalid_scope", "no requested scope is offered"));
}

TEST_CASE("Each route is served by its method", "[ASM-02][ASM-11]") {
    const server s;
    for (const auto& each : s.as.endpoints()) {
        INFO(each.method << ' ' << each.path);
        auto request = post(each.path, {});
        request.method = each.method;
        const auto status = s.as.handle(request).status;
        CHECK(status != 404);
        CHECK(status != 405);
    }
}

TEST_CASE("RFC 9207 §2: one string is the issuer wherever it is named, to the octet",
          "[MCP-ISS-07][ISS-02][MCP-PRM-02][MCP-ASM-06][ATK-AZ-01][pain-12][D22]") {
    for (const char* named : {"https://as.example", "https://as.example/t1", "https://AS.example",
                              "https://as.example:443/T1", "http://localhost:8080"}) {
        INFO(named);
        const server s{config_but([&](auto& c) { c.issuer = named; })};
        const auto path = s.as.endpoints().back().path;
        CHECK(member(s.as.handle(get(path)), "issuer") == named);
        const auto begin = [&] {
            return s.as.authorize(
                get(std::string{s.as.authorization_path()} + "?" + encode(server::request())));
        };
        const auto view = [&] {
            return the_view(s.as.authenticated(the_interaction(begin()).ticket, s.alice()));
        };
        const auto approved = s.approve(view());
        CHECK(parameter(approved, "iss") == named);
        CHECK(parameter(the_redirect(s.as.deny(view().ticket, "session-1")), "iss") == named);

        const auto to = s.as.endpoints().front().path; // the token endpoint
        const auto code = parameter(approved, "code").value_or("");
        const auto token = member(s.as.handle(post(to, server::redemption(code))), "access_token");
        const auto first = token.find('.') + 1;
        const auto claims = decode_base64url(token.substr(first, token.rfind('.') - first));
        CHECK(json_document::parse(claims.value_or(""))->root().string_at("iss") == named);

        const auto gate = *resource_server::beside(s.as, {{resource, {}, {}, {}, {}}}, {});
        CHECK(gate.handle(get("/.well-known/oauth-protected-resource/mcp"))
                  .body.find(R"("authorization_servers":[")" + std::string{named} + "\"],") !=
              std::string::npos);
    }
}

TEST_CASE("Everything that is advertised is there, and everything that is there is advertised",
          "[ASM-11][MCP-ASM-14][MCP-SEC-08][ATK-DS-03]") {
    const server s;
    for (const char* name :
         {"token_endpoint", "revocation_endpoint", "registration_endpoint", "jwks_uri"}) {
        const auto url = member(s.as.handle(get("/.well-known/openid-configuration")), name);
        REQUIRE(url.rfind("https://as.example/", 0) == 0);
        const auto path = url.substr(std::string{"https://as.example"}.size());
        CHECK(s.as.handle(get(path)).status != 404);
        const auto routes = s.as.endpoints();
        CHECK(std::any_of(routes.begin(), routes.end(),
                          [&](const endpoint& each) { return each.path == path; }));
    }
    auto rules = policy::mcp();
    rules.registration.access = registration_access::off;
    CHECK_FALSE(advertises(server{rules}, "registration_endpoint"));
    CHECK(server{rules}.as.handle(post("/register", {})).status == 404);

    rules.refresh.issue = refresh_issuance::never;
    const server without{rules};
    CHECK(advertises(without, R"("grant_types_supported":["authorization_code"],)"));
    const auto refused = without.refresh("x");
    CHECK(refused.status == 400);
    CHECK(refused.body == error_body("unsupported_grant_type", "the grant type is not supported"));
}

TEST_CASE("The endpoints may be elsewhere than the issuer", "[ASM-11][pain-16][MCP-ISS-07]") {
    const server s{
        config_but([](auto& c) { c.endpoint_base = "https://login.example:8443/oauth"; })};
    const auto text = document(s);
    for (const char* there :
         {R"("issuer":"https://as.example")",
          R"("authorization_endpoint":"https://login.example:8443/oauth/authorize")",
          R"("token_endpoint":"https://login.example:8443/oauth/token")",
          R"("registration_endpoint":"https://login.example:8443/oauth/register")",
          R"("revocation_endpoint":"https://login.example:8443/oauth/revoke")",
          R"("jwks_uri":"https://login.example:8443/oauth/.well-known/jwks.json")"})
        CHECK(text.find(there) != std::string::npos);
    CHECK(s.as.authorization_path() == "/oauth/authorize");
    CHECK(s.as.handle(post("/oauth/token", {})).status == 400);
    CHECK(s.as.handle(post("/token", {})).status == 404);
    CHECK(parameter(s.approve(s.consent()), "iss") == issuer);
}

TEST_CASE("RFC 7517 §5: the key set holds public members only", "[ASM-10][JOSE-15]") {
    const server s;
    const auto response = s.as.handle(get("/.well-known/jwks.json"));
    CHECK(response.status == 200);
    CHECK(response.headers == headers{{"Content-Type", "application/jwk-set+json"},
                                      {"Cache-Control", "public, max-age=300"}});
    CHECK(response.body == key_set::of({the_signing_key().public_key()}).text());
    CHECK(response.body.find("\"d\"") == std::string::npos);
}

TEST_CASE("RFC 9110: documents know HEAD, tell the length of GET, and name what they allow",
          "[ASM-02]") {
    const server s;
    for (const char* path : {"/.well-known/oauth-authorization-server", "/.well-known/jwks.json"}) {
        auto request = get(path);
        const auto whole = s.as.handle(request);
        request.method = "HEAD";
        const auto head = s.as.handle(request);
        CHECK(head.status == 200);
        auto described = whole.headers;
        described.push_back({"Content-Length", std::to_string(whole.body.size())});
        CHECK(head.headers == described);
        CHECK(head.body.empty());
        for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "get", ""}) {
            request.method = method;
            const auto refused = s.as.handle(request);
            CHECK(refused.status == 405);
            CHECK(refused.header("Allow") == "GET, HEAD");
            CHECK(refused.body == error_body("invalid_request", "the method is not allowed here"));
        }
    }
    for (const char* path : {"/token", "/revoke", "/register"}) {
        const auto refused = s.as.handle(get(path));
        CHECK(refused.status == 405);
        CHECK(refused.header("Allow") == "POST");
    }
}

TEST_CASE("A path that is no endpoint is 404, however alike", "[OA21-GEN-08]") {
    const server s;
    for (const char* path : {"/", "", "*", "/token/", "//token", "/Token", "/%74oken", "/authorize",
                             "https://as.example/token", "/token;x", "/token#x", "/t\xC3\xB6ken",
                             "/.well-known/oauth-protected-resource", "/../token"}) {
        INFO(path);
        const auto response = s.as.handle(post(path, {}));
        CHECK(response.status == 404);
        CHECK(response.body == error_body("invalid_request", "there is no such endpoint"));
        CHECK(response.header("Cache-Control") == "no-store");
    }
}

TEST_CASE("What is too long is refused before it is looked at, and what just fits is not",
          "[OA21-GEN-08]") {
    const server s; // 8192 octets each
    const auto padded = [](std::size_t size) {
        const std::string start = "/.well-known/jwks.json?";
        return start + std::string(size - start.size(), 'x');
    };
    CHECK(s.as.handle(get(padded(8192))).status == 200);
    const auto uri_too_long = s.as.handle(get(padded(8193)));
    CHECK(uri_too_long.status == 414);
    CHECK(uri_too_long.body == error_body("invalid_request", "the request target is too long"));

    auto request = get("/.well-known/jwks.json");
    request.headers = {{"X", std::string(8191, 'x')}, {"Y", "y"}};
    CHECK(s.as.handle(request).status == 200);
    request.headers[0].value += 'x';
    const auto field_too_long = s.as.handle(request);
    CHECK(field_too_long.status == 431);
    CHECK(field_too_long.body == error_body("invalid_request", "a header field is too long"));

    auto body = post("/token", {});
    body.body = std::string(16 * 1024, '&');
    CHECK(s.as.handle(body).status == 400);
    body.body += '&';
    const auto body_too_large = s.as.handle(body);
    CHECK(body_too_large.status == 413);
    CHECK(body_too_large.body == error_body("invalid_request", "the body is too large"));
}
