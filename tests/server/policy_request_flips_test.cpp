// Flips of the options that requests, registrations and consents obey.

#include "policy_flips.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

int registers(const policy& rules, const std::string& redirect, const std::string& more = {}) {
    const server s{rules};
    return registered(s, "{\"token_endpoint_auth_method\":\"none\",\"redirect_uris\":[\"" +
                             redirect + "\"]" + more + "}")
        .status;
}
const fields service{{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}};

/// Whether `service` is asked again, `later` after its user agreed and wanted to be asked no more.
bool asked_again(const policy& rules, seconds later) {
    const server s{rules};
    approval given;
    given.remember = true;
    s.approve(s.consent(service), given);
    s.clock.advance(later);
    return std::holds_alternative<consent_view>(
        s.as.authenticated(the_interaction(s.authorize(service)).ticket, s.alice()));
}

} // namespace

void flips::redirect_localhost_is_loopback() {
    const std::string url = "http://localhost:8080/cb";
    CHECK(registers(policy::mcp(), url) == 201);
    CHECK(registers(with([](policy& p) { p.redirect.localhost_is_loopback = false; }), url) == 400);
    CHECK(registers(with([](policy& p) { p.redirect.localhost_is_loopback = false; }),
                    "http://127.0.0.1:8080/cb") == 201);
}

void flips::redirect_private_use_schemes() {
    CHECK(registers(policy::mcp(), "com.example.app:/cb") == 201);
    CHECK(registers(with([](policy& p) { p.redirect.private_use_schemes = false; }),
                    "com.example.app:/cb") == 400);
}

void flips::redirect_dotless_schemes() {
    CHECK(registers(policy::strict(), "cursor://cb") == 400);
    CHECK(registers(with([](policy& p) { p.redirect.dotless_schemes = {"zed"}; }), "zed://cb") ==
          201);
    CHECK(registers(policy::mcp(), "zed://cb") == 400);
}

void flips::scope_unknown() {
    const fields extra{{"scope", "mcp unheard-of"}};
    CHECK(server{}.consent(extra).scopes == scope_set{"mcp"});
    const server strict{with([](policy& p) { p.scope.unknown = unknown_scopes::refuse; })};
    CHECK(location(strict.postponed(extra)) ==
          error_location("invalid_scope", "a requested scope is not offered"));
}

void flips::scope_registered() {
    const auto granted = [](registered_scope registered) {
        client c = web_client();
        c.scope = scope_set{"mcp"};
        const server s{config_with(c, with([&](policy& p) { p.scope.registered = registered; }))};
        return s.consent(as_web).scopes;
    };
    CHECK(granted(registered_scope::default_only) == scope_set{"mcp", "notes:write"});
    CHECK(granted(registered_scope::ceiling) == scope_set{"mcp"});
}

void flips::scope_hierarchy() {
    const auto narrowed = [](auto hierarchy) {
        const server s{config_but([&](auto& c) { c.policy.scope.hierarchy = hierarchy; })};
        return s.refresh(s.first_refresh_token(), {{"scope", "notes:read"}}).status;
    };
    using implications = std::vector<mcp_oauth::scope_hierarchy::implication>;
    CHECK(narrowed(implications{{"notes:write", "notes:read"}}) == 200);
    CHECK(narrowed(implications{}) == 400);
}

void flips::resource_missing() {
    const fields without{{"resource", ""}};
    CHECK(server{}.consent(without).resources == std::vector<std::string>{resource});
    const server s{with([](policy& p) { p.resource.missing = missing_resource::refuse; })};
    CHECK(location(s.postponed(without)) ==
          error_location("invalid_target", "resource is required"));
}

void flips::registration_access() {
    const auto status = [](mcp_oauth::registration_access access) {
        const server s{config_but([&](auto& c) {
            c.policy.registration.access = access;
            c.initial_access_token = secret{"an-initial-access-token"};
        })};
        return registered(s, plain_registration).status;
    };
    CHECK(status(mcp_oauth::registration_access::open) == 201);
    CHECK(status(mcp_oauth::registration_access::initial_access_token) == 401);
    CHECK(status(mcp_oauth::registration_access::off) == 404);
}

void flips::registration_web() {
    const std::string web = ",\"application_type\":\"web\"";
    CHECK(registers(policy::mcp(), "cursor://cb", web) == 201);
    CHECK(registers(with([](policy& p) { p.registration.web = impossible_web::refuse; }),
                    "cursor://cb", web) == 400);
}

void flips::registration_unused_lifetime() {
    const auto known = [](seconds later) {
        const server s{with([](policy& p) { p.registration.unused_lifetime = 60s; })};
        const auto id = registered_id(s);
        s.clock.advance(later);
        return std::holds_alternative<interaction>(s.authorize({{"client_id", id}}));
    };
    CHECK(known(59s));
    CHECK_FALSE(known(60s));
}

void flips::registration_tail() {
    const auto known = [](seconds tail) {
        const server s{with([&](policy& p) {
            p.registration.tail = tail;
            p.refresh.idle = p.refresh.absolute = std::chrono::hours{24 * 30};
        })};
        const fields who{{"client_id", registered_id(s)}};
        CHECK(s.redeem(s.code(who), who).status == 200);
        s.clock.advance(std::chrono::hours{24 * 30} + 60s);
        return std::holds_alternative<interaction>(s.authorize(who));
    };
    CHECK(known(61s));
    CHECK_FALSE(known(60s));
}

void flips::registration_secret_lifetime() {
    const server s{with([](policy& p) { p.registration.secret_lifetime = 60s; })};
    const std::string confidential = R"({"redirect_uris":["https://c.example/cb"]})";
    CHECK(registered(s, confidential).body.find("\"client_secret_expires_at\":1800000060,") !=
          std::string::npos);
    CHECK(registered(server{}, confidential).body.find("\"client_secret_expires_at\":0,") !=
          std::string::npos);
}

void flips::consent_remember() {
    CHECK_FALSE(asked_again(policy::mcp(), 1s));
    CHECK(asked_again(with([](policy& p) { p.consent.remember = remembered_consent::never; }), 1s));
}

void flips::consent_lifetime() {
    const auto rules = with([](policy& p) { p.consent.lifetime = 60s; });
    CHECK_FALSE(asked_again(rules, 59s));
    CHECK(asked_again(rules, 60s));
    CHECK_FALSE(asked_again(policy::mcp(), 60s));
}

void flips::consent_page_lifetime() {
    const auto open = [](seconds later) {
        const server s{with([](policy& p) { p.consent.page_lifetime = 60s; })};
        const auto view = s.consent();
        s.clock.advance(later);
        return std::holds_alternative<http_response>(s.as.approve(view.ticket, "session-1"));
    };
    CHECK(open(59s));
    CHECK_FALSE(open(60s));
}
