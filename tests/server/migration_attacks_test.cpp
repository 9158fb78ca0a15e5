// What no migration softens: downgrades of those who use PKCE, grants that OAuth 2.1 took out, and
// redirects that no registration vouches for.
#include "migration.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

std::string document(const server& s) {
    return s.as.handle(get("/.well-known/oauth-authorization-server")).body;
}
constexpr const char* only_s256 = R"("code_challenge_methods_supported":["S256"],)";
constexpr const char* plain_too = R"("code_challenge_methods_supported":["S256","plain"],)";
bool says(const server& s, const char* what) { return document(s).find(what) != std::string::npos; }

} // namespace

TEST_CASE("ATK-AZ-03: a verifier for a code without a challenge is refused, and the code is safe",
          "[migration][ATK-AZ-03][BCP-04][OA21-CODE-08]") {
    const server s{migrating()};
    const auto code = s.code(without_pkce);
    const auto answer = s.redeem(code);
    CHECK(answer.status == 400);
    CHECK(answer.body == error_body("invalid_request", "the code is bound to no challenge"));
    CHECK(s.redeem(code, {{"code_verifier", ""}}).status == 200);
}

TEST_CASE("BCP-03: who sent a challenge has to prove it, whatever is softened",
          "[migration][BCP-03][PKCE-06]") {
    const server s{migrating()};
    for (const auto& sent : {fields{}, with_plain}) {
        const auto code = s.code(sent);
        const auto missing = s.redeem(code, {{"code_verifier", ""}});
        CHECK(missing.body == error_body("invalid_grant", "code_verifier is required"));
        const auto wrong = s.redeem(code, {{"code_verifier", std::string(43, 'a')}});
        CHECK(wrong.body == error_body("invalid_grant", "code_verifier does not match"));
        CHECK(s.redeem(code).status == 200);
    }
}

TEST_CASE("ATK-AZ-04: an S256 challenge is no plain one, and the reverse",
          "[migration][ATK-AZ-04][PKCE-04]") {
    const server s{migrating()};
    const auto hashed = s.code();
    CHECK(s.redeem(hashed, {{"code_verifier", challenge}, {"code_challenge_method", "plain"}})
              .status == 400);
    // Taken for plain, the challenge itself is the verifier, and its preimage is none.
    const auto plain = s.code({{"code_challenge_method", "plain"}});
    CHECK(s.redeem(plain).status == 400);
    CHECK(s.redeem(plain, {{"code_verifier", challenge}}).status == 200);
}

TEST_CASE("A missing method means plain, and other methods are refused as ever",
          "[migration][OA21-AUTHZ-15][PKCE-05][PKCE-08]") {
    const server s{migrating()};
    CHECK(s.redeem(s.code({{"code_challenge", verifier}, {"code_challenge_method", ""}})).status ==
          200);
    for (const auto* const method : {"s256", "PLAIN", "Plain", "S512", "none"})
        CHECK(location(s.postponed({{"code_challenge_method", method}})) ==
              error_location("invalid_request", "code_challenge_method is not supported"));
}

TEST_CASE("A plain challenge has the grammar of a verifier", "[migration][PKCE-02]") {
    const server s{migrating()};
    const auto sent = [&](std::string text) {
        return is_served(s,
                         {{"code_challenge", std::move(text)}, {"code_challenge_method", "plain"}});
    };
    CHECK(sent(std::string(43, '~')));
    CHECK(sent(std::string(128, '.')));
    CHECK_FALSE(sent(std::string(42, 'a')));
    CHECK_FALSE(sent(std::string(129, 'a')));
    CHECK_FALSE(sent(std::string(42, 'a') + "="));
    CHECK_FALSE(sent(std::string(42, 'a') + " "));
}

TEST_CASE("A method without a challenge is no old client's", "[migration][OA21-AUTHZ-14]") {
    const server s{migrating()};
    for (const auto* const method : {"S256", "plain", "x"})
        CHECK(location(s.postponed({{"code_challenge", ""}, {"code_challenge_method", method}})) ==
              error_location("invalid_request", "code_challenge is required"));
    CHECK(would_be_refused(s).empty());
}

TEST_CASE("PKCE-07: a plain challenge lies in no record, and in no redirect",
          "[migration][PKCE-07][OA21-CODE-03]") {
    const server s{migrating()};
    const auto redirect = s.approve(s.consent(with_plain));
    CHECK(location(redirect).find(verifier) == std::string::npos);
    for (const auto& each : records(s, record_kind::grant, owned_by_alice))
        CHECK(each.body.find(verifier) == std::string::npos);
}

TEST_CASE("A code without a challenge is judged again when it is redeemed",
          "[migration][OA21-CODE-09]") {
    const auto redeemed = [](milliseconds later) {
        const server probe;
        auto p = policy::migration();
        p.legacy.pkce_missing.until = probe.clock.now() + 10s;
        const server s{migrating(std::move(p))};
        const auto code = s.code(without_pkce);
        s.clock.advance(later);
        return s.redeem(code, {{"code_verifier", ""}});
    };
    CHECK(redeemed(10s - 1ms).status == 200);
    CHECK(redeemed(10s).body == error_body("invalid_grant", "the code is bound to no challenge"));
}

