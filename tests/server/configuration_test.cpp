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
    const std::pair<const char*, const char*> bad[] = {
        {"", "is required: the https URL, as clients see it"},
        {"as.example", R"("as.example": is no absolute URL: write https://...)"},
        {" https://as.example", R"(" https://as.example": is no absolute URL: write https://...)"},
        {"http://as.example", R"("http://as.example": http is for 127.0.0.1, [::1] and localhost )"
                              "only; behind a TLS proxy write the proxy's https URL"},
        {"http://localhost.evil.example",
         R"("http://localhost.evil.example": http is for 127.0.0.1, [::1] and localhost only; )"
         "behind a TLS proxy write the proxy's https URL"},
        {"https://as.example/", R"("https://as.example/": drop the slash at the end)"},
        {"https://as.example/t1/", R"("https://as.example/t1/": drop the slash at the end)"},
        {"https://as.example?key=x", R"("https://as.example?...": drop the query)"},
        {"https://as.example#key", R"("https://as.example#...": drop the fragment)"},
        {"https://user:pw@as.example",
         R"("https://...@as.example": drop the user name before the host)"},
        {"ftp://as.example", R"("ftp://as.example": is no URL of a web server: write https://...)"},
        {"https://", R"("https://": names no host)"},
        {"https:///x", R"("https:///x": names no host)"}};
    for (const auto& [named, why] : bad) {
        const char* const text = named; // C++17: no lambda captures a binding
        CHECK(fault([&](auto& c) { c.issuer = text; }) == "issuer: " + std::string{why});
    }
    for (const char* good : {"https://as.example:8443/t1", "http://127.0.0.1:8080",
                             "http://localhost:8080", "http://[::1]:8080/x"}) {
        INFO(good);
        CHECK(fault([&](auto& c) { c.issuer = good; }).empty());
    }
}

TEST_CASE("The endpoints' base obeys the issuer's rules",
          "[CONFIG][MCP-SEC-08][OA21-GEN-01][MCP-SEC-03]") {
    for (const char* bad :
         {"as.example", "http://as.example", "https://as.example/", "https://as.example?x",
          "https://as.example#x", "https://user@as.example", "javascript:alert(1)", "https:"}) {
        INFO(bad);
        CHECK(fault([&](auto& c) { c.endpoint_base = bad; }).rfind("endpoint_base: \"", 0) == 0);
    }
    CHECK(fault([](auto& c) { c.endpoint_base = "https://as.example/"; }) ==
          "endpoint_base: \"https://as.example/\": drop the slash at the end");
    CHECK(fault([](auto& c) { c.endpoint_base = "http://localhost:8080/x"; }).empty());
}

TEST_CASE("Resources are known, absolute and different", "[CONFIG][PRM-01][RES-01]") {
    const auto with = [](std::vector<std::string> resources) {
        return fault([&](auto& c) { c.resources = std::move(resources); });
    };
    CHECK(with({}) == "resources: at least one is required");
    CHECK(with({"http://as.example/mcp"}) ==
          "resources: \"http://as.example/mcp\": http is for 127.0.0.1, [::1] and localhost only; "
          "behind a TLS proxy write the proxy's https URL");
    CHECK(with({"https://as.example/mcp#x"}) ==
          "resources: \"https://as.example/mcp#...\": drop the fragment");
    CHECK(with({"mcp"}) == "resources: \"mcp\": is no absolute URL: write https://...");
    CHECK(with({"https://as.example/mcp/?x"}).empty());
    CHECK(with({"https://as.example/mcp", "https://as.example/mcp"}) ==
          "resources: \"https://as.example/mcp\": is there twice");
    CHECK(with({"https://as.example", "HTTPS://AS.example:443/"}) ==
          "resources: \"HTTPS://AS.example:443/\": is there twice");
    CHECK(with({"https://as.example/" + std::string(621, 'x')}).empty());
    CHECK(with({"https://as.example/" + std::string(622, 'x')}) ==
          "resources: \"https://as.example/" + std::string(181, 'x') +
              "...\": is longer than 640 octets");
    std::vector<std::string> many;
    for (int i = 0; i < 64; ++i) many.push_back("https://as.example/" + std::to_string(i));
    CHECK(with(many).empty());
    many.emplace_back("https://as.example/one-more");
    CHECK(with(many) == "resources: are more than 64");
}

TEST_CASE("Scopes are scope tokens, and defaults are among them", "[CONFIG][OA21-AUTHZ-17]") {
    CHECK(
        fault([](auto& c) { c.scopes_supported.emplace_back("a b"); }) ==
        "scopes_supported: \"a b\": is no scope token (printable ASCII without spaces, quotes and "
        "backslashes)");
    CHECK(fault([](auto& c) { c.scopes_supported.emplace_back(); }) ==
          "scopes_supported: \"\": is no scope token (printable ASCII without spaces, quotes and "
          "backslashes)");
    CHECK(
        fault([](auto& c) { c.default_scopes = {"\"x\""}; }) ==
        "default_scopes: \"\"x\"\": is no scope token (printable ASCII without spaces, quotes and "
        "backslashes)");
    CHECK(fault([](auto& c) { c.default_scopes = {"admin"}; }) ==
          "default_scopes: \"admin\" is not in scopes_supported");
    CHECK(fault([](auto& c) {
              c.default_scopes = {"mcp", "ehco"};
          }) == "default_scopes: \"ehco\" is not in scopes_supported");
    CHECK(fault([](auto& c) {
              c.scopes_supported.clear();
              c.default_scopes.clear();
              c.policy.scope.hierarchy.clear();
          }) == "scopes_supported: at least one is required: without a scope nothing can be "
                "granted");
    CHECK(fault([](auto& c) { c.default_scopes.clear(); }).empty());
}

TEST_CASE("Configured clients are complete", "[CONFIG][OA21-CLI-01][DCR-06][MCP-REG-07]") {
    const auto with = [](auto change) { return fault([&](auto& c) { change(c.clients[0]); }); };
    CHECK(with([](client& c) { c.client_id.clear(); }) ==
          "clients: \"\": the client_id is empty or too long");
    CHECK(with([](client& c) { c.client_id = "a\nb"; }) ==
          "clients: \"a?b\": the client_id holds what is no printable ASCII");
    CHECK(with([](client& c) { c.client_id = "\xC3\xA9"; }) ==
          "clients: \"??\": the client_id holds what is no printable ASCII");
    CHECK(with([](client& c) { c.client_id = "service"; }) ==
          "clients: \"service\": is there twice");
    CHECK(with([](client& c) { c.secrets = {digest_of("x")}; }) ==
          "clients: \"app\": has a secret, and a method that uses none");
    CHECK(with([](client& c) { c.method = client_authentication_method::client_secret_post; }) ==
          "clients: \"app\": has no secret, and a method that needs one");
    CHECK(with([](client& c) { c.redirect_uris = {"http://u:p@app.example/cb?x"}; }) ==
          "clients: \"app\": its redirect URI \"http://...@app.example/cb?...\" is not acceptable "
          "(policy.redirect says which are)");
    CHECK(with([](client& c) { c.scope = scope_set{"admin"}; }) ==
          "clients: \"app\": its scope \"admin\" is not in scopes_supported");
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
          "policy.code.lifetime: 601 s: must be 1 second to 10 minutes");
    CHECK(fault([](auto& c) { c.policy.limits.header = 0; }) ==
          "policy.limits.header: 0: must be above zero; the default is 8192");
    CHECK(fault([](auto& c) {
              c.policy.scope.hierarchy = {{"a", "b"}, {"b", "a"}};
          }) == "policy.scope.hierarchy: \"b\" implies \"a\": drop it, or a scope implies itself");
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
    CHECK(bound_client(false) == "clients: \"app\": its tokens need policy.dpop.enabled");
    const auto required_for = [](const char* text) {
        return fault_of(config_but([&](auto& c) { c.policy.dpop.required_for = {text}; }));
    };
    CHECK(required_for("https://AS.example:443/mcp").empty());
    CHECK(required_for("https://as.example/mpc") ==
          "policy.dpop.required_for: \"https://as.example/mpc\": is none of resources");
}
