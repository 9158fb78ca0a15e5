#include "given.hpp"

using namespace given;

TEST_CASE("A client discovers, asks, is approved, redeems and refreshes",
          "[MCP-TOK-09][RT-01][OA21-AUTHZ-20][ISS-01]") {
    const given::server s;
    const auto view = s.consent();
    CHECK(view.client_id == "app");
    CHECK(view.client_name == "An app");
    CHECK(view.redirect_host == "127.0.0.1");
    CHECK(view.redirect_is_local);
    CHECK(view.scopes == scope_set{"mcp", "notes:write"});
    CHECK(view.resources == std::vector<std::string>{resource});

    const auto redirect = s.approve(view);
    CHECK(redirect.status == 303);
    CHECK(parameter(redirect, "state") == "xyz");
    CHECK(parameter(redirect, "iss") == issuer);

    const auto tokens = s.redeem(*parameter(redirect, "code"));
    CHECK(tokens.status == 200);
    CHECK(member(tokens, "token_type") == "Bearer");
    CHECK(member(tokens, "scope") == "mcp notes:write");
    CHECK(tokens.header("Cache-Control") == "no-store");

    const auto first = member(tokens, "refresh_token");
    const auto refreshed = s.refresh(first);
    CHECK(refreshed.status == 200);
    CHECK(member(refreshed, "refresh_token") != first);
    CHECK(member(refreshed, "scope") == "mcp notes:write");
}
