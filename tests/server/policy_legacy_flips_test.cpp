// Flips of what is softened for OAuth 2.0 clients. Exactly when is in migration_rules_test.cpp.

#include "migration.hpp"
#include "policy_flips.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

/// How many requests were reported while one breaks the rule.
std::size_t reported(const policy& rules, const offence& o) {
    const server s{migrating(rules)};
    const auto prepared = o.prepare(s);
    s.clock.advance(o.later);
    (void)s.events.take();
    (void)o.commit(s, prepared);
    return would_be_refused(s).size();
}
void flip(migration_rule rule) {
    const auto& o = every_offence[static_cast<std::size_t>(rule)];
    CHECK(reported(policy::mcp(), o) == 0);
    const auto softened =
        flips::with([&](policy& p) { p.legacy.of(rule).mode = migration_mode::report; });
    CHECK(reported(softened, o) == 1);
}
bool served_without_pkce(const migration_switch& chosen) {
    const server s{migrating(flips::with([&](policy& p) { p.legacy.pkce_missing = chosen; }))};
    return is_served(s, without_pkce);
}

} // namespace

void flips::legacy_pkce_missing() { flip(migration_rule::pkce_missing); }
void flips::legacy_pkce_plain() { flip(migration_rule::pkce_plain); }
void flips::legacy_refresh_token_reused() { flip(migration_rule::refresh_token_reused); }
void flips::legacy_refresh_retried() { flip(migration_rule::refresh_retried); }
void flips::legacy_resource_missing() { flip(migration_rule::resource_missing); }
void flips::legacy_scope_unknown() { flip(migration_rule::scope_unknown); }
void flips::legacy_scope_beyond_registration() { flip(migration_rule::scope_beyond_registration); }
void flips::legacy_redirect_scheme_dotless() { flip(migration_rule::redirect_scheme_dotless); }
void flips::legacy_web_with_native_redirect() { flip(migration_rule::web_with_native_redirect); }

void flips::legacy_oauth_2_0_clients() {
    const auto redeemed = [](std::vector<std::string> marked) {
        const server s{with([&](policy& p) { p.legacy.oauth_2_0_clients = marked; })};
        return s.redeem(s.code(), {{"redirect_uri", ""}}).status;
    };
    CHECK(redeemed({}) == 200);
    CHECK(redeemed({"app"}) == 400);
}

void flips::switch_mode() {
    CHECK(served_without_pkce({migration_mode::report, std::nullopt, {}}));
    CHECK_FALSE(served_without_pkce({migration_mode::off, std::nullopt, {}}));
}
void flips::switch_until() {
    const auto now = server{}.clock.now();
    CHECK(served_without_pkce({migration_mode::report, now + 1ms, {}}));
    CHECK_FALSE(served_without_pkce({migration_mode::report, now, {}}));
}
void flips::switch_holds_for() {
    CHECK(served_without_pkce({migration_mode::report, std::nullopt, {"other"}}));
    CHECK_FALSE(served_without_pkce({migration_mode::report, std::nullopt, {"other", "app"}}));
}
