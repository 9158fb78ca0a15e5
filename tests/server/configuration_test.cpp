// Everything that can be wrong with a configuration is said before the first request, by the
// member's name.

#include "outcomes.hpp"

using namespace given;

namespace {

template <class Change> std::string fault(Change change) { return fault_of(config_but(change)); }

} // namespace

TEST_CASE("The usual configuration is fine, and touches no port", "[CONFIG]") {
    CHECK(fault([](auto&) {}).empty());
    const server s;
    CHECK(s.store.calls() == 0);
    CHECK(s.random.draws() == 0);
}

TEST_CASE(
    "RFC 8414 §2: an issuer is https, or http on this machine, without anything behind its path",
    "[CONFIG][ASM-01][MCP-ASM-07][OA21-GEN-01][MCP-SEC-03]") {
    const std::string no = "issuer: must be https (http on a loopback host), without query, "
                           "fragment and trailing slash";
    for (const char* bad :
         {"", "as.example", "http://as.example", "https://as.example/", "https://as.example/t1/",
          "https://as.example?x", "https://as.example#x", "https://user@as.example",
          "ftp://as.example", "https://", "https:///x", "http://localhost.evil.example",
          " https://as.example"}) {
        INFO(bad);
        CHECK(fault([&](auto& c) { c.issuer = bad; }) == no);
    }
    for (const char* good : {"https://as.example:8443/t1", "http://127.0.0.1:8080",
                             "http://localhost:8080", "http://[::1]:8080/x"}) {
        INFO(good);
        CHECK(fault([&](auto& c) { c.issuer = good; }).empty());
    }
}

TEST_CASE("The endpoints' base obeys the issuer's rules",
          "[CONFIG][MCP-SEC-08][OA21-GEN-01][MCP-SEC-03]") {
    const std::string no = "endpoint_base: must be https (http on a loopback host), without query, "
                           "fragment and trailing slash";
    for (const char* bad :
         {"as.example", "http://as.example", "https://as.example/", "https://as.example?x",
          "https://as.example#x", "https://user@as.example", "javascript:alert(1)", "https:"}) {
        INFO(bad);
        CHECK(fault([&](auto& c) { c.endpoint_base = bad; }) == no);
    }
    CHECK(fault([](auto& c) { c.endpoint_base = "http://localhost:8080/x"; }).empty());
}

TEST_CASE("Resources are known, absolute and different", "[CONFIG][PRM-01][RES-01]") {
    const auto with = [](std::vector<std::string> resources) {
        return fault([&](auto& c) { c.resources = std::move(resources); });
    };
    const std::string no = "resources: must be https (http on a loopback host) without fragment: ";
    CHECK(with({}) == "resources: at least one is required");
    CHECK(with({"http://as.example/mcp"}) == no + "http://as.example/mcp");
    CHECK(with({"https://as.example/mcp#x"}) == no + "https://as.example/mcp#x");
    CHECK(with({"mcp"}) == no + "mcp");
    CHECK(with({"https://as.example/mcp", "https://as.example/mcp"}) ==
          "resources: is there twice: https://as.example/mcp");
    CHECK(with({"https://as.example", "HTTPS://AS.example:443/"}) ==
          "resources: is there twice: HTTPS://AS.example:443/");
    std::vector<std::string> many;
    for (int i = 0; i < 64; ++i) many.push_back("https://as.example/" + std::to_string(i));
    CHECK(with(many).empty());
    many.emplace_back("https://as.example/one-more");
    CHECK(with(many) == "resources: are too many");
}

TEST_CASE("Scopes are scope tokens, and defaults are among them", "[CONFIG][OA21-AUTHZ-17]") {
    CHECK(fault([](auto& c) { c.scopes_supported.emplace_back("a b"); }) ==
          "scopes_supported: is no scope token: a b");
    CHECK(fault([](auto& c) { c.scopes_supported.emplace_back(); }) ==
          "scopes_supported: is no scope token: ");
    CHECK(fault([](auto& c) { c.default_scopes = {"\"x\""}; }) ==
          "default_scopes: is no scope token: \"x\"");
    CHECK(fault([](auto& c) { c.default_scopes = {"admin"}; }) ==
          "default_scopes: are not all supported");
    CHECK(fault([](auto& c) { c.default_scopes.clear(); }).empty());
}

