// What the token endpoint answers, whole; and for which of several resources a token is.
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "outcomes.hpp"

using namespace given;

namespace {

const std::string here = resource;
const std::string there = "https://other.example/mcp";

/// What lies inside a JWT, as a verifier of another make would read it.
std::string payload(const std::string& token) {
    const auto begin = token.find('.') + 1;
    return decode_base64url(token.substr(begin, token.rfind('.') - begin)).value_or("");
}

/// The audience, where it is one: a list of audiences is none.
std::string audience(const http_response& tokens) {
    const auto claims = json_document::parse(payload(member(tokens, "access_token")));
    REQUIRE(claims);
    return std::string{claims->root().string_at("aud").value_or("no audience, or several")};
}

/// A code for both resources, the one of another host named first.
std::string code_for_both(const server& s) {
    auto asked = server::request({{"resource", ""}});
    asked.emplace_back("resource", there);
    asked.emplace_back("resource", here);
    const auto begun = the_interaction(s.as.authorize(get("/authorize?" + encode(asked))));
    return parameter(s.approve(the_view(s.as.authenticated(begun.ticket, s.alice()))), "code")
        .value_or("");
}

fields for_both(fields body) {
    body = changed(std::move(body), {{"resource", here}});
    body.emplace_back("resource", there);
    return body;
}

void check_invalid_target(const http_response& answer) {
    CHECK(answer.status == 400);
    CHECK(answer.body ==
          R"({"error":"invalid_target","error_description":"resource was not granted"})");
}

} // namespace

TEST_CASE("RFC 6749 §5.1: the answer to a code and to a refresh, whole",
          "[OA21-TOK-09][OA21-TOK-10][OA21-GEN-07][BEAR-05][MCP-TOK-09]") {
    const server s{policy::strict()};
    const auto check = [](const http_response& answer, const std::string& scope) {
        const auto access = member(answer, "access_token");
        const auto refresh = member(answer, "refresh_token");
        CHECK(access.size() > 100);
        CHECK(refresh.size() == 96);
        CHECK(answer.status == 200);
        CHECK(answer.headers == headers{{"Content-Type", "application/json"},
                                        {"Cache-Control", "no-store"},
                                        {"Pragma", "no-cache"}});
        CHECK(answer.body == R"({"access_token":")" + access +
                                 R"(","token_type":"Bearer","expires_in":600,"refresh_token":")" +
                                 refresh + R"(","scope":")" + scope + "\"}");
    };
    const auto first = s.redeem(s.code());
    check(first, "mcp notes:write");
    const auto second = s.refresh(member(first, "refresh_token"), {{"scope", "mcp"}});
    check(second, "mcp");
    check(s.refresh(member(second, "refresh_token")), "mcp notes:write");

    // Where no refresh token is issued, its member is left out.
    auto c = config(policy::strict());
    c.clients[0].grant_types = {"authorization_code"};
    const server without{std::move(c)};
    const auto alone = without.redeem(without.code());
    CHECK(alone.body == R"({"access_token":")" + member(alone, "access_token") +
                            R"(","token_type":"Bearer","expires_in":600,)"
                            R"("scope":"mcp notes:write"})");
}

TEST_CASE("RFC 8707 §2.2: a narrowed resource is for one access token, the grant keeps them all",
          "[RES-04][RES-06][AT-07][OA21-REF-02][MCP-RES-12]") {
    const server s{policy::strict()};
    const auto first = s.redeem(code_for_both(s), {{"resource", there}});
    CHECK(audience(first) == there);
    const auto second = s.refresh(member(first, "refresh_token"), {{"resource", here}});
    CHECK(audience(second) == here);
    const auto third = s.refresh(member(second, "refresh_token"), {{"resource", there}});
    CHECK(audience(third) == there);
    // One that was not granted stays out of reach, whatever was narrowed to before.
    const auto head = member(third, "refresh_token");
    check_invalid_target(s.refresh(head, {{"resource", "https://third.example/mcp"}}));
    CHECK(s.refresh(head).status == 200);

    const auto narrow = s.redeem(s.code({{"resource", there}}));
    CHECK(audience(narrow) == there);
    check_invalid_target(s.refresh(member(narrow, "refresh_token"), {{"resource", here}}));
}

TEST_CASE("RFC 9068 §3: no token has two audiences, whatever is asked for",
          "[AT-08][RES-02][RES-03][BCP-09]") {
    const server s{policy::strict()};
    const auto code = code_for_both(s);
    check_invalid_target(s.token(for_both(server::redemption(code))));
    const auto tokens = s.redeem(code); // the refusal did not use it up
    CHECK(tokens.status == 200);
    CHECK((audience(tokens) == here || audience(tokens) == there));
    const auto token = member(tokens, "refresh_token");
    check_invalid_target(s.token(for_both(
        {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", "app"}})));
    const auto later = s.refresh(token);
    CHECK(later.status == 200);
    CHECK(audience(later) == audience(tokens));
    // Two spellings of one resource are one.
    auto twice = server::redemption(code_for_both(s), {{"resource", here}});
    twice.emplace_back("resource", "https://AS.example:443/mcp");
    CHECK(audience(s.token(twice)) == here);
}

TEST_CASE("RFC 8707 §2.1: without a resource there is the default one, or no grant",
          "[RES-07][RES-05][AT-07]") {
    const server strict{policy::strict()};
    CHECK(location(strict.postponed({{"resource", ""}})) ==
          error_location("invalid_target", "resource is required"));
    const server s{policy::mcp()};
    const auto tokens = s.redeem(s.code({{"resource", ""}}));
    CHECK(audience(tokens) == here);
    check_invalid_target(s.refresh(member(tokens, "refresh_token"), {{"resource", there}}));
}

TEST_CASE("OAuth 2.1 §4.1.2: no octet of the challenge is in a code or an answer, however encoded",
          "[OA21-CODE-03]") {
    const server s;
    const auto octets = decode_base64url(challenge).value_or("");
    REQUIRE(octets.size() == 32);
    const auto is_free_of_it = [&](const std::string& text) {
        return text.find(challenge) == std::string::npos && text.find(octets) == std::string::npos;
    };
    const auto redirect = s.approve(s.consent());
    const auto code = parameter(redirect, "code").value_or("");
    const auto tokens = s.redeem(code);
    REQUIRE(tokens.status == 200);
    const auto refresh = member(tokens, "refresh_token");
    for (const auto& text :
         {location(redirect), decode_base64url(code.substr(8)).value_or(challenge), tokens.body,
          payload(member(tokens, "access_token")),
          decode_base64url(refresh.substr(8)).value_or(challenge)})
        CHECK(is_free_of_it(text));
}
