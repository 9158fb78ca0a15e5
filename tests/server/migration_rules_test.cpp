// Each migration rule on its own: who is served, what is reported, and when the rule holds.
#include "migration.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

/// Whether the client is served when it breaks the rule; `events` are those that this raised.
bool commits(const server& s, const offence& o, std::vector<event>& events) {
    const auto prepared = o.prepare(s);
    s.clock.advance(o.later);
    (void)s.events.take();
    const bool served = o.commit(s, prepared);
    events = would_be_refused(s);
    return served;
}
bool commits(policy rules, const offence& o) {
    std::vector<event> events;
    const bool served = commits(server{migrating(std::move(rules))}, o, events);
    CHECK(events.size() == (served ? 1 : 0));
    return served;
}
policy migration_but(migration_rule rule, const migration_switch& chosen) {
    auto p = policy::migration();
    p.legacy.of(rule) = chosen;
    return p;
}

} // namespace

TEST_CASE("There is an offence against every rule", "[migration]") {
    REQUIRE(std::size(every_offence) == every_migration_rule.size());
    for (std::size_t i = 0; i < every_migration_rule.size(); ++i)
        CHECK(every_offence[i].rule == every_migration_rule[i]);
}

TEST_CASE("Every rule has a stable name and a requirement", "[migration]") {
    const std::vector<std::array<std::string_view, 2>> want{
        {"pkce_missing", "OA21-AUTHZ-14"},          {"pkce_plain", "OA21-AUTHZ-15"},
        {"refresh_token_reused", "OA21-REF-06"},    {"refresh_retried", "OA21-REF-06"},
        {"resource_missing", "MCP-RES-01"},         {"scope_unknown", "OA21-AUTHZ-17"},
        {"scope_beyond_registration", "DCR-18"},    {"redirect_scheme_dotless", "OA21-CLI-04"},
        {"web_with_native_redirect", "MCP-DCR-05"},
    };
    REQUIRE(want.size() == every_migration_rule.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
        CHECK(facts(every_migration_rule[i]).name == want[i][0]);
        CHECK(facts(every_migration_rule[i]).requirement == want[i][1]);
    }
}

TEST_CASE("policy::migration() serves what breaks a rule, and reports it with every detail",
          "[migration][OA21-AUTHZ-14][OA21-AUTHZ-15]") {
    for (const auto& each : every_offence) {
        DYNAMIC_SECTION(facts(each.rule).name) {
            const server s{migrating()};
            std::vector<event> events;
            CHECK(commits(s, each, events));
            REQUIRE(events.size() == 1);
            const auto& e = events[0];
            CHECK(e.reason == facts(each.rule).name);
            CHECK(e.requirement == facts(each.rule).requirement);
            CHECK(e.mcp_refuses == facts(each.rule).mcp_refuses);
            CHECK(e.count == 1);
            CHECK(e.at == s.clock.now());
            CHECK(e.source == "192.0.2.1");
            CHECK(e.correlation_id == "request-1");
            if (each.rule == migration_rule::web_with_native_redirect)
                CHECK(e.client_id.rfind("client_", 0) == 0);
            else
                CHECK(e.client_id == each.client_id);
            for (const auto& empty : {e.grant_id, e.subject, e.user_agent}) CHECK(empty.empty());
        }
    }
}

TEST_CASE("What is reported is what strict() refuses, and mcp() where the report says so",
          "[migration]") {
    for (const auto& each : every_offence) {
        DYNAMIC_SECTION(facts(each.rule).name) {
            std::vector<event> events;
            CHECK_FALSE(commits(server{migrating(policy::strict())}, each, events));
            CHECK(events.empty());
            CHECK(commits(server{migrating(policy::mcp())}, each, events) ==
                  !facts(each.rule).mcp_refuses);
            CHECK(events.empty());
        }
    }
}

TEST_CASE("A rule that was switched on for a client holds for it, and for nobody else",
          "[migration]") {
    for (const auto& each : every_offence) {
        DYNAMIC_SECTION(facts(each.rule).name) {
            if (each.rule == migration_rule::web_with_native_redirect) continue; // nobody yet
            migration_switch chosen{migration_mode::report, std::nullopt, {"x", each.client_id}};
            CHECK_FALSE(commits(migration_but(each.rule, chosen), each));
            chosen.holds_for = {std::string{each.client_id} + "x", "APP", "SCOPED", "EDITOR"};
            CHECK(commits(migration_but(each.rule, chosen), each));
            for (const auto other : every_migration_rule) {
                if (other == each.rule) continue;
                chosen.holds_for = {each.client_id};
                INFO(facts(other).name);
                CHECK(commits(migration_but(other, chosen), each));
            }
        }
    }
}

