// RFC 7591 at its endpoint: what comes in, what comes out, and what is kept. The document's own
// rules are in rfc/7591_client_registration_test.cpp.

#include "registration.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

const headers json_headers{
    {"Content-Type", "application/json"}, {"Cache-Control", "no-store"}, {"Pragma", "no-cache"}};

record stored(const server& s, const std::string& id) {
    const auto found = s.store.load(std::string{issuer} + "#client/" + id);
    REQUIRE((found && *found));
    return **found;
}
std::string document(const std::string& redirect) {
    return "{\"token_endpoint_auth_method\":\"none\",\"redirect_uris\":[\"" + redirect + "\"]}";
}
void check_refused(const server& s, const std::string& body, std::string_view code) {
    INFO(body);
    const auto response = registered(s, body);
    CHECK(response.status == 400);
    CHECK(member(response, "error") == code);
    CHECK(response.headers == json_headers);
}

} // namespace

TEST_CASE("RFC 7591 §3.2.1: a public client gets an ID, all that was registered, and no secret",
          "[DCR-03][DCR-05][DCR-06][MCP-DCR-04][MCP-DCR-06][OA21-GEN-07][MCP-DCR-01][ATK-TK-30]") {
    const server s;
    const auto response = registered(s, plain_registration);
    const auto id = member(response, "client_id");
    CHECK(response.status == 201);
    CHECK(response.headers == json_headers);
    CHECK(response.body == "{\"client_id\":\"" + id +
                               R"(","client_id_issued_at":1800000000,)"
                               R"("redirect_uris":["http://127.0.0.1:4711/callback"],)"
                               R"("token_endpoint_auth_method":"none",)"
                               R"("grant_types":["authorization_code"],"response_types":["code"],)"
                               R"("application_type":"native"})");
    CHECK(id.size() == std::string{"client_"}.size() + 22);
    CHECK(s.events.count(event_kind::client_registered) == 1);
    CHECK(s.events.all().back().client_id == id);
    CHECK(s.events.all().back().source == "192.0.2.1");
}

TEST_CASE("RFC 7591 §2: who names no method gets a secret for Basic, which the store never sees",
          "[DCR-03][DCR-04][DCR-05][OA21-GEN-05][MCP-SEC-02][MCP-DCR-06]") {
    const server s;
    const auto response = registered(
        s, R"({"redirect_uris":["https://c.example/cb"],"client_name":"C","scope":"mcp admin",)"
           R"("grant_types":["authorization_code","refresh_token"],"application_type":"web"})");
    const auto id = member(response, "client_id");
    const auto secret_text = member(response, "client_secret");
    CHECK(response.status == 201);
    CHECK(response.body ==
          "{\"client_id\":\"" + id + R"(","client_id_issued_at":1800000000,"client_secret":")" +
              secret_text +
              R"(","client_secret_expires_at":0,"redirect_uris":["https://c.example/cb"],)"
              R"("token_endpoint_auth_method":"client_secret_basic",)"
              R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
              R"("application_type":"web","client_name":"C","scope":"mcp"})");
    CHECK(secret_text.size() == std::string{"mcpo_cs_"}.size() + 43);
    CHECK(secret_text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                        "0123456789-_") == std::string::npos); // MCP T-26
    const auto kept = stored(s, id);
    CHECK(kept.body.find(secret_text) == std::string::npos);
    CHECK(kept.body.find(base64url(as_view(sha256(secret_text)))) != std::string::npos);
    CHECK(kept.expires_at == s.clock.now() + std::chrono::hours{24});
    CHECK(kept.client_owner == std::string{issuer} + "#client/" + id);
    CHECK(kept.subject_owner.empty());
}

TEST_CASE("RFC 7591 §3.2.1: a registered secret works until the second it expires",
          "[DCR-04][D8]") {
    auto rules = policy::mcp();
    rules.registration.secret_lifetime = 3600s;
    const server s{rules};
    const auto response = registered(s, R"({"redirect_uris":["http://127.0.0.1:4711/callback"],)"
                                        R"("token_endpoint_auth_method":"client_secret_post",)"
                                        R"("grant_types":["authorization_code","refresh_token"]})");
    CHECK(response.body.find("\"client_secret_expires_at\":1800003600") != std::string::npos);
    const fields who{{"client_id", member(response, "client_id")},
                     {"client_secret", member(response, "client_secret")}};
    const auto first = s.redeem(s.code({who[0]}), who);
    CHECK(first.status == 200);
    s.clock.advance(3600s - 1ms);
    const auto second = s.refresh(member(first, "refresh_token"), who);
    CHECK(second.status == 200);
    s.clock.advance(1ms);
    const auto late = s.refresh(member(second, "refresh_token"), who);
    CHECK(late.status == 401);
    CHECK(member(late, "error") == "invalid_client");
}

