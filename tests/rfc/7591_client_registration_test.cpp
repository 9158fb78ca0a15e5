#include "mcp_oauth/rfc/7591_client_registration.hpp"

#include <string>

#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::string_literals;

namespace {

registration_rules standard() {
    registration_rules rules;
    rules.scopes_offered = {"mcp", "notes:read", "offline_access"};
    return rules;
}

expected<client_registration, error> parse(std::string_view body,
                                           const registration_rules& rules = standard()) {
    return client_registration::parse(body, rules);
}

// A whole document with one loopback redirect, and these members beside it.
std::string document(const std::string& members) {
    return R"({"redirect_uris":["http://127.0.0.1:1/cb"])" +
           (members.empty() ? "" : "," + members) + "}";
}

// What is registered out of such a document.
client registered(const std::string& members, const registration_rules& rules = standard()) {
    const auto parsed = parse(document(members), rules);
    INFO(members << ": " << refused(parsed));
    REQUIRE(parsed);
    return parsed->draft();
}

std::string refusal(const std::string& members, const registration_rules& rules = standard()) {
    return refused(parse(document(members), rules));
}

// How these redirect URIs are received.
std::string redirects(const std::string& array, const std::string& members = "") {
    return refused(
        parse(R"({"redirect_uris":)" + array + (members.empty() ? "" : "," + members) + "}"));
}

std::string quoted(std::size_t size) { return '"' + std::string(size, 'x') + '"'; }

} // namespace

TEST_CASE("RFC 7591 §2: omitted members get the defaults of the document",
          "[DCR-05][DCR-03][OA21-CLI-01]") {
    const auto draft = registered("");
    CHECK(draft.client_id.empty());
    CHECK(draft.secrets.empty());
    CHECK(draft.provenance == client_provenance::registered);
    CHECK(draft.method == client_authentication_method::client_secret_basic);
    CHECK(draft.grant_types == std::vector<std::string>{"authorization_code"});
    CHECK(draft.response_types == std::vector<std::string>{"code"});
    CHECK(draft.redirect_uris == std::vector<std::string>{"http://127.0.0.1:1/cb"});
    CHECK_FALSE(draft.scope);
}

TEST_CASE("RFC 7591 §3.1: the registration of a desktop client is taken over as it is",
          "[DCR-03][MCP-DCR-01][MCP-DCR-03][NAT-06]") {
    const auto draft = registered(
        R"("client_name":"Notes","client_uri":"https://c.example",)"
        R"("logo_uri":"https://c.example/l",)"
        R"("tos_uri":"https://c.example/t","policy_uri":"https://c.example/p",)"
        R"("contacts":["ops@c.example"],"software_id":"notes","software_version":"1.2",)"
        R"("token_endpoint_auth_method":"none",)"
        R"("grant_types":["authorization_code","refresh_token"],)"
        R"("response_types":["code"],"application_type":"native","scope":"mcp offline_access")");
    CHECK(draft.client_name == "Notes");
    CHECK(draft.client_uri == "https://c.example");
    CHECK(draft.logo_uri == "https://c.example/l");
    CHECK(draft.tos_uri == "https://c.example/t");
    CHECK(draft.policy_uri == "https://c.example/p");
    CHECK(draft.contacts == std::vector<std::string>{"ops@c.example"});
    CHECK(draft.software_id == "notes");
    CHECK(draft.software_version == "1.2");
    CHECK(draft.is_public());
    CHECK(draft.grant_types == std::vector<std::string>{"authorization_code", "refresh_token"});
    CHECK(draft.application == application_type::native);
    CHECK(draft.scope == scope_set{"mcp", "offline_access"});
}

TEST_CASE("RFC 7591 §3.1: the body is one JSON object without repeated members", "[DCR-01]") {
    constexpr auto not_json = "invalid_client_metadata: the registration is not JSON";
    CHECK(refused(parse("")) == not_json);
    CHECK(refused(parse("redirect_uris=x")) == not_json);
    CHECK(refused(parse(document("") + "x")) == not_json);
    CHECK(refused(parse("\xEF\xBB\xBF" + document(""))) == not_json);
    CHECK(refused(parse(document("\"client_name\":\"\xFF\""))) == not_json);
    constexpr auto no_object = "invalid_client_metadata: the registration is no JSON object";
    for (const auto body : {"[]", "null", "1", "\"x\""}) CHECK(refused(parse(body)) == no_object);
    CHECK(refusal(R"("client_name":"a","client_name":"b")") ==
          "invalid_client_metadata: the registration names a member twice");
    CHECK(refusal(R"("x":{"a":1,"a":2})") ==
          "invalid_client_metadata: the registration names a member twice");
    CHECK(refusal(R"("client_name":"a\u0000b")") ==
          "invalid_client_metadata: the registration holds a NUL character");
}

