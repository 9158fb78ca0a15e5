#include <algorithm>

#include "given.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

std::string problem(const http_response& answer) { return member(answer, "error"); }

const std::string invalid_grant =
    R"({"error":"invalid_grant","error_description":"the code or token is invalid, expired or revoked"})";

} // namespace

TEST_CASE("RT-16: a code that comes back with everything right ends its grant",
          "[RT-16][OA21-CODE-04][OA21-CODE-05][ATK-TK-01][MCP-AZR-15]") {
    const given::server s;
    const auto code = s.code();
    const auto tokens = s.redeem(code);
    REQUIRE(tokens.status == 200);
    const auto second = s.redeem(code);
    CHECK(second.status == 400);
    CHECK(second.body == invalid_grant);
    CHECK(s.events.count(event_kind::code_replay) == 1);
    CHECK(s.refresh(member(tokens, "refresh_token")).body == invalid_grant);
}

TEST_CASE("RT-17: a used code with a wrong verifier, or from another client, ends nothing",
          "[RT-17][OA21-CODE-06][ATK-TK-02][D6]") {
    const given::server s;
    const auto code = s.code();
    const auto tokens = s.redeem(code);
    CHECK(problem(s.redeem(code, {{"code_verifier", std::string(43, 'a')}})) == "invalid_grant");
    CHECK(problem(s.redeem(code, {{"code_verifier", ""}})) == "invalid_grant");
    CHECK(problem(s.redeem(code, {{"redirect_uri", "https://evil.example/"}})) == "invalid_grant");
    CHECK(problem(s.redeem(code, {{"client_id", "nobody"}})) == "invalid_client");
    CHECK(problem(s.redeem(code, {{"client_id", "service"}})) == "invalid_client");
    CHECK(s.refresh(member(tokens, "refresh_token")).status == 200);
}

TEST_CASE("D5: nobody but its client, with its verifier, uses a code up",
          "[D5][OA21-CODE-07][OA21-CODE-12][ATK-TK-04][MCP-RES-10][ATK-TK-09]") {
    const given::server s;
    const auto code = s.code();
    CHECK(s.redeem(code, {{"client_id", "nope"}}).status == 401);
    CHECK(s.redeem(code, {{"client_id", "service"}}).status == 401);
    CHECK(s.redeem(code, {{"code_verifier", std::string(43, 'a')}}).status == 400);
    CHECK(s.redeem(code, {{"code_verifier", "short"}}).status == 400);
    CHECK(s.redeem(code, {{"redirect_uri", "http://127.0.0.1:9/callback"}}).status == 400);
    CHECK(s.redeem(code, {{"resource", "https://other.example/mcp"}}).status == 400);
    CHECK(s.redeem(code, {{"scope", "notes:write offline_access"}}).status == 400);
    CHECK(s.redeem(code).status == 200);
}

TEST_CASE("D7: a wrong code_verifier is invalid_grant, a malformed one invalid_request",
          "[D7][PKCE-06][PKCE-01][OA21-CODE-08][MCP-TOK-12]") {
    const given::server s;
    const auto wrong = s.redeem(s.code(), {{"code_verifier", std::string(43, 'a')}});
    CHECK(wrong.status == 400);
    CHECK(wrong.body ==
          R"({"error":"invalid_grant","error_description":"code_verifier does not match"})");
    CHECK(problem(s.redeem(s.code(), {{"code_verifier", std::string(42, 'a')}})) ==
          "invalid_request");
    CHECK(problem(s.redeem(s.code(), {{"code_verifier", std::string(129, 'a')}})) ==
          "invalid_request");
    CHECK(problem(s.redeem(s.code(), {{"code_verifier", ""}})) == "invalid_grant");
}

TEST_CASE("ATK-AZ-02: a code is no use with the verifier of another flow", "[ATK-AZ-02][PKCE-06]") {
    const given::server s;
    const auto other_challenge = "6fdkQaPm51l13DSukcAH3Mdx7_ntecHYd1vi3n0hMZY";
    const auto other_verifier = "3641a2d12d66101249cdf7a79c000c1f8c05d2aafcf14bf146497bed";
    const auto mine = s.code();
    const auto theirs = s.code({{"code_challenge", other_challenge}});
    CHECK(problem(s.redeem(mine, {{"code_verifier", other_verifier}})) == "invalid_grant");
    CHECK(problem(s.redeem(theirs)) == "invalid_grant");
    CHECK(s.redeem(theirs, {{"code_verifier", other_verifier}}).status == 200);
    CHECK(s.redeem(mine).status == 200);
}

TEST_CASE("PKCE-04: a code_challenge_method at the token endpoint is not read",
          "[PKCE-04][ATK-AZ-04]") {
    const given::server s;
    CHECK(problem(s.redeem(s.code(), {{"code_challenge_method", "plain"},
                                      {"code_verifier", challenge}})) == "invalid_grant");
    CHECK(s.redeem(s.code(), {{"code_challenge_method", "plain"}}).status == 200);
}

