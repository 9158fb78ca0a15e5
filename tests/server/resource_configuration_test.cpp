// What the operator may get wrong, told at start-up; and a gate beside its authorization server.
#include "gates.hpp"

using namespace gates;

namespace {

template <class Change> std::string fault(Change change) {
    auto c = config();
    memory_store store;
    resource_server_ports ports;
    ports.store = &store;
    change(c, ports);
    const auto made = resource_server::make(std::move(c), ports);
    if (made) return {};
    CHECK(!made.error().problem.empty());
    return made.error().member;
}
std::string fault_of_resource(resource_config r) {
    return fault([&](auto& c, auto&) { c.resources = {std::move(r)}; });
}
std::string beside_fault(const given::server& s, std::vector<resource_config> resources) {
    const auto made = resource_server::beside(s.as, std::move(resources), {});
    return made ? std::string{} : made.error().member;
}
resource_server gate_beside(const given::server& s) {
    return *resource_server::beside(s.as, {{given::resource, {}, {"mcp"}, {}, {}}},
                                    {&s.store, &s.events, &s.clock, &s.random});
}
std::string access_token(const given::server& s, const given::fields& with = {}) {
    return given::member(s.redeem(s.code(with)), "access_token");
}

} // namespace

TEST_CASE("the usual configuration is fine, and needs no port", "[gate][config]") {
    CHECK(fault([](auto&, auto&) {}).empty());
    CHECK(fault([](auto&, auto& ports) { ports = {}; }).empty());
    CHECK(fault([](auto& c, auto&) { c.secrets.clear(); }).empty());
}

TEST_CASE("an issuer is https, or http on this machine, and another's may end in a slash",
          "[gate][config][MCP-TOK-06]") {
    const auto with = [](std::string tried) {
        return fault([&](auto& c, auto&) { c.issuer = std::move(tried); });
    };
    for (const auto* const good : {"https://idp.example", "https://idp.example/",
                                   "https://idp.example/tenant", "http://localhost:8080"})
        CHECK(with(good).empty());
    for (const auto* const bad : {"", "idp.example", "http://idp.example", "https://", "https:///x",
                                  "https://idp.example?x", "https://idp.example#x",
                                  "https://a@idp.example", "ftp://idp.example"})
        CHECK(with(bad) == "issuer");
}

TEST_CASE("a resource is an https URL without a fragment",
          "[gate][config][PRM-01][MCP-PRM-12][D24]") {
    CHECK(fault_of_resource({"http://localhost:3000/mcp", {}, {}, {}, {}}).empty());
    for (const auto* const bad : {"", "mcp", "http://mcp.example/mcp", "https://mcp.example/mcp#x",
                                  "https://a@mcp.example/mcp", "urn:mcp"})
        CHECK(fault_of_resource({bad, {}, {}, {}, {}}) == "resources[0].identifier");
    CHECK(fault([](auto& c, auto&) { c.resources.clear(); }) == "resources");
}

TEST_CASE("two resources do not have their documents in one place",
          "[gate][config][PRM-04][ATK-DS-02]") {
    for (const auto* const second :
         {"https://mcp.example/mcp", "https://mcp.example/mcp/", "https://other.example/mcp",
          "https://mcp.example/mcp?tenant=1", "https://MCP.example/mcp"})
        CHECK(fault([&](auto& c, auto&) { c.resources[1].identifier = second; }) ==
              "resources[1].identifier");
}

TEST_CASE("scopes are scope tokens", "[gate][config][OA21-RS-09]") {
    for (const std::string bad : {"", "a b", "a\"b", "a\\b", "\xC3\xA9"}) {
        CHECK(fault_of_resource({notes, {"mcp", bad}, {}, {}, {}}) ==
              "resources[0].scopes_supported");
        CHECK(fault_of_resource({notes, {}, {"mcp", bad}, {}, {}}) ==
              "resources[0].baseline_scopes");
    }
}

TEST_CASE("each format needs what verifies it", "[gate][config]") {
    CHECK(fault([](auto& c, auto&) { c.keys.clear(); }) == "keys");
    const auto opaque = [](auto& c) { c.policy.access_token.format = access_token_format::opaque; };
    CHECK(fault([&](auto& c, auto&) {
              opaque(c);
              c.keys.clear();
          }).empty());
    CHECK(fault([&](auto& c, auto&) {
              opaque(c);
              c.secrets.clear();
          }) == "secrets");
}