TEST_CASE("Configured clients are complete", "[CONFIG][OA21-CLI-01][DCR-06][MCP-REG-07]") {
    const auto with = [](auto change) { return fault([&](auto& c) { change(c.clients[0]); }); };
    CHECK(with([](client& c) { c.client_id.clear(); }) ==
          "clients: client_id is empty or too long: ");
    CHECK(with([](client& c) { c.client_id = "a\nb"; }) ==
          "clients: client_id holds a forbidden character");
    CHECK(with([](client& c) { c.client_id = "\xC3\xA9"; }) ==
          "clients: client_id holds a forbidden character");
    CHECK(with([](client& c) { c.client_id = "service"; }) == "clients: is there twice: service");
    CHECK(with([](client& c) { c.secrets = {digest_of("x")}; }) ==
          "clients: the method and the secrets do not fit: app");
    CHECK(with([](client& c) { c.method = client_authentication_method::client_secret_post; }) ==
          "clients: the method and the secrets do not fit: app");
    CHECK(with([](client& c) { c.scope = scope_set{"admin"}; }) ==
          "clients: a scope of this client is not supported: app");
    CHECK(with([](client& c) { c.scope = scope_set{"mcp"}; }).empty());
}

TEST_CASE("Exactly one secret is current, and no two are the same", "[CONFIG][OA21-GEN-04]") {
    const std::string no =
        "secrets: exactly one must be current, each different and 32 octets or more";
    const auto add = [](secret_role role, std::string_view octets) {
        return fault([&](auto& c) { c.secrets.push_back({secret{octets}, role}); });
    };
    CHECK(fault([](auto& c) { c.secrets.clear(); }) == no);
    CHECK(fault([](auto& c) { c.secrets[0].role = secret_role::next; }) == no);
    CHECK(add(secret_role::current, "another secret of 32 octets or so") == no);
    CHECK(add(secret_role::next, "0123456789abcdef0123456789abcdef") == no);
    CHECK(add(secret_role::next, "0123456789abcdef0123456789abcde") == no);
    CHECK(add(secret_role::next, "another secret of 32 octets or so").empty());
}

TEST_CASE("A server signs, and an invitation to register is something", "[CONFIG][DCR-02]") {
    CHECK(fault([](auto& c) { c.signing_keys.clear(); }) ==
          "signing_keys: at least one is required");
    CHECK(fault([](auto& c) {
              c.policy.registration.access = registration_access::initial_access_token;
          }) == "initial_access_token: is required by policy.registration.access");
}

TEST_CASE("What is wrong with the policy is said by its member", "[CONFIG]") {
    CHECK(fault([](auto& c) { c.policy.code.lifetime = seconds{601}; }) ==
          "policy.code.lifetime: must be 1 second to 10 minutes");
    CHECK(fault([](auto& c) { c.policy.limits.header = 0; }) ==
          "policy.limits.header: must not be zero");
    CHECK(fault([](auto& c) {
              c.policy.scope.hierarchy = {{"a", "b"}, {"b", "a"}};
          }) == "policy.scope.hierarchy: must be scope tokens of which none implies itself");
}

TEST_CASE("Without ports of its own a server takes the system's", "[CONFIG]") {
    memory_store store;
    const auto made = authorization_server::make(config(policy::mcp()), {store});
    REQUIRE(made.has_value());
    const auto begun =
        the_interaction(made->authorize(get("/authorize?" + encode(server::request()))));
    login who;
    who.subject = "alice";
    who.session = "session-1";
    who.at = system_clock{}.now();
    const auto view = the_view(made->authenticated(begun.ticket, who));
    CHECK(parameter(the_redirect(made->approve(view.ticket, "session-1")), "code").has_value());
}

TEST_CASE("What a configuration asks of DPoP has to be there", "[CONFIG][DPOP-15]") {
    const auto bound_client = [](bool enabled) {
        return fault_of(config_but([&](auto& c) {
            c.policy.dpop.enabled = enabled;
            c.clients[0].dpop_bound_access_tokens = true;
        }));
    };
    CHECK(bound_client(true).empty());
    CHECK(bound_client(false) ==
          "clients: the tokens of this client need policy.dpop.enabled: app");
    const auto required_for = [](const char* text) {
        return fault_of(config_but([&](auto& c) { c.policy.dpop.required_for = {text}; }));
    };
    CHECK(required_for("https://AS.example:443/mcp").empty());
    CHECK(required_for("https://as.example/mpc") ==
          "policy.dpop.required_for: is none of the resources: https://as.example/mpc");
}
