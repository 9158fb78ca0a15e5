// Who may register, how often, how much, and for how long it lasts.

#include "registration.hpp"

using namespace given;
using namespace std::chrono_literals;
using testing::store_call;
using testing::store_fault;

namespace {

authorization_server_config by_invitation() {
    return config_but([](auto& c) {
        c.policy.registration.access = registration_access::initial_access_token;
        c.initial_access_token = secret{"an-initial-access-token"};
    });
}
http_response invited(const server& s, const std::vector<std::string>& authorization) {
    auto request = registration_request(plain_registration);
    for (const auto& each : authorization) request.headers.push_back({"Authorization", each});
    return s.as.handle(request);
}
fields as(const std::string& id) { return {{"client_id", id}}; }

} // namespace

TEST_CASE("RFC 7591 §3: who needs an invitation and has none is challenged as RFC 6750 says",
          "[DCR-02][BEAR-01]") {
    const server s{by_invitation()};
    const auto body = error_body("invalid_token", "an initial access token is required");
    const auto without = invited(s, {});
    CHECK(without.status == 401);
    CHECK(without.headers == headers{{"Content-Type", "application/json"},
                                     {"Cache-Control", "no-store"},
                                     {"Pragma", "no-cache"},
                                     {"WWW-Authenticate", "Bearer realm=\"registration\""}});
    CHECK(without.body == body);
    for (const char* wrong : {"Bearer wrong", "Bearer an-initial-access-toke", "bearer x",
                              "Bearer an-initial-access-token2"}) {
        const auto refused = invited(s, {wrong});
        CHECK(refused.status == 401);
        CHECK(refused.header("WWW-Authenticate") ==
              "Bearer realm=\"registration\", error=\"invalid_token\"");
        CHECK(refused.body == body);
    }
    for (const std::vector<std::string>& none :
         {std::vector<std::string>{"Basic an-initial-access-token"},
          {"an-initial-access-token"},
          {"Bearer"},
          {""},
          {"Bearer an-initial-access-token", "Bearer an-initial-access-token"}})
        CHECK(invited(s, none).status == 401);
    CHECK(s.store.calls() == 0);
    CHECK(invited(s, {"Bearer an-initial-access-token"}).status == 201);
    CHECK(invited(s, {"bEARER an-initial-access-token"}).status == 201);
    CHECK(s.events.count(event_kind::request_refused) == 10);
}

TEST_CASE("Registration that is off is neither served nor advertised", "[MCP-DCR-02][ASM-11]") {
    auto rules = policy::mcp();
    rules.registration.access = registration_access::off;
    const server s{rules};
    const auto response = registered(s, plain_registration);
    CHECK(response.status == 404);
    CHECK(response.body == error_body("invalid_request", "there is no such endpoint"));
    for (const auto& each : s.as.endpoints()) CHECK(each.path != "/register");
    CHECK(s.store.calls() == 0);
}