TEST_CASE("secrets are good ones or none", "[gate][config][OA21-GEN-04]") {
    CHECK(fault([](auto& c, auto&) { c.secrets.push_back(the_secret()); }) == "secrets");
    CHECK(fault([](auto& c, auto&) { c.secrets[0].octets = secret{std::string(31, 's')}; }) ==
          "secrets");
    CHECK(fault([](auto& c, auto&) { c.secrets[0].role = secret_role::next; }) == "secrets");
}

TEST_CASE("a gate that loads grants has a store to load them from", "[gate][config]") {
    const auto at_once = [](auto& c, auto&) {
        c.policy.gate.revocation = gate_revocation::at_once;
    };
    CHECK(fault(at_once).empty());
    CHECK(fault([&](auto& c, auto& ports) {
              at_once(c, ports);
              ports.store = nullptr;
          }) == "ports.store");
}

TEST_CASE("what is wrong with the policy is said by its member", "[gate][config]") {
    CHECK(fault([](auto& c, auto&) { c.policy.gate.leeway = 61s; }) == "policy.gate.leeway");
}

TEST_CASE("a gate beside its authorization server takes that one's tokens, in either format",
          "[gate][beside][AT-15][pain-24]") {
    for (const auto format : {access_token_format::jwt, access_token_format::opaque}) {
        auto rules = policy::mcp();
        rules.access_token.format = format;
        const given::server s{rules};
        const auto gate = gate_beside(s);
        const auto decided = gate.admit(request(access_token(s)), {"notes:read"});
        REQUIRE(std::holds_alternative<principal>(decided));
        CHECK(std::get<principal>(decided).subject() == "alice");
        const auto foreign = access_token(s, {{"resource", "https://other.example/mcp"}});
        CHECK(std::holds_alternative<http_response>(gate.admit(request(foreign))));
    }
}

TEST_CASE("a gate beside its authorization server sees a revocation at once",
          "[gate][beside][ATK-RS-06][MCP-TOK-16][D29]") {
    auto rules = policy::mcp();
    rules.gate.revocation = gate_revocation::at_once;
    const given::server s{rules};
    const auto gate = gate_beside(s);
    const auto tokens = s.redeem(s.code());
    const auto token = given::member(tokens, "access_token");
    CHECK(std::holds_alternative<principal>(gate.admit(request(token))));
    CHECK(s.revoke(given::member(tokens, "refresh_token")).status == 200);
    CHECK(std::get<http_response>(gate.admit(request(token))).status == 401);
}

TEST_CASE("beside an authorization server no scope is named that it does not offer",
          "[gate][beside][ATK-DS-03]") {
    const given::server s;
    CHECK(beside_fault(s, {{given::resource, {"mcp"}, {"notes:read"}, {}, {}}}).empty());
    const auto told = [&s](std::vector<resource_config> resources) {
        const auto refused = resource_server::beside(s.as, std::move(resources), {}).error();
        return refused.member + ": " + refused.problem;
    };
    const std::string missing = "\"ehco\" is not in scopes_supported of the authorization server";
    CHECK(told({{given::resource, {"ehco"}, {}, {}, {}}}) ==
          "resources[0].scopes_supported: " + missing);
    CHECK(told({{given::resource, {}, {"mcp", "ehco"}, {}, {}}}) ==
          "resources[0].baseline_scopes: " + missing);
    CHECK(told({{given::resource, {}, {}, {}, {}},
                {"https://other.example/mcp", {}, {"ehco"}, {}, {}}}) ==
          "resources[1].baseline_scopes: " + missing);
    CHECK(beside_fault(s, {}) == "resources");
}

TEST_CASE("beside an authorization server no resource is guarded that it issues no tokens for",
          "[gate][beside][RES-03][D24]") {
    const given::server s;
    CHECK(beside_fault(s, {{"https://other.example/mcp", {}, {}, {}, {}}}).empty());
    CHECK(beside_fault(s, {{"https://AS.example:443/mcp", {}, {}, {}, {}}}).empty());
    for (const auto* const foreign :
         {"https://as.example/mcp/", "https://as.example", "https://third.example/mcp"})
        CHECK(beside_fault(s, {{foreign, {}, {}, {}, {}}}) == "resources[0].identifier");
    const auto refused =
        resource_server::beside(s.as, {{"https://as.example/mpc", {}, {}, {}, {}}}, {}).error();
    CHECK(refused.problem == "\"https://as.example/mpc\": the authorization server issues tokens "
                             "for \"https://as.example/mcp\", \"https://other.example/mcp\"");
}