TEST_CASE("A code without a challenge works once, for its client, and names its issuer",
          "[migration][OA21-CODE-05][OA21-CODE-07][ISS-01]") {
    const server s{migrating()};
    const auto redirect = s.approve(s.consent(without_pkce));
    CHECK(parameter(redirect, "iss") == issuer);
    CHECK(parameter(redirect, "state") == "xyz");
    const auto code = *parameter(redirect, "code");
    const fields plain{{"code_verifier", ""}};
    CHECK(s.redeem(code, changed(plain, {{"client_id", "scoped"}})).status == 400);
    CHECK(s.redeem(code, changed(plain, {{"redirect_uri", "https://evil.example"}})).status == 400);
    const auto tokens = s.redeem(code, plain);
    CHECK(tokens.status == 200);
    CHECK(s.redeem(code, plain).status == 400);
    CHECK(s.events.count(event_kind::code_replay) == 1);
    CHECK(s.refresh(member(tokens, "refresh_token")).status == 400);
}

TEST_CASE("Neither the implicit nor the password grant is ever served",
          "[migration][BCP-06][BCP-07][ATK-AZ-15][MCP-AZR-01]") {
    const server s{migrating()};
    for (const auto* const type : {"token", "code token", "token code", "id_token", "none"})
        CHECK(location(s.postponed(changed(without_pkce, {{"response_type", type}}))) ==
              error_location("unsupported_response_type", "response_type must be code"));
    for (const auto* const type : {"password", "implicit", "client_credentials"})
        CHECK(s.token({{"grant_type", type},
                       {"client_id", "app"},
                       {"username", "alice"},
                       {"password", "wonderland"}})
                  .body == error_body("unsupported_grant_type", "the grant type is not supported"));
    CHECK(would_be_refused(s).empty());
    CHECK(says(s, R"("response_types_supported":["code"],)"));
    CHECK(says(s, R"("grant_types_supported":["authorization_code","refresh_token"],)"));
}

TEST_CASE("A redirect that no registration vouches for ends on a page, whatever is softened",
          "[migration][OA21-AUTHZ-09][ATK-RU-01][MCP-AZR-08]") {
    const server s{migrating()};
    for (const auto* const target :
         {"https://evil.example/", "http://127.0.0.1:4711/callback/x", "http://evil.example/",
          "http://localhost:4711/callback", "cursor://callback", "javascript:alert(1)"})
        check_page(s.authorize(changed(without_pkce, {{"redirect_uri", target}})), 400,
                   error_code::invalid_request);
    check_page(s.authorize({{"client_id", "editor"}, {"redirect_uri", "cursor://elsewhere"}}), 400,
               error_code::invalid_request);
    for (const auto* const target : {"http://evil.example/", "zed://cb", "javascript:alert(1)"})
        CHECK(registered(s, "{\"redirect_uris\":[\"" + std::string{target} + "\"]}").status == 400);
    CHECK(would_be_refused(s).empty());
}

TEST_CASE("Metadata lists plain exactly while somebody may use it",
          "[migration][ASM-08][ASM-11][PKCE-07]") {
    for (const auto& p : {policy{}, policy::strict(), policy::mcp()})
        CHECK(says(server{p}, only_s256));
    CHECK(says(server{policy::migration()}, plain_too));
    auto p = policy::migration();
    p.legacy.pkce_plain.mode = migration_mode::off;
    CHECK(says(server{p}, only_s256));
    p.legacy.pkce_plain = {migration_mode::report, server{}.clock.now() + 10s, {"app"}};
    const server s{p};
    CHECK(says(s, plain_too));
    s.clock.advance(10s - 1ms);
    CHECK(says(s, plain_too));
    s.clock.advance(1ms);
    CHECK(says(s, only_s256));
}

TEST_CASE("D9: a client marked as OAuth 2.0 has to repeat the redirect_uri that it sent",
          "[migration][D9][OA21-CODE-10]") {
    auto p = policy::migration();
    p.legacy.oauth_2_0_clients = {"app"};
    const server s{migrating(p)};
    const auto code = s.code();
    CHECK(s.redeem(code, {{"redirect_uri", ""}}).body ==
          error_body("invalid_request", "redirect_uri is required"));
    CHECK(s.redeem(code, {{"redirect_uri", "http://127.0.0.1:1/callback"}}).status == 400);
    CHECK(s.redeem(code).status == 200);
    // RFC 6749 §4.1.3: "if the redirect_uri parameter was included in the authorization request"
    CHECK(s.redeem(s.code({{"redirect_uri", ""}}), {{"redirect_uri", ""}}).status == 200);
    const fields other{{"client_id", "scoped"}, {"scope", "mcp"}};
    CHECK(s.redeem(s.code(other), {{"client_id", "scoped"}, {"redirect_uri", ""}}).status == 200);
}

TEST_CASE("A confidential client without PKCE still has to authenticate",
          "[migration][OA21-CLI-02]") {
    const server s{migrating()};
    const fields service{{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}};
    const auto code = s.code(changed(without_pkce, service));
    auto body = server::redemption(code, {{"client_id", "service"},
                                          {"redirect_uri", "https://service.example/cb"},
                                          {"code_verifier", ""}});
    CHECK(s.token(body).status == 401);
    body = changed(body, {{"client_id", ""}});
    auto request = post("/token", body);
    request.headers.push_back({"Authorization", "Basic c2VydmljZTpzM2NyZXQ="});
    CHECK(s.as.handle(request).status == 200);
}