TEST_CASE("RFC 7591 §2: unknown members are ignored, whatever they hold",
          "[DCR-07][DCR-12][DCR-15][MCP-DCR-08]") {
    // "The authorization server MUST ignore any client metadata sent by the client that it does not
    //  understand"
    const auto draft =
        registered(R"("client_name#ja":"\u202E","software_statement":"a.b.c","x":{"y":[1]},)"
                   R"("client_name":"n")");
    CHECK(draft.client_name == "n");
}

TEST_CASE("RFC 7591 §3.2.1: a client chooses neither its ID nor its secret nor our rules",
          "[DCR-16][ATK-RG-02][MCP-REG-07]") {
    const auto draft =
        registered(R"("client_id":"admin","client_secret":"s","client_secret_expires_at":0,)"
                   R"("require_pkce":false,"disabled":false,"provenance":"configured")");
    CHECK(draft.client_id.empty());
    CHECK(draft.secrets.empty());
    CHECK(draft.provenance == client_provenance::registered);
}

TEST_CASE("a known member of another type is refused, null and empty count as absent", "[DCR-07]") {
    constexpr auto text = "invalid_client_metadata: a member must be a string";
    for (const std::string member : {"token_endpoint_auth_method", "application_type", "scope",
                                     "client_name", "client_uri", "software_id", "jwks_uri"}) {
        CAPTURE(member);
        CHECK(refusal('"' + member + "\":1") == text);
        CHECK(refusal('"' + member + "\":[\"x\"]") == text);
        CHECK(refusal('"' + member + "\":null") == "accepted");
        CHECK(refusal('"' + member + "\":\"\"") == "accepted");
    }
    constexpr auto list = "invalid_client_metadata: a member must be an array of strings";
    for (const std::string member : {"grant_types", "response_types", "contacts"}) {
        CAPTURE(member);
        CHECK(refusal('"' + member + "\":\"code\"") == list);
        CHECK(refusal('"' + member + "\":[1]") == list);
        CHECK(refusal('"' + member + "\":null") == "accepted");
    }
}

