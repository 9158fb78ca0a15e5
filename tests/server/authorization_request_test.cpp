// What a request from a proven client to its own redirect URI has to hold, and which error travels
// back.

#include "registration.hpp"

using namespace given;

namespace {

/// The error that `with` ends in, its redirect compared as a whole.
void check_postponed(const server& s, const fields& with, std::string_view code,
                     std::string_view sentence) {
    INFO(encode(with));
    CHECK(location(s.postponed(with)) == error_location(code, sentence));
}
/// The usual request with something raw behind it.
http_response postponed_raw(const server& s, const std::string& extra, const fields& with = {}) {
    const auto begun =
        the_interaction(s.as.authorize(get("/authorize?" + encode(server::request(with)) + extra)));
    return the_redirect(s.as.authenticated(begun.ticket, s.alice()));
}

} // namespace

TEST_CASE(
    "OAuth 2.1 §7.12.2: nobody is redirected before the user is known, not even with an error",
    "[OA21-AUTHZ-24][MCP-AZR-09][ATK-RU-12][BCP-01][OA21-AUTHZ-02]") {
    const server s;
    for (const fields& with :
         {fields{}, fields{{"scope", "evil"}}, fields{{"response_type", "token"}},
          fields{{"code_challenge", ""}}, fields{{"resource", "https://evil.example"}},
          fields{{"prompt", "none"}, {"scope", "evil"}}}) {
        INFO(encode(with));
        CHECK(std::holds_alternative<interaction>(s.authorize(with)));
    }
    // Least of all to where somebody sent it who registered a minute ago.
    const fields attacker{
        {"client_id", registered_id(s, R"({"redirect_uris":["https://evil.example/"]})")},
        {"redirect_uri", "https://evil.example/"}};
    for (const fields& with : {fields{}, fields{{"scope", "evil"}}, fields{{"prompt", "none"}}})
        CHECK(std::holds_alternative<interaction>(s.authorize(changed(attacker, with))));
    // Nor without a login, where the request did not ask for silence.
    const auto begun = the_interaction(s.authorize({{"scope", "evil"}}));
    check_spent(s.as.authenticated(begun.ticket, std::nullopt));
    CHECK(records(s, record_kind::grant, owned_by_app).empty());
}

TEST_CASE("A postponed error travels whole, with state and iss, and is kept by nobody",
          "[OA21-AUTHZ-20][ISS-01][MCP-ISS-01][ATK-AZ-01][ATK-AZ-09][OA21-GEN-03][BCP-13]"
          "[OA21-AUTHZ-07][ATK-AZ-16][MCP-AZR-16]") {
    const server s;
    const auto redirect = s.postponed({{"scope", "evil"}});
    CHECK(redirect.status == 303);
    CHECK(redirect.headers ==
          headers{{"Location", "http://127.0.0.1:4711/callback?error=invalid_scope&"
                               "error_description=no+requested+scope+is+offered&state=xyz&"
                               "iss=https%3A%2F%2Fas.example"},
                  {"Cache-Control", "no-store"},
                  {"Pragma", "no-cache"},
                  {"Referrer-Policy", "no-referrer"},
                  {"Content-Length", "0"}});
    CHECK(redirect.body.empty());
    CHECK(s.store.calls(testing::store_call::create) == 0);
}

TEST_CASE("OAuth 2.1 §4.1.2.1: response_type is required, and only code is served",
          "[OA21-AUTHZ-13][OA21-GEN-02][ATK-AZ-15][BCP-06]") {
    const server s;
    check_postponed(s, {{"response_type", ""}}, "invalid_request", "response_type is required");
    for (const char* type : {"token", "code token", "token code", "id_token token", "id_token",
                             "Code", "code ", "none"})
        check_postponed(s, {{"response_type", type}}, "unsupported_response_type",
                        "response_type must be code");
    for (const char* mode : {"fragment", "form_post", "web_message", "Query"})
        check_postponed(s, {{"response_mode", mode}}, "invalid_request",
                        "response_mode is not supported");
    CHECK(s.consent({{"response_mode", "query"}}).redirect_uri == callback);
}

TEST_CASE("OAuth 2.1 §4.1.2.1: no client gets by without an S256 challenge",
          "[OA21-AUTHZ-14][OA21-AUTHZ-15][PKCE-02][PKCE-05][PKCE-08][ATK-AZ-03][ATK-AZ-04]"
          "[MCP-AZR-02][MCP-AZR-03][NAT-05][OA21-AUTHZ-04][D31]") {
    const server s;
    const std::string code{"invalid_request"};
    check_postponed(s, {{"code_challenge", ""}}, code, "code_challenge is required");
    const fields neither{{"code_challenge", ""}, {"code_challenge_method", ""}};
    check_postponed(s, neither, code, "code_challenge is required");
    check_postponed(s, {{"code_challenge_method", ""}}, code, "code_challenge_method must be S256");
    for (const char* method : {"plain", "s256", "S512", "S256 "})
        check_postponed(s, {{"code_challenge_method", method}}, code,
                        "code_challenge_method is not supported");
    const std::string c{challenge};
    check_postponed(s, {{"code_challenge", c.substr(1)}}, code,
                    "code_challenge must be 43 characters");
    check_postponed(s, {{"code_challenge", c + "A"}}, code, "code_challenge must be 43 characters");
    check_postponed(s, {{"code_challenge", "+" + c.substr(1)}}, code,
                    "code_challenge is not base64url");
    check_postponed(s, {{"code_challenge", c.substr(0, 42) + "N"}}, code,
                    "code_challenge is not canonical base64url");
    // A confidential client is no exception.
    const auto redirect = s.postponed({{"client_id", "service"},
                                       {"redirect_uri", "https://service.example/cb"},
                                       {"code_challenge", ""}});
    CHECK(parameter(redirect, "error") == code);
    CHECK(parameter(redirect, "error_description") == "code_challenge is required");
    fields bare = neither; // as an OAuth 2.0 client sends it
    bare.emplace_back("client_id", "service");
    bare.emplace_back("redirect_uri", "https://service.example/cb");
    CHECK(parameter(s.postponed(bare), "error") == code);
    const server strict{policy::strict()};
    CHECK(parameter(strict.postponed(neither), "error") == code);
    CHECK(parameter(strict.postponed(bare), "error") == code);
}

TEST_CASE("OAuth 2.1 §4.1.2.1: a client that is not registered for codes is told so",
          "[OA21-AUTHZ-16][D28]") {
    client c = web_client();
    c.grant_types = {"refresh_token"};
    const server s{config_with(c)};
    const auto redirect = s.postponed(as_web);
    CHECK(location(redirect) ==
          "https://c.example/cb?" +
              encode({{"error", "unauthorized_client"},
                      {"error_description", "the client is not registered for authorization codes"},
                      {"state", "xyz"},
                      {"iss", issuer}}));
}

TEST_CASE("RFC 6749 §3.3: scope is tokens with single spaces, in any order",
          "[OA21-AUTHZ-17][OA21-AUTHZ-18][OA21-AUTHZ-04][MCP-SCO-14][D32]") {
    const server s;
    for (const char* bad : {"mcp  notes:read", " mcp", "mcp ", "mcp\tnotes:read", "mcp \"x\"",
                            "mcp \\", "mcp \xC3\xA9", "mcp\nx", "<script>"}) {
        INFO(bad);
        CHECK(parameter(s.postponed({{"scope", bad}}), "error") == "invalid_scope");
    }
    CHECK(s.consent({{"scope", "notes:read mcp"}}).scopes == scope_set{"mcp", "notes:read"});
    CHECK(s.consent({{"scope", "mcp mcp"}}).scopes == scope_set{"mcp"});
    CHECK(s.consent({{"scope", ""}}).scopes == scope_set{"mcp"}); // the documented default

    auto c = config(policy::mcp());
    c.default_scopes.clear();
    const server without{std::move(c)};
    check_postponed(without, {{"scope", ""}}, "invalid_scope", "scope is required");
}

TEST_CASE("RFC 8707 §2: resource is one that is served, and names it in any equal spelling",
          "[RES-01][RES-02][RES-03][MCP-RES-04][MCP-RES-06][MCP-RES-07][MCP-RES-08][pain-9]"
          "[ATK-RS-08]") {
    const server s;
    for (const char* bad :
         {"https://as.example/mcp/", "https://as.example/mcp#x", "https://as.example/MCP",
          "https://as.example", "/mcp", "mcp", "https://evil.example/mcp", "http://as.example/mcp",
          "https://as.example/mcp?x=1", "https://as.example/%6Dcp", "://as.example/mcp"})
        check_postponed(s, {{"resource", bad}}, "invalid_target",
                        "the requested resource is not served");
    for (const char* good :
         {"https://as.example/mcp", "HTTPS://AS.EXAMPLE/mcp", "https://as.example:443/mcp"}) {
        INFO(good);
        CHECK(s.consent({{"resource", good}}).resources == std::vector<std::string>{resource});
    }
}

TEST_CASE("RFC 8707 §2: several resources may be asked for together, each once",
          "[RES-02][OA21-AUTHZ-05][MCP-RES-12][MCP-AZR-12]") {
    const server s;
    const auto begun = the_interaction(s.as.authorize(
        get("/authorize?" + encode(server::request()) +
            "&resource=https%3A%2F%2Fother.example%2Fmcp&resource=https%3A%2F%2Fas.example%2Fmcp"
            "&resource=")));
    const auto view = the_view(s.as.authenticated(begun.ticket, s.alice()));
    CHECK(view.resources == std::vector<std::string>{resource, "https://other.example/mcp"});

    CHECK(location(postponed_raw(s, "&resource=https%3A%2F%2Fevil.example")) ==
          error_location("invalid_target", "the requested resource is not served"));
}

TEST_CASE("OAuth 2.1 §3.1: a repeated parameter is an error, known or not, and state is not echoed "
          "when it is the one",
          "[OA21-AUTHZ-05][OA21-AUTHZ-06][MCP-AZR-12]") {
    const server s;
    const auto repeated = [](std::string_view state) {
        return error_location("invalid_request", "a parameter is repeated", state);
    };
    for (const char* extra :
         {"&scope=mcp", "&scope=", "&code_challenge=x", "&response_type=code", "&x=1&x=1",
          "&prompt=none&prompt=none", "&code_challenge_method=plain"}) {
        INFO(extra);
        CHECK(location(postponed_raw(s, extra)) == repeated("xyz"));
    }
    CHECK(location(postponed_raw(s, "&state=xyz")) == repeated(""));
    CHECK(location(postponed_raw(s, "&state=abc")) == repeated(""));
    CHECK(location(postponed_raw(s, "&state=")) == repeated(""));
}

TEST_CASE("OAuth 2.1 §3.1: unknown parameters are ignored", "[OA21-AUTHZ-03][MCP-AZR-12]") {
    const server s;
    const auto view = s.consent({{"nonce", "n"}, {"whatever", "<script>"}, {"ui_locales", "ja"}});
    CHECK(s.approve(view).status == 303);
}

TEST_CASE("OAuth 2.1 §4.1.2: state comes back to the octet, whatever it holds",
          "[OA21-AUTHZ-20][ATK-AZ-05][MCP-AZR-11][ATK-AZ-13]") {
    const server s;
    std::string all;
    for (char c = 0x20; c < 0x7F; ++c) all += c;
    for (const std::string& state :
         {all, std::string{"a%20b+c&d=e f"}, std::string{"<script>\"'"}, std::string(2048, '%')}) {
        INFO(state);
        CHECK(parameter(s.approve(s.consent({{"state", state}})), "state") == state);
        CHECK(parameter(s.postponed({{"state", state}, {"scope", "evil"}}), "state") == state);
    }
    const auto without = s.approve(s.consent({{"state", ""}}));
    CHECK(location(without).find("state") == std::string::npos);
    CHECK(parameter(without, "iss") == issuer);
}

TEST_CASE("RFC 6749 appendix A.5: a state that is none is refused and not sent back",
          "[OA21-AUTHZ-20][ATK-RU-10][OA21-GEN-08]") {
    const server s;
    for (const std::string& state :
         {std::string{"a\r\nSet-Cookie: x=1"}, std::string{"a\0b", 3}, std::string{"\t"},
          std::string{"\x7F"}, std::string{"\xC3\xA9"}})
        CHECK(location(s.postponed({{"state", state}})) ==
              error_location("invalid_request", "state holds a forbidden character", ""));
    CHECK(location(s.postponed({{"state", std::string(2049, 'x')}})) ==
          error_location("invalid_request", "state is too long", ""));
}

TEST_CASE("RFC 9101 §6: request objects are refused, and nothing is fetched",
          "[ATK-AZ-18][JAR-01][OIDCD-05]") {
    const server s;
    check_postponed(s, {{"request", "eyJhbGciOiJub25lIn0.e30."}}, "request_not_supported",
                    "request objects are not supported");
    check_postponed(s, {{"request_uri", "http://169.254.169.254/"}}, "request_uri_not_supported",
                    "request_uri is not supported");
    check_postponed(s, {{"request_uri", "urn:ietf:params:oauth:request_uri:x"}},
                    "request_uri_not_supported", "request_uri is not supported");
}