TEST_CASE("a route that needs a scope which nobody can be granted is told to the host",
          "[gate][beside][MCP-SCO-01]") {
    const given::server s;
    const auto gate = gate_beside(s);
    const auto reason = [&](const http_request& asked, const scope_set& needed) {
        (void)s.events.take();
        CHECK(std::holds_alternative<http_response>(gate.admit(asked, needed)));
        const auto told = s.events.take();
        if (told.empty()) return std::string{};
        CHECK(told.size() == 1);
        CHECK(told[0].kind == event_kind::scope_refused);
        return std::string{told[0].reason};
    };
    const auto token = access_token(s, {{"scope", "mcp"}});
    CHECK(reason(given::post("/mcp", {}), {"ehco"}) == "scope_not_offered");
    CHECK(reason(request(token), {"ehco"}) == "scope_not_offered");
    CHECK(reason(request(token), {"mcp", "ehco"}) == "scope_not_offered");
    CHECK(reason(request(token), {"notes:write"}) == "insufficient_scope");
    CHECK(reason(given::post("/mcp", {}), {"notes:write"}).empty());
    const auto who = std::get<principal>(gate.admit(request(token)));
    (void)s.events.take();
    CHECK(gate.require(who, {"ehco"}));
    CHECK(gate.require(who, {"notes:write"}));
    const auto told = s.events.take();
    REQUIRE(told.size() == 2);
    CHECK(told[0].reason == "scope_not_offered");
    CHECK(told[1].reason == "insufficient_scope");
}

TEST_CASE("without scopes of its own a resource shows what its authorization server offers",
          "[gate][beside][MCP-PRM-11]") {
    const given::server s;
    const auto gate = *resource_server::beside(s.as, {{given::resource, {}, {}, {}, {}}}, {});
    CHECK(gate.handle(given::get("/.well-known/oauth-protected-resource/mcp")).body ==
          R"({"resource":"https://as.example/mcp","authorization_servers":["https://as.example"],)"
          R"("scopes_supported":["mcp","notes:read","notes:write"],)"
          R"("bearer_methods_supported":["header"],)"
          R"("dpop_signing_alg_values_supported":["ES256","ES384","EdDSA","RS256","PS256"]})");
}

TEST_CASE("host data that was given at the approval is handed back at the gate", "[gate][beside]") {
    auto rules = policy::mcp();
    rules.gate.revocation = gate_revocation::at_once;
    const given::server s{rules};
    approval given_data;
    given_data.host_data = R"({"tier":"gold"})";
    const auto code = given::parameter(s.approve(s.consent(), given_data), "code");
    const auto token = given::member(s.redeem(*code), "access_token");
    const auto who = std::get<principal>(gate_beside(s).admit(request(token)));
    CHECK(who.host_data() == R"({"tier":"gold"})");
}

TEST_CASE("a gate that was given no ports reports to its issuer's sink, by its issuer's clock",
          "[gate][beside][config]") {
    const given::server s;
    const auto gate = *resource_server::beside(s.as, {{given::resource, {}, {"mcp"}, {}, {}}});
    const auto token = access_token(s);
    (void)s.events.take();
    CHECK(std::holds_alternative<http_response>(gate.admit(request(token), {"ehco"})));
    const auto told = s.events.take();
    REQUIRE(told.size() == 1);
    CHECK(told[0].reason == "scope_not_offered");
    CHECK(told[0].at == s.clock.now());
    CHECK(std::holds_alternative<principal>(gate.admit(request(token))));
    s.clock.advance(std::chrono::hours{1});
    CHECK(std::holds_alternative<http_response>(gate.admit(request(token))));
}

TEST_CASE("a port that the gate was given is used in place of its issuer's",
          "[gate][beside][config]") {
    const given::server s;
    testing::recording_events own;
    const auto gate = *resource_server::beside(s.as, {{given::resource, {}, {"mcp"}, {}, {}}},
                                               {nullptr, &own, nullptr, nullptr});
    (void)s.events.take();
    CHECK(std::holds_alternative<http_response>(gate.admit(request("no.such.token"))));
    CHECK(own.take().size() == 1);
    CHECK(s.events.take().empty());
}

TEST_CASE("a gate that loads grants takes its issuer's store", "[gate][beside][config]") {
    auto rules = policy::mcp();
    rules.gate.revocation = gate_revocation::at_once;
    const given::server s{rules};
    const auto gate = *resource_server::beside(s.as, {{given::resource, {}, {"mcp"}, {}, {}}});
    const auto token = access_token(s);
    REQUIRE(std::holds_alternative<principal>(gate.admit(request(token))));
    REQUIRE(s.as.revoke_grants(grant_owner::subject("alice")));
    CHECK(std::holds_alternative<http_response>(gate.admit(request(token))));
}
