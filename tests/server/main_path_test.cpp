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

TEST_CASE("MCP: clients that were configured need no registration, be they public or not",
          "[MCP-REG-02][OA21-CLI-01][OA21-CLI-05][OA21-CLI-06]") {
    auto c = config(policy::strict());
    c.policy.registration.access = registration_access::off;
    auto posting = confidential_client(client_authentication_method::client_secret_post);
    posting.client_id = "posting";
    c.clients.push_back(posting);
    const given::server s{std::move(c)};
    CHECK(s.as.handle(get("/.well-known/oauth-authorization-server"))
              .body.find("registration_endpoint") == std::string::npos);

    CHECK(s.refresh(s.first_refresh_token()).status == 200);
    const auto whole_way = [&](const std::string& id, const fields& body, const char* header) {
        const fields asked{{"client_id", id}, {"redirect_uri", "https://service.example/cb"}};
        const auto ask = [&](const fields& more) {
            auto request = post("/token", changed(changed(more, {{"client_id", ""}}), body));
            if (*header != '\0') request.headers.push_back({"Authorization", header});
            return s.as.handle(request);
        };
        const auto tokens = ask(changed(given::server::redemption(s.code(asked)), asked));
        CHECK(tokens.status == 200);
        const auto refreshed = ask(
            {{"grant_type", "refresh_token"}, {"refresh_token", member(tokens, "refresh_token")}});
        CHECK(refreshed.status == 200);
        CHECK(member(refreshed, "refresh_token") != member(tokens, "refresh_token"));
    };
    whole_way("service", {}, "Basic c2VydmljZTpzM2NyZXQ="); // service:s3cret
    whole_way("posting", {{"client_id", "posting"}, {"client_secret", "s3cret"}}, "");
}