TEST_CASE("RFC 7591 §3.2.1: IDs and secrets are unique, and no client chooses its own",
          "[DCR-04][DCR-16][BCP-12][ATK-RG-02][MCP-REG-07]") {
    const server s;
    const std::string asks = R"({"redirect_uris":["https://c.example/cb"],"client_id":"app",)"
                             R"("client_secret":"mine","client_id_issued_at":1,)"
                             R"("registration_access_token":"x"})";
    const auto one = registered(s, asks);
    const auto other = registered(s, asks);
    CHECK(one.status == 201);
    CHECK(member(one, "client_id") != "app");
    CHECK(member(one, "client_id") != member(other, "client_id"));
    CHECK(member(one, "client_secret") != member(other, "client_secret"));
    CHECK(member(one, "client_secret") != "mine");
    CHECK(one.body.find("registration_access_token") == std::string::npos); // MCP T-29
    CHECK(the_view(s.as.authenticated(the_interaction(s.authorize()).ticket, s.alice()))
              .client_name == "An app");
}

TEST_CASE("MCP: the ID of a registered client cannot be taken for the URL of a metadata document",
          "[MCP-REG-03][CIMD-14][DCR-16]") {
    const server s;
    for (const char* asks :
         {R"({"redirect_uris":["https://c.example/cb"]})",
          R"({"redirect_uris":["https://c.example/cb"],"client_id":"https://c.example/client"})",
          R"({"redirect_uris":["http://127.0.0.1/cb"],"token_endpoint_auth_method":"none"})"}) {
        const auto id = registered_id(s, asks);
        CHECK(!id.empty());
        CHECK(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789_-") == std::string::npos);
        CHECK(id.rfind("https", 0) == std::string::npos);
    }
}

TEST_CASE("RFC 7591 §3: the endpoint takes POST with a JSON object and nothing else",
          "[DCR-01][DCR-11]") {
    const server s;
    for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
        auto request = registration_request(plain_registration);
        request.method = method;
        const auto response = s.as.handle(request);
        CHECK(response.status == 405);
        CHECK(response.header("Allow") == "POST");
        CHECK(response.body == error_body("invalid_request", "the method is not allowed here"));
    }
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "",
                             "application/jsonx", "application/json, text/plain"}) {
        INFO(type);
        auto request = registration_request(plain_registration);
        request.headers[0].value = type;
        const auto response = s.as.handle(request);
        CHECK(response.status == 400);
        CHECK(response.body ==
              error_body("invalid_client_metadata", "the content type must be application/json"));
    }
    auto request = registration_request(plain_registration);
    request.headers[0].value = "Application/JSON; charset=utf-8";
    CHECK(s.as.handle(request).status == 201);
    for (const char* body : {"", "{", "null", "[]", "7", "\"x\"", "{\"a\":1,\"a\":2}",
                             "\xEF\xBB\xBF{}", "{\"client_name\":\"\xFF\"}",
                             "{\"client_name\":\"\\u0000\"}", "{\"redirect_uris\":{}} x"})
        check_refused(s, body, "invalid_client_metadata");
    CHECK(s.events.count(event_kind::client_registered) == 1);
}