TEST_CASE("RFC 7591 §2: a redirect-based grant needs redirect URIs, each acceptable",
          "[DCR-08][MCP-DCR-07][MCP-DCR-09][ATK-RU-09]") {
    constexpr auto required = "invalid_redirect_uri: redirect_uris is required";
    CHECK(refused(parse("{}")) == required);
    CHECK(redirects("[]") == required);
    CHECK(redirects("null") == required);
    constexpr auto type = "invalid_redirect_uri: redirect_uris must be an array of strings";
    CHECK(redirects("\"https://c.example/cb\"") == type);
    CHECK(redirects("[1]") == type);
    CHECK(redirects("[null]") == type);
    CHECK(redirects(R"(["https://c.example/cb","com.example.app:/cb"])") == "accepted");
    CHECK(redirects(R"~(["https://c.example/cb","javascript:alert(1)"])~") ==
          "invalid_redirect_uri: a redirect URI has a forbidden scheme");
    CHECK(redirects(R"(["http://c.example/cb"])") ==
          "invalid_redirect_uri: an http redirect URI must be a loopback one");
    CHECK(redirects(R"([""])") == "invalid_redirect_uri: a redirect URI is no absolute URI");
}

TEST_CASE("a redirect URI is kept once, and their number has a limit", "[DCR-17][ATK-RG-01]") {
    const auto twice = parse(R"({"redirect_uris":["https://c.example/","https://c.example/"]})");
    CHECK(twice->draft().redirect_uris == std::vector<std::string>{"https://c.example/"});
    auto array = "[\"https://c.example/0\""s;
    for (int i = 1; i < 16; ++i) array += ",\"https://c.example/" + std::to_string(i) + '"';
    CHECK(redirects(array + ']') == "accepted");
    CHECK(redirects(array + ",\"https://c.example/16\"]") ==
          "invalid_redirect_uri: there are too many redirect URIs");
}

TEST_CASE("MCP: without an application type it is read off the redirect URIs",
          "[MCP-DCR-04][MCP-DCR-05]") {
    const auto type_of = [](const std::string& redirects, const std::string& members) {
        return parse(R"({"redirect_uris":[)" + redirects + "]" + members + "}")
            ->draft()
            .application;
    };
    constexpr auto native = application_type::native;
    constexpr auto web = application_type::web;
    for (const std::string members :
         {"", R"(,"application_type":null)", R"(,"application_type":"desktop")"}) {
        CHECK(type_of(R"("http://127.0.0.1/cb","http://localhost/cb")", members) == native);
        CHECK(type_of(R"("com.example.app:/cb")", members) == native);
        CHECK(type_of(R"("https://c.example/cb","http://[::1]/cb")", members) == native);
        CHECK(type_of(R"("https://localhost/cb")", members) == native);
        CHECK(type_of(R"("https://c.example/cb")", members) == web);
    }
    CHECK(type_of(R"("https://c.example/cb")", R"(,"application_type":"native")") == native);
    CHECK(type_of(R"("https://c.example/cb")", R"(,"application_type":"web")") == web);
}

TEST_CASE("MCP: an impossible web application is refused, or becomes native by policy",
          "[MCP-DCR-05][MCP-DCR-12]") {
    auto coercing = standard();
    coercing.web = impossible_web::coerce_to_native;
    for (const std::string uri :
         {"http://127.0.0.1/cb", "http://localhost:1/cb", "com.example.app:/cb",
          "https://127.0.0.1/cb", "https://localhost/cb"}) {
        const auto body = R"({"application_type":"web","redirect_uris":[")" + uri + "\"]}";
        CAPTURE(uri);
        CHECK(
            refused(parse(body)) ==
            "invalid_redirect_uri: a web application needs https redirect URIs that are not local");
        const auto coerced = parse(body, coercing);
        REQUIRE(coerced);
        CHECK(coerced->draft().application == application_type::native);
    }
}

TEST_CASE("RFC 7591 §2: grant types that are not served are left out while something remains",
          "[DCR-07][ATK-RG-02][MCP-DCR-12]") {
    const auto grants = [](const std::string& array) {
        return registered(R"("grant_types":)" + array).grant_types;
    };
    using list = std::vector<std::string>;
    CHECK(grants(R"(["authorization_code","refresh_token","implicit","password"])") ==
          list{"authorization_code", "refresh_token"});
    CHECK(grants(R"(["authorization_code","urn:ietf:params:oauth:grant-type:device_code"])") ==
          list{"authorization_code"});
    CHECK(grants(R"(["authorization_code","authorization_code"])") == list{"authorization_code"});
    constexpr auto nothing = "invalid_client_metadata: no requested grant type can be registered";
    for (const auto array : {R"([])", R"(["implicit"])", R"(["password"])", R"(["refresh_token"])",
                             R"(["Authorization_Code"])", R"(["client_credentials"])",
                             R"(["urn:ietf:params:oauth:grant-type:device_code","refresh_token"])"})
        CHECK(refusal(R"("grant_types":)"s + array) == nothing);
}

TEST_CASE("OAuth 2.1 §10: implicit and password are not registered even where they are configured",
          "[BCP-07][BCP-06][ATK-RG-02]") {
    auto careless = standard();
    careless.grant_types = {"authorization_code", "implicit", "password"};
    CHECK(registered(R"("grant_types":["authorization_code","implicit","password"])", careless)
              .grant_types == std::vector<std::string>{"authorization_code"});
}

TEST_CASE("OAuth 2.1 §4.2: a public client cannot register client_credentials",
          "[OA21-TOK-12][ATK-RG-02]") {
    auto rules = standard();
    rules.grant_types.emplace_back("client_credentials");
    const auto machine = R"({"grant_types":["client_credentials"])"s;
    CHECK(refused(parse(machine + R"(,"token_endpoint_auth_method":"none"})", rules)) ==
          "invalid_client_metadata: no requested grant type can be registered");
    CHECK(registered(R"("token_endpoint_auth_method":"none",)"
                     R"("grant_types":["authorization_code","client_credentials"])",
                     rules)
              .grant_types == std::vector<std::string>{"authorization_code"});
    const auto confidential = parse(machine + "}", rules);
    REQUIRE(confidential);
    CHECK(confidential->draft().grant_types == std::vector<std::string>{"client_credentials"});
    CHECK(confidential->draft().response_types.empty());
    CHECK(confidential->draft().redirect_uris.empty());
}

TEST_CASE("RFC 7591 §2.1: response types fit the grant types", "[DCR-09]") {
    constexpr auto needs_code =
        "invalid_client_metadata: grant type authorization_code needs response type code";
    CHECK(refusal(R"("response_types":["token"])") == needs_code);
    CHECK(refusal(R"("response_types":[])") == needs_code);
    CHECK(refusal(R"("response_types":["code id_token"])") == needs_code);
    CHECK(registered(R"("response_types":["code","token"])").response_types ==
          std::vector<std::string>{"code"});

    auto rules = standard();
    rules.grant_types.emplace_back("device");
    CHECK(registered(R"("grant_types":["device"],"response_types":["code"])", rules)
              .response_types.empty());
}

TEST_CASE("RFC 7591 §2: an authentication method that is not served is refused",
          "[DCR-05][DCR-07]") {
    using method = client_authentication_method;
    constexpr auto unsupported =
        "invalid_client_metadata: token_endpoint_auth_method is not supported";
    for (const auto other : {"private_key_jwt", "client_secret_jwt", "None", "tls_client_auth"})
        CHECK(refusal(R"("token_endpoint_auth_method":")"s + other + '"') == unsupported);
    CHECK(registered(R"("token_endpoint_auth_method":"client_secret_post")").method ==
          method::client_secret_post);

    auto open = standard();
    open.methods = {method::none};
    CHECK(registered("", open).method == method::none);
    CHECK(refusal(R"("token_endpoint_auth_method":"client_secret_basic")", open) == unsupported);
    open.methods.clear();
    CHECK(refusal("", open) == unsupported);
}

TEST_CASE("RFC 7591 §2: a scope that is not offered is left out, a malformed one refused",
          "[DCR-18][ATK-RG-02][MCP-DCR-10]") {
    CHECK(registered(R"("scope":"mcp admin")").scope == scope_set{"mcp"});
    CHECK_FALSE(registered(R"("scope":"admin root")").scope);
    CHECK_FALSE(registered(R"("scope":"")").scope);
    CHECK(refusal(R"("scope":"mcp  notes:read")") == "invalid_client_metadata: scope is malformed");
    CHECK(refusal(R"("scope":"a\"b")") == "invalid_client_metadata: scope is malformed");
}

TEST_CASE("RFC 7591 §5: names hold nothing that a consent page would hide or turn around",
          "[ATK-AZ-12][ATK-AZ-13][DCR-13][OA21-GEN-08]") {
    constexpr auto hidden =
        "invalid_client_metadata: a display string holds a control or formatting character";
    for (const std::string attack : {R"(\u202Eelgoog)", R"(a\u200Bb)", R"(a\u0007)", R"(a\nb)",
                                     R"(a\u007f)", R"(a\u0085)", R"(\u200F)", R"(\u2066x\u2069)",
                                     R"(\uFEFFa)", R"(a\u2028b)", R"(\u061C)", R"(\uDB40\uDC41)"}) {
        CAPTURE(attack);
        CHECK(refusal(R"("client_name":")" + attack + '"') == hidden);
        CHECK(refusal(R"("software_version":")" + attack + '"') == hidden);
        CHECK(refusal(R"("contacts":[")" + attack + "\"]") == hidden);
    }
    for (const std::string fine :
         {R"(Caf\u00e9)", R"(\u6771\u4eac)", R"(\ud83d\udc69\u200d\ud83d\udcbb)",
          R"(\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645)", R"(<script>alert(1)</script>)",
          R"(a\u00a0b)", R"(\uFFFD)"})
        CHECK(refusal(R"("client_name":")" + fine + '"') == "accepted");
}

TEST_CASE("names, contacts and the document have limits", "[DCR-17][ATK-RG-01][ATK-AZ-12]") {
    constexpr auto too_long = "invalid_client_metadata: a display string is too long";
    CHECK(refusal("\"client_name\":" + quoted(256)) == "accepted");
    CHECK(refusal("\"client_name\":" + quoted(257)) == too_long);
    CHECK(refusal("\"contacts\":[" + quoted(257) + "]") == too_long);
    auto contacts = quoted(1);
    for (int i = 1; i < 8; ++i) contacts += "," + quoted(1);
    CHECK(refusal("\"contacts\":[" + contacts + "]") == "accepted");
    CHECK(refusal("\"contacts\":[" + contacts + ",\"x\"]") ==
          "invalid_client_metadata: there are too many contacts");

    const auto rest = document("\"x\":\"\"").size();
    CHECK(refusal("\"x\":" + quoted(16 * 1024 - rest)) == "accepted");
    CHECK(refusal("\"x\":" + quoted(16 * 1024 - rest + 1)) ==
          "invalid_client_metadata: the registration is too large");
    CHECK(refusal("\"x\":[[[[[[[]]]]]]]") == "accepted");
    CHECK(refusal("\"x\":[[[[[[[[]]]]]]]]") ==
          "invalid_client_metadata: the registration is nested too deeply");
}

TEST_CASE("MCP: the URIs of a client are http or https, and name their host plainly",
          "[MCP-DCR-13][DCR-14][ATK-RG-04]") {
    constexpr auto no_web = "invalid_client_metadata: a URI of the client is no http or https URI";
    for (const std::string member :
         {"client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri"}) {
        const auto with = [&member](const std::string& uri) {
            return refusal('"' + member + "\":\"" + uri + '"');
        };
        CAPTURE(member);
        CHECK(with("https://c.example/x?y#z") == "accepted");
        CHECK(with("http://c.example") == "accepted");
        for (const auto attack : {"javascript:alert(1)", "data:text/html,x", "file:///etc/passwd",
                                  "/logo.png", "//c.example", "https://", "https:c.example",
                                  "https://google.example@evil.example", "com.example.app:/x", "x"})
            CHECK(with(attack) == no_web);
        CHECK(with("https://c.example/" + std::string(2048 - 18, 'x')) == "accepted");
        CHECK(with("https://c.example/" + std::string(2048 - 17, 'x')) == no_web);
    }
}

TEST_CASE("RFC 7591 §2: jwks and jwks_uri exclude each other, and jwks holds public keys",
          "[DCR-10]") {
    constexpr auto private_key = "invalid_client_metadata: jwks must hold public keys only";
    const auto key = R"({"kty":"EC","crv":"P-256","x":"x","y":"y")"s;
    const auto with = [](const std::string& keys) {
        return refusal(R"("jwks":{"keys":[)" + keys + "]}");
    };
    CHECK(with(key + "}") == "accepted");
    CHECK(with("") == "accepted");
    CHECK(with(key + R"(,"d":"x"})") == private_key);
    CHECK(with(key + "}," + R"({"kty":"RSA","n":"x","e":"AQAB","p":"x"})") == private_key);
    CHECK(with(R"({"kty":"oct","k":"x"})") == private_key);
    CHECK(with(R"({"kty":"oct"})") == private_key);
    CHECK(with("{}") == private_key);
    CHECK(with("1") == private_key);
    CHECK(refusal(R"("jwks":{"keys":[]},"jwks_uri":"https://c.example/k")") ==
          "invalid_client_metadata: jwks and jwks_uri exclude each other");
    for (const auto no_set : {"[]", "{}", "1", R"({"keys":{}})"})
        CHECK(refusal(R"("jwks":)"s + no_set) == "invalid_client_metadata: jwks is no JWK Set");
}

TEST_CASE("RFC 7591 §2: a client of method none never gets a secret", "[DCR-06]") {
    const secret_digest digest{sha256("s"), std::nullopt};
    auto open = *parse(document(R"("token_endpoint_auth_method":"none")"));
    const auto made = std::move(open).issue("id1", from_unix_seconds(5), digest);
    CHECK(made.secrets.empty());
    CHECK(made.client_id == "id1");
    CHECK(made.issued_at == from_unix_seconds(5));
    const secret text{"s"};
    CHECK(registration_response(made, &text, std::nullopt).find("secret") == std::string::npos);

    auto confidential = *parse(document(""));
    CHECK(std::move(confidential).issue("id2", {}, digest).secrets.size() == 1);
}