TEST_CASE("D9: redirect_uri may be left out, and is compared to the letter when it is sent",
          "[D9][OA21-CODE-10][MCP-TOK-13][ATK-TK-06]") {
    const given::server s;
    CHECK(s.redeem(s.code(), {{"redirect_uri", ""}}).status == 200);
    const auto other_port = s.redeem(s.code(), {{"redirect_uri", "http://127.0.0.1:1/callback"}});
    CHECK(other_port.status == 400);
    CHECK(other_port.body == R"({"error":"invalid_grant","error_description":)"
                             R"("redirect_uri differs from the one requested"})");
    const auto chosen = s.code({{"redirect_uri", "http://127.0.0.1:1/callback"}});
    CHECK(s.redeem(chosen, {{"redirect_uri", "http://127.0.0.1:1/callback"}}).status == 200);
}

TEST_CASE("D10: without a resource in the request the grant has the default one and no other",
          "[D10][RES-05][RES-07][MCP-RES-09][MCP-RES-11]") {
    const given::server s;
    const auto elsewhere =
        s.redeem(s.code({{"resource", ""}}), {{"resource", "https://other.example/mcp"}});
    CHECK(problem(elsewhere) == "invalid_target");
    const auto code = s.code({{"resource", ""}});
    CHECK(s.redeem(code, {{"resource", resource}}).status == 200);
    CHECK(s.redeem(s.code({{"resource", ""}})).status == 200);
}

TEST_CASE("MCP-RES-12: a token is for one of several granted resources",
          "[MCP-RES-12][RES-02][RES-06][AT-08]") {
    const given::server s;
    fields both = given::server::request();
    both.emplace_back("resource", "https://other.example/mcp");
    auto begun = s.as.authorize(get("/authorize?" + encode(both)));
    auto known = s.as.authenticated(std::get<interaction>(begun).ticket, s.alice());
    const auto redirect = s.approve(std::get<consent_view>(known));
    const auto code = *parameter(redirect, "code");
    auto two = given::server::redemption(code, {{"resource", resource}});
    two.emplace_back("resource", "https://other.example/mcp");
    CHECK(problem(s.token(two)) == "invalid_target");
    const auto tokens = s.redeem(code, {{"resource", "https://other.example/mcp"}});
    CHECK(tokens.status == 200);
    CHECK(s.refresh(member(tokens, "refresh_token"), {{"resource", resource}}).status == 200);
}

TEST_CASE("ATK-TK-05: a code expires at the very moment", "[ATK-TK-05][OA21-CODE-01]") {
    const given::server s;
    const auto in_time = s.code();
    s.clock.advance(60s - 1ms);
    CHECK(s.redeem(in_time).status == 200);
    const auto late = s.code();
    s.clock.advance(60s);
    CHECK(s.redeem(late).body == invalid_grant);
    CHECK(s.events.count(event_kind::code_expired) == 1);
}

TEST_CASE("ATK-TK-05: a thousand codes have one length, one alphabet and nothing in common",
          "[ATK-TK-05][OA21-GEN-04]") {
    const given::server s;
    std::vector<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        auto code = s.code();
        REQUIRE(code.rfind("mcpo_ac_", 0) == 0);
        REQUIRE(code.size() == 8 + 88);
        REQUIRE(decode_base64url(std::string_view{code}.substr(8)));
        seen.push_back(code.substr(16)); // past the key's name
    }
    std::sort(seen.begin(), seen.end());
    for (std::size_t i = 1; i < seen.size(); ++i)
        REQUIRE(seen[i].substr(0, 12) != seen[i - 1].substr(0, 12));
}

TEST_CASE("A made-up or altered code is refused before the store is asked for a grant",
          "[OA21-REF-10][ATK-TK-29][ATK-TK-10][D27]") {
    const given::server s;
    const auto code = s.code();
    const auto refresh = s.first_refresh_token();
    const auto loads = s.store.calls(testing::store_call::load);
    for (std::size_t i = 8; i < code.size(); i += 7) {
        auto altered = code;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        CHECK(problem(s.redeem(altered)) == "invalid_grant");
    }
    CHECK(problem(s.redeem("mcpo_ac_")) == "invalid_grant");
    CHECK(problem(s.redeem(refresh)) == "invalid_grant");
    CHECK(problem(s.refresh(code)) == "invalid_grant");
    CHECK(s.store.calls(testing::store_call::load) == loads);
    CHECK(s.redeem(code).status == 200);
}

TEST_CASE("OA21-CODE-03: neither the code nor any answer shows the challenge", "[OA21-CODE-03]") {
    const given::server s;
    const auto redirect = s.approve(s.consent());
    CHECK(redirect.header("Location")->find(challenge) == std::string_view::npos);
    const auto tokens = s.redeem(*parameter(redirect, "code"));
    CHECK(tokens.body.find(challenge) == std::string::npos);
}

TEST_CASE("A grant without refresh tokens works, and needs none",
          "[OA21-REF-11][MCP-RFT-04][MCP-RFT-05]") {
    auto c = config(policy::strict());
    c.clients[0].grant_types = {"authorization_code"};
    const given::server s{std::move(c)};
    const auto tokens = s.redeem(s.code());
    CHECK(tokens.status == 200);
    CHECK(member(tokens, "access_token") != "");
    CHECK(tokens.body.find("refresh_token") == std::string::npos);
}
