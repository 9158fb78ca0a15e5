// Two issuers in one process, on one store, under one secret: each is itself, and no more.
#include "mcp_oauth/server/resource_server.hpp"
#include "outcomes.hpp"

using namespace given;

namespace {

constexpr const char* first_issuer = "https://as.example/one";
constexpr const char* second_issuer = "https://as.example/two";

authorization_server issued_by(const server& s, const char* name) {
    server_ports ports{s.store};
    ports.clock = &s.clock;
    ports.random = &s.random;
    auto made = authorization_server::make(config_but([&](auto& c) { c.issuer = name; }), ports);
    REQUIRE(made);
    return std::move(*made);
}

http_response approved(const server& s, const authorization_server& as) {
    const auto begun = the_interaction(
        as.authorize(get(std::string{as.authorization_path()} + "?" + encode(server::request()))));
    const auto view = the_view(as.authenticated(begun.ticket, s.alice()));
    return the_redirect(as.approve(view.ticket, "session-1"));
}

http_response at(const authorization_server& as, const char* endpoint, const fields& body) {
    const std::string base{as.issuer().substr(std::string_view{"https://as.example"}.size())};
    return as.handle(post(base + endpoint, body));
}

fields refresh_with(const std::string& token) {
    return {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", "app"}};
}

bool lets_in(const server& s, const authorization_server& as, const std::string& token) {
    const auto gate = resource_server::beside(as, {resource_config{resource, {}, {}, {}, {}}},
                                              {&s.store, nullptr, &s.clock, nullptr});
    REQUIRE(gate);
    auto call = post("/mcp", {});
    call.headers = {{"Authorization", "Bearer " + token}};
    return std::holds_alternative<principal>(gate->admit(call));
}

} // namespace

TEST_CASE("RFC 9207 §4: two issuers of one process answer with their own iss and no other",
          "[ISS-04][ISS-01][ISS-02]") {
    const server s;
    const auto one = issued_by(s, first_issuer);
    const auto two = issued_by(s, second_issuer);
    for (const auto* const as : {&one, &two, &one}) { // in turns
        CHECK(parameter(approved(s, *as), "iss") == as->issuer());
        const auto begun =
            the_interaction(as->authorize(get(std::string{as->authorization_path()} + "?" +
                                              encode(server::request({{"scope", "unheard-of"}})))));
        const auto refused = the_redirect(as->authenticated(begun.ticket, s.alice()));
        CHECK(parameter(refused, "error") == "invalid_scope");
        CHECK(parameter(refused, "iss") == as->issuer());
        const auto document = as->handle(
            get("/.well-known/oauth-authorization-server" +
                std::string{as->issuer().substr(std::string_view{"https://as.example"}.size())}));
        CHECK(member(document, "issuer") == as->issuer());
    }
    CHECK(one.handle(get("/.well-known/oauth-authorization-server/two")).status == 404);
}

TEST_CASE("RFC 9207 §4: what one issuer gave out is nothing to the other, under one secret too",
          "[ISS-04][JBCP-04][ATK-JW-12]") {
    const server s;
    const auto one = issued_by(s, first_issuer);
    const auto two = issued_by(s, second_issuer);
    const auto code = parameter(approved(s, one), "code").value_or("");
    CHECK(member(at(two, "/token", server::redemption(code)), "error") == "invalid_grant");
    const auto tokens = at(one, "/token", server::redemption(code));
    REQUIRE(tokens.status == 200);
    const auto access = member(tokens, "access_token");
    const auto refresh = member(tokens, "refresh_token");
    CHECK(member(at(two, "/token", refresh_with(refresh)), "error") == "invalid_grant");
    // To revoke it there is to revoke garbage: acknowledged, and it works on.
    for (const auto& token : {access, refresh})
        CHECK(at(two, "/revoke", {{"token", token}, {"client_id", "app"}}).status == 200);
    CHECK(lets_in(s, one, access));
    CHECK_FALSE(lets_in(s, two, access));
    CHECK(at(one, "/token", refresh_with(refresh)).status == 200);
}
