// Who gets a refresh token: it hangs on the client and the policy, and `offline_access` is a word
// between client and authorization server that no resource says.

#include "gates.hpp"
#include "registration.hpp"

using namespace given;

namespace {

bool has_refresh_token(const http_response& tokens) {
    REQUIRE(tokens.status == 200);
    return !member(tokens, "refresh_token").empty();
}
authorization_server_config only_for_offline_access() {
    auto c = config(policy::mcp());
    c.policy.refresh.issue = refresh_issuance::when_offline_access;
    return c;
}

} // namespace

TEST_CASE("MCP: a refresh token is had by registering for it, with offline_access or without",
          "[MCP-RFT-04][MCP-RFT-05][MCP-RFT-06][pain-4]") {
    const server s;
    const fields registered_for_it{{"client_id", registered_id(s, refreshing_registration)}};
    const fields not_registered{{"client_id", registered_id(s, plain_registration)}};
    for (const char* scope : {"mcp", "mcp offline_access", ""})
        for (const char* prompt : {"", "consent"}) {
            INFO(scope << ' ' << prompt);
            const auto tokens = [&](const fields& who) {
                return s.redeem(s.code(changed(who, {{"scope", scope}, {"prompt", prompt}})), who);
            };
            CHECK(has_refresh_token(tokens(registered_for_it)));
            CHECK_FALSE(has_refresh_token(tokens(not_registered)));
        }
}

TEST_CASE("MCP: offline_access may be asked for by who registered another scope",
          "[MCP-RFT-06][MCP-DCR-10]") {
    const std::string narrow =
        R"({"redirect_uris":["http://127.0.0.1:4711/callback"],"scope":"mcp",)"
        R"("token_endpoint_auth_method":"none","grant_types":["authorization_code",)"
        R"("refresh_token"]})";
    const server s;
    const fields who{{"client_id", registered_id(s, narrow)}};
    const auto tokens = s.redeem(s.code(changed(who, {{"scope", "mcp offline_access"}})), who);
    CHECK(member(tokens, "scope") == "mcp offline_access");
    CHECK(has_refresh_token(tokens));

    // To the letter, what was registered is a ceiling, and there is a refresh token below it.
    const server strict{policy::strict()};
    const fields same{{"client_id", registered_id(strict, narrow)}};
    CHECK(location(strict.postponed(changed(same, {{"scope", "mcp offline_access"}}))) ==
          error_location("invalid_scope", "a requested scope is not offered"));
    CHECK(has_refresh_token(strict.redeem(strict.code(changed(same, {{"scope", "mcp"}})), same)));
}

TEST_CASE("MCP: the authorization server offers offline_access, and no resource mentions it",
          "[MCP-RFT-06][MCP-RFT-07][MCP-PRM-11][pain-4]") {
    const server s;
    const auto metadata = s.as.handle(get("/.well-known/oauth-authorization-server"));
    CHECK(metadata.body.find(R"("scopes_supported":["mcp","notes:read","notes:write",)"
                             R"("offline_access"],)") != std::string::npos);
    const auto gate =
        *resource_server::beside(s.as, {{resource, {"mcp", "offline_access"}, {"mcp"}, {}, {}}},
                                 {&s.store, &s.events, &s.clock, &s.random});
    const auto token = member(s.redeem(s.code()), "access_token");
    for (const auto& answer :
         {gate.handle(get("/.well-known/oauth-protected-resource/mcp")),
          std::get<http_response>(gate.admit(gates::request(""))),
          std::get<http_response>(gate.admit(gates::request("bad"))),
          std::get<http_response>(gate.admit(gates::request(token), {"notes:none"}))}) {
        CHECK(answer.body.find("offline_access") == std::string::npos);
        for (const auto& each : answer.headers)
            CHECK(each.value.find("offline_access") == std::string::npos);
    }
}

TEST_CASE("A server that gives refresh tokens for offline_access has to offer it",
          "[CONFIG][ASM-11][pain-4]") {
    CHECK(fault_of(only_for_offline_access()).empty());
    auto never_granted = only_for_offline_access();
    never_granted.scopes_supported = {"mcp"};
    CHECK(fault_of(std::move(never_granted)) ==
          "policy.refresh.issue: when_offline_access: needs offline_access among scopes_supported");
}