TEST_CASE("A flood of registrations is slowed down, source by source",
          "[DCR-02][ATK-RG-01][MCP-DCR-11][pain-23]") {
    memory_attempt_limiter::rates rates;
    rates.registration = attempt_rate{2, 2};
    memory_attempt_limiter limiter{rates};
    const server s{config(policy::mcp()), &limiter};
    CHECK(registered(s, plain_registration).status == 201);
    CHECK(registered(s, "nonsense").status == 400); // counts as well
    const auto calls = s.store.calls();
    const auto slow = registered(s, plain_registration);
    CHECK(slow.status == 429);
    CHECK(slow.headers == headers{{"Content-Type", "application/json"},
                                  {"Cache-Control", "no-store"},
                                  {"Pragma", "no-cache"},
                                  {"Retry-After", "30"}});
    CHECK(slow.body == error_body("temporarily_unavailable", "too many attempts"));
    CHECK(s.store.calls() == calls);
    // One event for one refusal: the flood, and before it the nonsense.
    CHECK(s.events.count(event_kind::throttled) == 1);
    CHECK(s.events.count(event_kind::request_refused) == 1);
    auto elsewhere = registration_request(plain_registration);
    elsewhere.source = "198.51.100.7";
    CHECK(s.as.handle(elsewhere).status == 201);
    s.clock.advance(29'999ms);
    CHECK(registered(s, plain_registration).status == 429);
    s.clock.advance(1ms);
    CHECK(registered(s, plain_registration).status == 201);
}

TEST_CASE("A registration is read up to each limit, and refused one past it",
          "[DCR-17][ATK-RG-01]") {
    auto rules = policy::mcp();
    rules.limits.body = 2000;
    rules.limits.redirect_uris = 3;
    rules.limits.json_depth = 4;
    rules.limits.redirect_uri = 40;
    const server s{rules};
    const auto padded = [](std::size_t size) {
        return plain_registration + std::string(size - plain_registration.size(), ' ');
    };
    CHECK(registered(s, padded(2000)).status == 201);
    const auto large = registered(s, padded(2001));
    CHECK(large.status == 413);
    CHECK(large.body == error_body("invalid_client_metadata", "the document is too large"));
    CHECK(registered(s, std::string(1'000'000, '[')).status == 413);

    const auto redirects = [](int count) {
        std::string list;
        for (int i = 0; i < count; ++i)
            list += (i ? "," : "") + ("\"https://c.example/" + std::to_string(i)) + "\"";
        return "{\"redirect_uris\":[" + list + "]}";
    };
    CHECK(registered(s, redirects(3)).status == 201);
    CHECK(registered(s, redirects(4)).body ==
          error_body("invalid_redirect_uri", "there are too many redirect URIs"));
    const auto nested = [](std::size_t depth) {
        return R"({"redirect_uris":["https://c.example/cb"],"x":)" + std::string(depth, '[') +
               std::string(depth, ']') + "}";
    };
    CHECK(registered(s, nested(3)).status == 201);
    CHECK(registered(s, nested(4)).body ==
          error_body("invalid_client_metadata", "the registration is nested too deeply"));
    const auto long_one = [](std::size_t size) {
        return R"({"redirect_uris":["https://c.example/)" + std::string(size - 18, 'x') + "\"]}";
    };
    CHECK(registered(s, long_one(40)).status == 201);
    CHECK(registered(s, long_one(41)).body ==
          error_body("invalid_redirect_uri", "a redirect URI is too long"));
}

TEST_CASE("A registration that is never used ends, to the millisecond, with a page and a 401",
          "[DCR-17][MCP-DCR-11][pain-5][pain-7][MCP-ERR-06][D30]") {
    const server s;
    const auto id = registered_id(s);
    s.clock.advance(std::chrono::hours{24} - 1ms);
    CHECK(s.consent(as(id)).client_id == id);
    const auto code = s.code(as(id));
    s.clock.advance(1ms);
    check_page(s.authorize(as(id)), 400, error_code::invalid_client); // the record is still there
    const auto late = s.redeem(code, as(id));
    CHECK(late.status == 401);
    CHECK(late.body == error_body("invalid_client", "client authentication failed"));
}

TEST_CASE("A registration that is used outlives its last refresh token by the tail",
          "[DCR-17][pain-5][pain-6]") {
    auto rules = policy::mcp();
    rules.registration.unused_lifetime = 100s;
    rules.registration.tail = 50s;
    rules.refresh.absolute = 1000s;
    rules.refresh.idle = 1000s;
    const server s{rules};
    const auto id = registered_id(s, R"({"redirect_uris":["http://127.0.0.1:4711/callback"],)"
                                     R"("token_endpoint_auth_method":"none",)"
                                     R"("grant_types":["authorization_code","refresh_token"]})");
    const auto tokens = s.redeem(s.code(as(id)), as(id));
    CHECK(tokens.status == 200);
    s.clock.advance(999s);
    CHECK(s.refresh(member(tokens, "refresh_token"), as(id)).status == 200);
    s.clock.advance(51s - 1ms);
    CHECK(s.consent(as(id)).client_id == id);
    s.clock.advance(1ms);
    check_page(s.authorize(as(id)), 400, error_code::invalid_client);

    // The store is told the same, so it cleans nothing away that is alive.
    const auto kept = s.store.load(std::string{issuer} + "#client/" + id);
    CHECK((*kept)->expires_at == s.clock.now());
}

TEST_CASE("Whether a registration was written must be known, or it counts as an outage",
          "[MCP-ERR-07][UNKNOWN]") {
    for (const auto fault : {store_fault::unavailable, store_fault::unknown_written,
                             store_fault::unknown_lost, store_fault::unknown_late}) {
        const server s;
        s.store.fail(store_call::create, 1, fault);
        const auto response = registered(s, plain_registration);
        CHECK(response.status == 503);
        CHECK(response.headers == headers{{"Content-Type", "application/json"},
                                          {"Cache-Control", "no-store"},
                                          {"Pragma", "no-cache"},
                                          {"Retry-After", "1"}});
        CHECK(response.body == error_body("temporarily_unavailable", "try again in a moment"));
        CHECK(s.events.count(event_kind::client_registered) == 0);
        CHECK(registered(s, plain_registration).status == 201);
    }
    const server s;
    for (const std::uint64_t left : {0U, 1U, 2U}) {
        s.random.fail_after(left);
        CHECK(registered(s, plain_registration).status == 503);
        s.random.recover();
    }
    CHECK(s.store.calls() == 0);
}

TEST_CASE("A registered scope that is not offered any more is left out, and none is not every one",
          "[DCR-18][OA21-AUTHZ-18]") {
    const server before{policy::strict()};
    const auto reader =
        as(registered_id(before, R"({"redirect_uris":["http://127.0.0.1:4711/callback"],)"
                                 R"("token_endpoint_auth_method":"none","scope":"notes:read"})"));
    const auto asked_later = [&](policy rules, const fields& scope) {
        auto c = config(std::move(rules));
        c.scopes_supported = {"mcp", "notes:write"};
        c.policy.scope.hierarchy.clear();
        server_ports ports{before.store};
        ports.clock = &before.clock;
        auto made = authorization_server::make(std::move(c), ports);
        REQUIRE(made.has_value());
        const auto begun = the_interaction(made->authorize(
            get("/authorize?" + encode(changed(changed(server::request(), reader), scope)))));
        return made->authenticated(begun.ticket, before.alice());
    };
    for (const char* scope : {"", "mcp", "notes:read"}) {
        INFO(scope);
        const auto redirect = the_redirect(asked_later(policy::strict(), {{"scope", scope}}));
        CHECK(parameter(redirect, "error") == "invalid_scope");
    }
    CHECK(the_view(asked_later(policy::mcp(), {{"scope", ""}})).scopes == scope_set{"mcp"});
}

TEST_CASE("OAuth 2.1: a registered scope bounds what the client gets where the policy says so",
          "[DCR-18][ATK-RG-02][MCP-DCR-10]") {
    const std::string reader = R"({"redirect_uris":["http://127.0.0.1:4711/callback"],)"
                               R"("token_endpoint_auth_method":"none","scope":"notes:read"})";
    const server strict{policy::strict()};
    auto with = as(registered_id(strict, reader));
    CHECK(parameter(strict.postponed(with), "error") == "invalid_scope");
    with.emplace_back("scope", "");
    CHECK(strict.consent(with).scopes == scope_set{"notes:read"});
    with = as(registered_id(strict)); // no scope: anything on offer
    CHECK(strict.consent(with).scopes == scope_set{"mcp", "notes:write"});

    const server mcp;
    with = as(registered_id(mcp, reader));
    CHECK(mcp.consent(with).scopes == scope_set{"mcp", "notes:write"});
    with.emplace_back("scope", "");
    CHECK(mcp.consent(with).scopes == scope_set{"notes:read"});
}
