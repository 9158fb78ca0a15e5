// No option without effect: the list is made from the structs of the policy, so that a new member
// does not compile until it is named here, nor link until there is a flip for it.

#include "policy_flips.hpp"

using namespace given;
using std::chrono::hours;

namespace {

struct option {
    const char* member;
    void (*flip)();
};

// The name of a member is the name of its flip.
#define OPTION(member)                                                                             \
    option { #member, (static_cast <void>(member), &flips::member) }

std::vector<option> options_of_tokens(const policy& p) {
    const auto& [code_lifetime] = p.code;
    const auto& [access_token_format, access_token_lifetime] = p.access_token;
    const auto& [refresh_issue, refresh_idle, refresh_absolute, refresh_retry_window,
                 refresh_retry_depth, refresh_confidential, refresh_bound] = p.refresh;
    const auto& [gate_revocation, gate_leeway] = p.gate;
    return {
        OPTION(code_lifetime),        OPTION(access_token_format), OPTION(access_token_lifetime),
        OPTION(refresh_issue),        OPTION(refresh_idle),        OPTION(refresh_absolute),
        OPTION(refresh_retry_window), OPTION(refresh_retry_depth), OPTION(refresh_confidential),
        OPTION(refresh_bound),        OPTION(gate_revocation),     OPTION(gate_leeway)};
}
std::vector<option> options_of_requests(const policy& p) {
    const auto& [redirect_localhost_is_loopback, redirect_private_use_schemes,
                 redirect_dotless_schemes] = p.redirect;
    const auto& [scope_unknown, scope_registered, scope_hierarchy] = p.scope;
    const auto& [resource_missing] = p.resource;
    const auto& [registration_access, registration_web, registration_unused_lifetime,
                 registration_tail, registration_secret_lifetime] = p.registration;
    const auto& [consent_remember, consent_lifetime, consent_page_lifetime] = p.consent;
    return {OPTION(redirect_localhost_is_loopback),
            OPTION(redirect_private_use_schemes),
            OPTION(redirect_dotless_schemes),
            OPTION(scope_unknown),
            OPTION(scope_registered),
            OPTION(scope_hierarchy),
            OPTION(resource_missing),
            OPTION(registration_access),
            OPTION(registration_web),
            OPTION(registration_unused_lifetime),
            OPTION(registration_tail),
            OPTION(registration_secret_lifetime),
            OPTION(consent_remember),
            OPTION(consent_lifetime),
            OPTION(consent_page_lifetime)};
}
std::vector<option> options_of_limits(const policy& p) {
    const auto& [limits_body, limits_query, limits_header, limits_parameters, limits_value,
                 limits_state, limits_client_id, limits_redirect_uri, limits_redirect_uris,
                 limits_display_string, limits_json_depth, limits_host_data] = p.limits;
    return {
        OPTION(limits_body),           OPTION(limits_query),        OPTION(limits_header),
        OPTION(limits_parameters),     OPTION(limits_value),        OPTION(limits_state),
        OPTION(limits_client_id),      OPTION(limits_redirect_uri), OPTION(limits_redirect_uris),
        OPTION(limits_display_string), OPTION(limits_json_depth),   OPTION(limits_host_data)};
}

std::vector<option> options_of_legacy(const policy& p) {
    const auto& [legacy_pkce_missing, legacy_pkce_plain, legacy_refresh_token_reused,
                 legacy_refresh_retried, legacy_resource_missing, legacy_scope_unknown,
                 legacy_scope_beyond_registration, legacy_redirect_scheme_dotless,
                 legacy_web_with_native_redirect, legacy_oauth_2_0_clients] = p.legacy;
    const auto& [switch_mode, switch_until, switch_holds_for] = p.legacy.pkce_missing;
    return {OPTION(legacy_pkce_missing),
            OPTION(legacy_pkce_plain),
            OPTION(legacy_refresh_token_reused),
            OPTION(legacy_refresh_retried),
            OPTION(legacy_resource_missing),
            OPTION(legacy_scope_unknown),
            OPTION(legacy_scope_beyond_registration),
            OPTION(legacy_redirect_scheme_dotless),
            OPTION(legacy_web_with_native_redirect),
            OPTION(legacy_oauth_2_0_clients),
            OPTION(switch_mode),
            OPTION(switch_until),
            OPTION(switch_holds_for)};
}

std::vector<option> options_of_dpop(const policy& p) {
    const auto& [dpop_enabled, dpop_required, dpop_required_for, dpop_nonces, dpop_nonce_lifetime,
                 dpop_proof_lifetime, dpop_gate_replay] = p.dpop;
    return {OPTION(dpop_enabled),    OPTION(dpop_required),       OPTION(dpop_required_for),
            OPTION(dpop_nonces),     OPTION(dpop_nonce_lifetime), OPTION(dpop_proof_lifetime),
            OPTION(dpop_gate_replay)};
}

std::vector<option> every_option() {
    const policy p;
    // Every group and every member outside a group.
    const auto& [code, access_token, refresh, redirect, scope, resource, registration, consent,
                 gate, dpop, limits, legacy, operation_limit, min_epoch] = p;
    static_cast<void>(&code), static_cast<void>(&access_token), static_cast<void>(&refresh);
    static_cast<void>(&redirect), static_cast<void>(&scope), static_cast<void>(&resource);
    static_cast<void>(&registration), static_cast<void>(&consent), static_cast<void>(&gate);
    static_cast<void>(&limits), static_cast<void>(&legacy), static_cast<void>(&dpop);
    std::vector<option> all{OPTION(operation_limit), OPTION(min_epoch)};
    for (const auto& some : {options_of_tokens(p), options_of_requests(p), options_of_limits(p),
                             options_of_legacy(p), options_of_dpop(p)})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

} // namespace

TEST_CASE("Every option of the policy, flipped, changes the wire", "[POLICY][D8]") {
    for (const auto& each : every_option()) {
        DYNAMIC_SECTION(each.member) { each.flip(); }
    }
}

TEST_CASE("Only policy::migration() softens a rule, and it softens all without an end",
          "[POLICY][migration]") {
    for (const policy& p : {policy{}, policy::strict(), policy::mcp(), policy::migration()}) {
        const bool migrates = p.legacy.pkce_missing.mode == migration_mode::report;
        for (const auto rule : every_migration_rule) {
            const auto& softened = p.legacy.of(rule);
            CHECK(softened.mode == (migrates ? migration_mode::report : migration_mode::off));
            CHECK_FALSE(softened.until);
            CHECK(softened.holds_for.empty());
        }
        CHECK(p.legacy.oauth_2_0_clients.empty());
    }
    CHECK(policy::migration().legacy.pkce_missing.mode == migration_mode::report);
    CHECK(policy::mcp().legacy.pkce_missing.mode == migration_mode::off);
}

TEST_CASE("policy::migration() is mcp() but for what it softens", "[POLICY][migration]") {
    const policy p = policy::migration();
    const policy mcp = policy::mcp();
    CHECK(p.refresh.retry_window == mcp.refresh.retry_window);
    CHECK(p.refresh.retry_depth == mcp.refresh.retry_depth);
    CHECK(p.refresh.confidential == mcp.refresh.confidential);
    CHECK(p.resource.missing == mcp.resource.missing);
    CHECK(p.scope.unknown == mcp.scope.unknown);
    CHECK(p.scope.registered == mcp.scope.registered);
    CHECK(p.registration.web == mcp.registration.web);
    CHECK(p.redirect.dotless_schemes == mcp.redirect.dotless_schemes);
    CHECK(p.consent.remember == mcp.consent.remember);
    CHECK(p.code.lifetime == mcp.code.lifetime);
    CHECK(p.access_token.lifetime == mcp.access_token.lifetime);
    CHECK(checked_policy::make(p).has_value());
}

TEST_CASE("policy::strict() is OAuth 2.1 to the letter, member by member", "[POLICY]") {
    const policy p = policy::strict();
    CHECK(p.code.lifetime == seconds{60});
    CHECK(p.access_token.format == access_token_format::jwt);
    CHECK(p.access_token.lifetime == seconds{600});
    CHECK(p.refresh.issue == refresh_issuance::when_registered);
    CHECK(p.refresh.idle == hours{24 * 14});
    CHECK(p.refresh.absolute == hours{24 * 90});
    CHECK(p.refresh.retry_window == milliseconds{0});
    CHECK(p.refresh.retry_depth == 8);
    CHECK(p.refresh.confidential == confidential_rotation::rotate);
    CHECK(p.redirect.localhost_is_loopback);
    CHECK(p.redirect.private_use_schemes);
    CHECK(p.redirect.dotless_schemes.empty());
    CHECK(p.scope.unknown == unknown_scopes::refuse);
    CHECK(p.scope.registered == registered_scope::ceiling);
    CHECK(p.scope.hierarchy.empty());
    CHECK(p.resource.missing == missing_resource::refuse);
    CHECK(p.registration.access == registration_access::open);
    CHECK(p.registration.web == impossible_web::refuse);
    CHECK(p.registration.unused_lifetime == hours{24});
    CHECK(p.registration.tail == hours{24 * 30});
    CHECK(p.registration.secret_lifetime == seconds{0});
    CHECK(p.consent.remember == remembered_consent::never);
    CHECK(p.consent.lifetime == hours{24 * 30});
    CHECK(p.consent.page_lifetime == seconds{600});
    CHECK(p.gate.revocation == gate_revocation::at_expiry);
    CHECK(p.gate.leeway == seconds{0});
    CHECK(p.operation_limit == milliseconds{5000});
    CHECK(p.min_epoch == 0);
    CHECK(checked_policy::make(p).has_value());
}

TEST_CASE("The limits of every preset are those of the documentation", "[POLICY]") {
    for (const policy& p : {policy{}, policy::strict(), policy::mcp(), policy::migration()}) {
        CHECK(p.limits.body == 16 * 1024);
        CHECK(p.limits.query == 8 * 1024);
        CHECK(p.limits.header == 8 * 1024);
        CHECK(p.limits.parameters == 64);
        CHECK(p.limits.value == 4096);
        CHECK(p.limits.state == 2048);
        CHECK(p.limits.client_id == 200);
        CHECK(p.limits.redirect_uri == 384);
        CHECK(p.limits.redirect_uris == 16);
        CHECK(p.limits.display_string == 256);
        CHECK(p.limits.json_depth == 8);
        CHECK(p.limits.host_data == 4096);
    }
}

TEST_CASE("policy::mcp() is strict but for what is listed here", "[POLICY]") {
    const policy p = policy::mcp();
    CHECK(p.refresh.retry_window == seconds{60});
    CHECK(p.refresh.retry_depth == 8);
    CHECK(p.resource.missing == missing_resource::default_resource);
    CHECK(p.scope.unknown == unknown_scopes::narrow);
    CHECK(p.scope.registered == registered_scope::default_only);
    CHECK(p.registration.web == impossible_web::coerce_to_native);
    CHECK(p.redirect.dotless_schemes ==
          std::vector<std::string>{"cursor", "vscode", "vscode-insiders", "windsurf"});
    CHECK(p.consent.remember == remembered_consent::for_https_redirects);

    CHECK(p.code.lifetime == seconds{60});
    CHECK(p.access_token.format == access_token_format::jwt);
    CHECK(p.access_token.lifetime == seconds{600});
    CHECK(p.refresh.issue == refresh_issuance::when_registered);
    CHECK(p.refresh.idle == hours{24 * 14});
    CHECK(p.refresh.absolute == hours{24 * 90});
    CHECK(p.refresh.confidential == confidential_rotation::rotate);
    CHECK(p.redirect.localhost_is_loopback);
    CHECK(p.redirect.private_use_schemes);
    CHECK(p.scope.hierarchy.empty());
    CHECK(p.registration.access == registration_access::open);
    CHECK(p.registration.unused_lifetime == hours{24});
    CHECK(p.registration.tail == hours{24 * 30});
    CHECK(p.registration.secret_lifetime == seconds{0});
    CHECK(p.consent.lifetime == hours{24 * 30});
    CHECK(p.consent.page_lifetime == seconds{600});
    CHECK(p.gate.revocation == gate_revocation::at_expiry);
    CHECK(p.gate.leeway == seconds{0});
    CHECK(p.operation_limit == milliseconds{5000});
    CHECK(p.min_epoch == 0);
    CHECK(checked_policy::make(p).has_value());
}