TEST_CASE("A rule with an end date holds from that moment on, to the millisecond", "[migration]") {
    for (const auto& each : every_offence) {
        DYNAMIC_SECTION(facts(each.rule).name) {
            const auto last = server{}.clock.now() + each.later;
            const auto until = [&](instant end) {
                return migration_but(each.rule, {migration_mode::report, end, {}});
            };
            CHECK(commits(until(last + 1ms), each));
            CHECK_FALSE(commits(until(last), each));
            CHECK_FALSE(commits(until(last - 1ms), each));
        }
    }
}

TEST_CASE("A rule that is off is decided by the rest of the policy, and not reported",
          "[migration]") {
    for (const auto& each : every_offence) {
        DYNAMIC_SECTION(facts(each.rule).name) {
            std::vector<event> events;
            const server s{migrating(migration_but(each.rule, {}))};
            CHECK(commits(s, each, events) == !facts(each.rule).mcp_refuses);
            CHECK(events.empty());
        }
    }
}

TEST_CASE("One request that breaks several rules is reported once for each", "[migration]") {
    const server s{migrating()};
    CHECK(is_served(s, {{"code_challenge", verifier},
                        {"code_challenge_method", "plain"},
                        {"resource", ""},
                        {"scope", "mcp unheard-of"}}));
    std::vector<std::string_view> reasons;
    for (const auto& each : would_be_refused(s)) reasons.push_back(each.reason);
    CHECK(reasons ==
          std::vector<std::string_view>{"pkce_plain", "resource_missing", "scope_unknown"});
}

TEST_CASE("A request that is refused for another reason is nobody's to migrate", "[migration]") {
    const server s{migrating()};
    for (const fields& other :
         {fields{{"scope", "unheard-of"}}, fields{{"resource", "https://evil.example"}},
          fields{{"prompt", "none login"}}, fields{{"max_age", "x"}},
          fields{{"redirect_uri", "https://evil.example/"}}, fields{{"client_id", "nobody"}}}) {
        CHECK_FALSE(is_served(s, changed(without_pkce, other)));
        CHECK(would_be_refused(s).empty());
    }
}

TEST_CASE("A client that keeps the rules is served as ever, and not reported", "[migration]") {
    const server s{migrating()};
    const auto first = s.first_refresh_token();
    const auto second = member(s.refresh(first), "refresh_token");
    CHECK(second != first);
    s.clock.advance(61s);
    CHECK(member(s.refresh(second), "refresh_token") != second);
    CHECK(is_served(s, {{"client_id", "scoped"}, {"scope", "mcp"}}));
    CHECK(registered(s, plain_registration).status == 201);
    CHECK(would_be_refused(s).empty());
}

TEST_CASE("A scheme without a period is reported when it is registered, too",
          "[migration][OA21-CLI-04]") {
    const std::string document =
        R"({"redirect_uris":["cursor://cb"],"token_endpoint_auth_method":"none"})";
    const server s{migrating()};
    const auto id = registered_id(s, document);
    const auto events = would_be_refused(s);
    REQUIRE(events.size() == 1);
    CHECK(events[0].reason == "redirect_scheme_dotless");
    CHECK(events[0].client_id == id);
    const server over{migrating(migration_but(migration_rule::redirect_scheme_dotless,
                                              {migration_mode::report, s.clock.now(), {}}))};
    const auto refused = registered(over, document);
    CHECK(refused.status == 400);
    CHECK(refused.body ==
          error_body("invalid_redirect_uri", "a redirect URI has a scheme that is not allowed"));
    CHECK(would_be_refused(over).empty());
}

TEST_CASE("Where the rule holds, the refusal is the one of strict()", "[migration]") {
    const auto holding = [](migration_rule rule, const char* client_id) {
        return migrating(migration_but(rule, {migration_mode::report, std::nullopt, {client_id}}));
    };
    const auto refusal = [&](migration_rule rule, const fields& request) {
        return location(server{holding(rule, "app")}.postponed(request));
    };
    CHECK(refusal(migration_rule::pkce_missing, without_pkce) ==
          error_location("invalid_request", "code_challenge is required"));
    CHECK(refusal(migration_rule::pkce_plain, with_plain) ==
          error_location("invalid_request", "code_challenge_method is not supported"));
    CHECK(refusal(migration_rule::resource_missing, without_resource) ==
          error_location("invalid_target", "resource is required"));
    CHECK(refusal(migration_rule::scope_unknown, unknown_scope) ==
          error_location("invalid_scope", "a requested scope is not offered"));
    const server scoped{holding(migration_rule::scope_beyond_registration, "scoped")};
    CHECK(location(scoped.postponed(beyond)) ==
          error_location("invalid_scope", "a requested scope is not registered"));
    const server editor{holding(migration_rule::redirect_scheme_dotless, "editor")};
    check_page(editor.authorize(dotless), 400, error_code::invalid_request);
}
