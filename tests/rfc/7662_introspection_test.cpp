#include "mcp_oauth/rfc/7662_introspection.hpp"

#include <string>
#include <vector>

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/http_authorization.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

constexpr auto basic = client_authentication_method::client_secret_basic;
constexpr auto post = client_authentication_method::client_secret_post;
constexpr std::int64_t now = 1'800'000'000;
constexpr const char* issuer = "https://id.example";

introspection_client asking_as(std::string_view id, std::string_view password,
                               client_authentication_method method) {
    auto made = introspection_client::make(id, secret{password}, method);
    REQUIRE(made);
    return std::move(*made);
}

// An answer about a good token, with these members instead of its own or beside them.
std::string answer(const std::vector<std::pair<std::string, std::string>>& with = {}) {
    std::vector<std::pair<std::string, std::string>> members{
        {"active", "true"},
        {"iss", R"("https://id.example")"},
        {"sub", R"("alice")"},
        {"aud", R"("https://mcp.example/mcp")"},
        {"client_id", R"("app")"},
        {"scope", R"("notes mcp")"},
        {"exp", std::to_string(now + 60)},
        {"iat", std::to_string(now)},
        {"token_type", R"("Bearer")"}};
    for (const auto& [name, value] : with) {
        bool is_new = true;
        for (auto& each : members)
            if (each.first == name) each.second = value, is_new = false;
        if (is_new) members.emplace_back(name, value);
    }
    std::string text;
    for (const auto& [name, value] : members) {
        if (value.empty()) continue;
        text += text.empty() ? '{' : ',';
        text += '"' + name + "\":" + value;
    }
    return text + '}';
}

auto read_with(const std::string& text, const introspection_rules& rules,
               seconds leeway = seconds{0}, std::string_view audience = {}) {
    static const auto resource = *resource_identifier::parse("https://mcp.example/mcp");
    access_token_expectations expected{issuer, resource, from_unix_seconds(now), leeway};
    expected.audience_name = audience;
    return introspected_token::read(text, expected, rules);
}

// `good`, the fault, or `unreadable`.
std::string verdict(const std::string& text, const introspection_rules& rules = {},
                    seconds leeway = seconds{0}) {
    const auto found = read_with(text, rules, leeway);
    if (const auto* refused = std::get_if<token_refusal>(&found))
        return std::string{name(refused->fault)};
    return std::holds_alternative<verified_access_token>(found) ? "good" : "unreadable";
}
std::string verdict_of(const std::string& member, const std::string& value,
                       const introspection_rules& rules = {}) {
    return verdict(answer({{member, value}}), rules);
}

access_token_claims claims_of(const std::string& text, const introspection_rules& rules = {}) {
    auto found = read_with(text, rules);
    REQUIRE(std::holds_alternative<verified_access_token>(found));
    return std::get<verified_access_token>(std::move(found)).claims();
}

} // namespace

TEST_CASE("RFC 7662 §2.1: the token is in the form, with its hint, and the client in the header",
          "[introspection][INT-11]") {
    const auto asking = asking_as("gate", "s3cret", basic);
    CHECK(asking.form_about("tok").reveal() == "token=tok&token_type_hint=access_token");
    CHECK(asking.authorization().reveal() == "Basic Z2F0ZTpzM2NyZXQ=");
}

TEST_CASE("client ID and secret are form-encoded within Basic, whatever they hold",
          "[introspection]") {
    const std::string id = "https://gate.example/:1";
    const std::string password = "a b+c%&=:\xC3\xA9?>~";
    const auto asking = asking_as(id, password, basic);
    const auto sent = parse_credentials(asking.authorization().reveal());
    REQUIRE(sent);
    const auto both = decode_basic(sent->token);
    REQUIRE(both);
    CHECK(form_decode(both->user_id).value() == id);
    CHECK(form_decode(both->password).value() == password);
}

TEST_CASE("with client_secret_post all is in the form, and nothing in it breaks out of its value",
          "[introspection]") {
    const auto asking = asking_as("gate&x=1", "p&token=other", post);
    CHECK(asking.authorization().empty());
    const auto text = asking.form_about("a+b/c=&token=z");
    const auto sent = form::parse(text.reveal());
    REQUIRE(sent);
    CHECK(sent->parameters() == std::vector<form::parameter>{{"client_id", "gate&x=1"},
                                                             {"client_secret", "p&token=other"},
                                                             {"token", "a+b/c=&token=z"},
                                                             {"token_type_hint", "access_token"}});
}

TEST_CASE("who proves nothing may not ask", "[introspection]") {
    const auto made = [](std::string_view id, std::string_view password,
                         client_authentication_method method) {
        return introspection_client::make(id, secret{password}, method).has_value();
    };
    CHECK(made("gate", "x", basic));
    CHECK_FALSE(made("", "x", basic));
    CHECK_FALSE(made("gate", "", basic));
    CHECK_FALSE(made("gate", "x\r\nX-Other: 1", basic));
    CHECK_FALSE(made("gate\n", "x", post));
    CHECK_FALSE(made("gate", "x", client_authentication_method::none));
}

TEST_CASE("RFC 7662 §2.2: an answer about an active token tells what a JWT would",
          "[introspection][INT-11]") {
    const auto claims = claims_of(answer({{"tenant", R"("t1")"}, {"username", R"("root")"}}));
    CHECK(claims.issuer == issuer);
    CHECK(claims.subject == "alice");
    CHECK(claims.client_id == "app");
    CHECK(claims.scope == scope_set{"notes", "mcp"});
    CHECK(claims.expires_at == now + 60);
    CHECK(claims.jkt.empty());
    CHECK(claims.custom.text() == R"({"tenant":"t1"})");
    CHECK(claims_of(answer({{"iss", ""}})).issuer == issuer);
}

TEST_CASE("active is the boolean true, and nothing that looks like it", "[introspection][INT-10]") {
    CHECK(verdict(answer()) == "good");
    for (const auto* value : {"false", "\"true\"", "1", "null", "[true]", "{}", ""}) {
        INFO(value);
        CHECK(verdict_of("active", value) == "inactive");
    }
    CHECK(verdict("{}") == "inactive");
    CHECK(verdict(R"({"active":false})") == "inactive");
    CHECK(verdict(R"({"Active":true})") == "inactive");
}

TEST_CASE("what is no answer tells nothing about the token", "[introspection][INT-10]") {
    for (const auto* text : {"", "x", "true", "[]", "\"active\"", R"({"active":true)", "null",
                             R"({"active":false,"active":true})", "<html></html>",
                             R"({"active":true} )"
                             "x"})
        CHECK(verdict(text) == "unreadable");
    CHECK(verdict(answer({{"pad", '"' + std::string(9000, 'x') + '"'}})) == "unreadable");
    CHECK(verdict(answer({{"deep", "[[[[[[[[[1]]]]]]]]]"}})) == "unreadable");
    const auto whole = answer();
    const std::string room(largest_introspection - whole.size(), ' ');
    CHECK(verdict(whole + room) == "good");
    CHECK(verdict(whole + room + ' ') == "unreadable");
}

TEST_CASE("an answer for another resource, or for none, is refused",
          "[introspection][INT-11][MCP-TOK-05][AT-12]") {
    CHECK(verdict_of("aud", R"(["https://x.example","https://mcp.example/mcp"])") == "good");
    CHECK(verdict_of("aud", R"("https://mcp.example/other")") == "wrong_audience");
    CHECK(verdict_of("aud", R"(["app"])") == "wrong_audience");
    CHECK(verdict_of("aud", "") == "malformed");
    CHECK(verdict_of("aud", "[]") == "malformed");
    CHECK(verdict_of("aud", "7") == "malformed");
}

TEST_CASE("where the issuer answers for the audience it may leave it out, but not name another",
          "[introspection][INT-11][MCP-TOK-05]") {
    introspection_rules rules;
    rules.audience = absent_member::accepted;
    CHECK(verdict_of("aud", "", rules) == "good");
    CHECK(verdict_of("aud", "[]", rules) == "malformed");
    CHECK(verdict_of("aud", "null", rules) == "malformed");
    CHECK(verdict_of("aud", R"("")", rules) == "wrong_audience");
    CHECK(verdict_of("aud", R"("https://mcp.example/other")", rules) == "wrong_audience");
}

TEST_CASE("an issuer may know the resource by a name of its own", "[introspection][INT-11]") {
    const auto named = [](const std::string& audience) {
        return std::holds_alternative<verified_access_token>(
            read_with(answer({{"aud", audience}}), {}, seconds{0}, "api://notes"));
    };
    CHECK(named(R"("api://notes")"));
    CHECK_FALSE(named(R"("api://notes/")"));
    CHECK_FALSE(named(R"("https://mcp.example/mcp")"));
}

TEST_CASE("an answer that names another issuer is refused", "[introspection][INT-11][JBCP-04]") {
    for (const auto* other :
         {R"("https://evil.example")", R"("https://id.example/")", R"("https://ID.example")"})
        CHECK(verdict_of("iss", other) == "wrong_issuer");
    CHECK(verdict_of("iss", R"("")") == "malformed");
    CHECK(verdict_of("iss", "7") == "malformed");
}

TEST_CASE("times are checked here too, to the second and with leeway",
          "[introspection][INT-11][INT-09]") {
    const auto at = [](const char* member, std::int64_t time, seconds leeway = seconds{0}) {
        return verdict(answer({{member, std::to_string(now + time)}}), {}, leeway);
    };
    CHECK(at("exp", 1) == "good");
    CHECK(at("exp", 0) == "expired");
    CHECK(at("exp", -29, seconds{30}) == "good");
    CHECK(at("exp", -30, seconds{30}) == "expired");
    CHECK(at("nbf", 0) == "good");
    CHECK(at("nbf", 1) == "not_yet_valid");
    CHECK(at("nbf", 30, seconds{30}) == "good");
    CHECK(at("nbf", 31, seconds{30}) == "not_yet_valid");
    for (const auto* text : {"", "\"1800000060\"", "null", "-1", "1e30"})
        CHECK(verdict_of("exp", text) == "malformed");
    CHECK(verdict_of("iat", "\"now\"") == "malformed");
}

TEST_CASE("nobody is the subject where the answer names none", "[introspection][INT-11]") {
    CHECK(verdict_of("sub", "") == "malformed");
    CHECK(verdict(answer({{"sub", ""}, {"username", R"("alice")"}})) == "malformed");
    CHECK(verdict_of("sub", R"("")") == "malformed");
    CHECK(verdict_of("sub", "7") == "malformed");
}

TEST_CASE("a refresh token that is active is no access token", "[introspection][INT-11]") {
    // RFC 7662 §2.2 gives a type to access tokens only; some issuers name the other kind.
    CHECK(verdict_of("token_type", "") == "wrong_type");
    for (const auto* type : {R"("Refresh")", R"("refresh_token")", R"("ID")", R"("N_A")", R"("")",
                             R"("mac")", "null", "7", R"(["Bearer"])"})
        CHECK(verdict_of("token_type", type) == "wrong_type");
    CHECK(verdict_of("token_type", R"("bearer")") == "good");

    introspection_rules rules;
    rules.token_type = absent_member::accepted;
    CHECK(verdict_of("token_type", "", rules) == "good");
    CHECK(verdict_of("token_type", R"("Refresh")", rules) == "wrong_type");
    CHECK(verdict_of("token_type", "null", rules) == "wrong_type");
}

TEST_CASE("RFC 9449 §6.2: a binding is read from the answer, and one that is not known refused",
          "[introspection][INT-11][DPOP-16]") {
    const std::string jkt = R"({"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})";
    const auto bound = claims_of(answer({{"cnf", jkt}, {"token_type", R"("DPoP")"}}));
    CHECK(bound.jkt == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    // The key counts, whatever the type says.
    CHECK_FALSE(claims_of(answer({{"cnf", jkt}})).jkt.empty());
    CHECK(verdict_of("token_type", R"("DPoP")") == "wrong_type");
    CHECK(verdict_of("cnf", R"({"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})") ==
          "malformed");
    CHECK(verdict_of("cnf", R"({"jkt":"x","x5t#S256":"y"})") == "malformed");
    for (const auto* odd : {"{}", "null", "[]", R"({"jkt":""})", R"({"jkt":7})"})
        CHECK(verdict_of("cnf", odd) == "malformed");
}

TEST_CASE("scopes of an answer are one string, as providers write it or as an array",
          "[introspection][INT-11]") {
    CHECK(claims_of(answer({{"scope", ""}})).scope.empty());
    CHECK(claims_of(answer({{"scope", R"("")"}})).scope.empty());
    CHECK(claims_of(answer({{"scope", R"(["notes"])"}})).scope == scope_set{"notes"});
    CHECK(verdict_of("scope", "7") == "malformed");
    CHECK(verdict_of("scope", R"("a\"b")") == "malformed");
}