TEST_CASE("RFC 7591 §5: a redirect URI that could leak a code is not registered",
          "[DCR-08][DCR-11][ATK-RU-02][ATK-RU-04][ATK-RU-09][BCP-02][MCP-DCR-07][MCP-DCR-09]"
          "[ATK-TK-30]") {
    const server s;
    for (const char* bad : {"http://c.example/cb",
                            "javascript:alert(1)",
                            "data:text/html,x",
                            "vbscript:x",
                            "file:///etc/passwd",
                            "blob:https://c.example/x",
                            "about:blank",
                            "https://c.example/cb#x",
                            "https://c.example/cb#",
                            "https://c.example@evil.example/cb",
                            "https://c.example%40evil.example/cb",
                            "http://127.0.0.1:80@evil.example/cb",
                            "/cb",
                            "//c.example/cb",
                            "https:///cb",
                            "https:cb",
                            "",
                            "*",
                            "https://c.example/ cb",
                            "https://c.example\\\\@evil.example",
                            "http://localhost.evil.example/cb",
                            "dotless:/cb",
                            "http://127.0.0.1.evil.example/cb",
                            "http://2130706433/cb"})
        check_refused(s, document(bad), "invalid_redirect_uri");
    check_refused(s, R"({"token_endpoint_auth_method":"none"})", "invalid_redirect_uri");
    check_refused(s, R"({"redirect_uris":[]})", "invalid_redirect_uri");
    check_refused(s, R"({"redirect_uris":"https://c.example/cb"})", "invalid_redirect_uri");
    for (const char* good : {"https://c.example/cb", "http://127.0.0.1/cb", "http://[::1]:1/cb",
                             "http://localhost:8080/cb", "com.example.app:/cb", "cursor://cb"}) {
        INFO(good);
        CHECK(registered(s, document(good)).status == 201);
    }
}

TEST_CASE("MCP: a 201 is never a dead end", "[MCP-DCR-12][MCP-DCR-04][NAT-04][D18][pain-21]") {
    const server s;
    for (const char* redirect :
         {"https://c.example/cb?x=1", "http://127.0.0.1/cb", "http://[::1]:1/cb",
          "http://localhost:8080/cb", "com.example.app:/cb", "cursor://cb"}) {
        INFO(redirect);
        const auto id = registered_id(s, document(redirect));
        const auto answer = s.approve(s.consent({{"client_id", id}, {"redirect_uri", ""}}));
        CHECK(location(answer).rfind(redirect, 0) == 0);
        const auto tokens = s.redeem(parameter(answer, "code").value_or(""),
                                     {{"client_id", id}, {"redirect_uri", redirect}});
        CHECK(tokens.status == 200);
        CHECK(member(tokens, "refresh_token").empty()); // it registered no such grant type
    }
}

TEST_CASE("RFC 7591 §2: what is not served is replaced or refused, and the answer says which",
          "[DCR-07][DCR-09][DCR-10][ATK-RG-02]") {
    const server s;
    const auto with = [](const std::string& more) {
        return R"({"redirect_uris":["http://127.0.0.1/cb"],"token_endpoint_auth_method":"none",)" +
               more + "}";
    };
    const auto grants = registered(
        s, with(R"("grant_types":["password","implicit","client_credentials","refresh_token",)"
                R"("authorization_code","urn:x"],"whatever":{"a":[1]},"client_name#ja":"x")"));
    CHECK(grants.status == 201);
    CHECK(grants.body.find(R"("grant_types":["refresh_token","authorization_code"])") !=
          std::string::npos);
    CHECK(grants.body.find("whatever") == std::string::npos);
    for (const char* bad :
         {R"("grant_types":["password"])", R"("grant_types":["refresh_token"])",
          R"("response_types":["token"])", R"("token_endpoint_auth_method":7)",
          R"("jwks":{"keys":[]},"jwks_uri":"https://c.example/jwks")",
          R"("jwks":{"keys":[{"kty":"EC","d":"x"}]})", R"("jwks":{"keys":[{"kty":"oct","k":"x"}]})",
          R"("client_uri":"javascript:alert")", R"("logo_uri":"data:x")", R"("scope":"a  b")"})
        check_refused(s, R"({"redirect_uris":["http://127.0.0.1/cb"],)" + std::string{bad} + "}",
                      "invalid_client_metadata");
    check_refused(s,
                  R"({"redirect_uris":["http://127.0.0.1/cb"],)"
                  R"("token_endpoint_auth_method":"private_key_jwt"})",
                  "invalid_client_metadata");
}

TEST_CASE("A server without refresh tokens registers nobody for them", "[ASM-11][DCR-05][DCR-07]") {
    auto rules = policy::mcp();
    rules.refresh.issue = refresh_issuance::never;
    const server s{rules};
    const auto response = registered(s, R"({"redirect_uris":["http://127.0.0.1/cb"],)"
                                        R"("grant_types":["authorization_code","refresh_token"]})");
    CHECK(response.status == 201);
    CHECK(response.body.find(R"("grant_types":["authorization_code"],)") != std::string::npos);
}

TEST_CASE("A name that imitates another or hides its direction is not registered",
          "[ATK-AZ-12][ATK-AZ-13][DCR-13][MCP-DCR-13]") {
    const server s;
    const auto named = [](const std::string& name) {
        return R"({"redirect_uris":["http://127.0.0.1:4711/callback"],)"
               R"("token_endpoint_auth_method":"none","client_name":")" +
               name + "\"}";
    };
    for (const char* bad : {"Goo\\u202Egle", "\\u2066x", "a\\u0007b", "a\\nb", "\\u200F"})
        check_refused(s, named(bad), "invalid_client_metadata");
    check_refused(s, named(std::string(10'240, 'x')), "invalid_client_metadata");
    check_refused(s, named(std::string(257, 'x')), "invalid_client_metadata");
    const auto view = s.consent({{"client_id", registered_id(s, named(std::string(256, 'x')))}});
    CHECK(view.client_name == std::string(256, 'x'));
    // Markup is the page's to escape; the name comes as it is, and marked as anybody's claim.
    const auto markup = s.consent({{"client_id", registered_id(s, named("<script>Google"))}});
    CHECK(markup.client_name == "<script>Google");
    CHECK(markup.provenance == client_provenance::registered);
    CHECK(markup.redirect_host == "127.0.0.1");
}
