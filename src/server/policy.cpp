#include "mcp_oauth/server/policy.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "mcp_oauth/rfc/8707_resource_indicators.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

// Every time that a record holds is a sum of a clock's reading and these, and must stay readable.
constexpr seconds longest = std::chrono::hours{24 * 365 * 10};

using finding = std::optional<policy_error>;

template <class Duration> bool within(Duration value, seconds least, seconds most) noexcept {
    return least <= value && value <= most;
}

finding check_tokens(const policy& p) {
    if (!within(p.code.lifetime, seconds{1}, std::chrono::minutes{10}))
        return policy_error{"code.lifetime", "must be 1 second to 10 minutes"};
    if (!within(p.access_token.lifetime, seconds{1}, std::chrono::hours{24}))
        return policy_error{"access_token.lifetime", "must be 1 second to 24 hours"};
    if (!within(p.gate.leeway, seconds{0}, seconds{60}))
        return policy_error{"gate.leeway", "must be at most 60 seconds"};
    return std::nullopt;
}

finding check_refresh(const policy& p) {
    const auto& refresh = p.refresh;
    if (!within(p.operation_limit, seconds{0}, std::chrono::minutes{10}) ||
        p.operation_limit == milliseconds{0})
        return policy_error{"operation_limit", "must be above zero and at most 10 minutes"};
    if (!within(refresh.absolute, seconds{1}, longest))
        return policy_error{"refresh.absolute", "must be 1 second to 10 years"};
    if (!within(refresh.idle, seconds{1}, refresh.absolute))
        return policy_error{"refresh.idle", "must be above zero and at most refresh.absolute"};
    if (refresh.retry_window < milliseconds{0})
        return policy_error{"refresh.retry_window", "must not be negative"};
    if (refresh.retry_window == milliseconds{0}) return std::nullopt; // strict one-time use
    if (refresh.retry_window <= p.operation_limit)
        return policy_error{"refresh.retry_window", "must be above operation_limit"};
    if (refresh.retry_window > longest || refresh.idle <= refresh.retry_window + p.operation_limit)
        return policy_error{"refresh.idle", "must be above retry_window and operation_limit"};
    if (refresh.retry_depth < 1 || refresh.retry_depth > 32)
        return policy_error{"refresh.retry_depth", "must be 1 to 32"};
    return std::nullopt;
}

finding check_pages_and_registrations(const policy& p) {
    if (!within(p.registration.unused_lifetime, seconds{1}, longest))
        return policy_error{"registration.unused_lifetime", "must be 1 second to 10 years"};
    if (!within(p.registration.tail, seconds{0}, longest))
        return policy_error{"registration.tail", "must be at most 10 years"};
    if (!within(p.registration.secret_lifetime, seconds{0}, longest))
        return policy_error{"registration.secret_lifetime", "must be at most 10 years"};
    if (!within(p.consent.lifetime, seconds{1}, longest))
        return policy_error{"consent.lifetime", "must be 1 second to 10 years"};
    if (!within(p.consent.page_lifetime, seconds{1}, std::chrono::hours{24}))
        return policy_error{"consent.page_lifetime", "must be 1 second to 24 hours"};
    return std::nullopt;
}

finding check_dpop(const policy::dpop_options& dpop) {
    if (!within(dpop.proof_lifetime, seconds{1}, std::chrono::hours{1}))
        return policy_error{"dpop.proof_lifetime", "must be 1 second to 1 hour"};
    if (!within(dpop.nonce_lifetime, seconds{1}, std::chrono::hours{1}))
        return policy_error{"dpop.nonce_lifetime", "must be 1 second to 1 hour"};
    for (const auto& each : dpop.required_for)
        if (!resource_identifier::parse(each))
            return policy_error{"dpop.required_for", "must be resource identifiers"};
    if (!dpop.enabled && (dpop.required || dpop.nonces || !dpop.required_for.empty()))
        return policy_error{"dpop.enabled", "must be on for what else is asked of DPoP"};
    return std::nullopt;
}

// Lower case, since what is compared with them is compared octet for octet.
bool is_scheme(std::string_view text) noexcept {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
    constexpr std::string_view others = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
    return !text.empty() && letters.find(text.front()) != std::string_view::npos &&
           text.find_first_not_of(others) == std::string_view::npos;
}

finding check_schemes(const policy& p) {
    for (const auto& scheme : p.redirect.dotless_schemes)
        if (!is_scheme(scheme) || scheme == "http" || scheme == "https")
            return policy_error{"redirect.dotless_schemes",
                                "must be names of private-use schemes in lower case"};
    return std::nullopt;
}

finding check_legacy(const policy::legacy_options& legacy) {
    const auto names_nobody = [](const std::vector<std::string>& clients) {
        return std::find(clients.begin(), clients.end(), std::string{}) != clients.end();
    };
    if (names_nobody(legacy.oauth_2_0_clients))
        return policy_error{"legacy.oauth_2_0_clients", "must not hold an empty client ID"};
    for (const auto rule : every_migration_rule)
        if (names_nobody(legacy.of(rule).holds_for))
            return policy_error{"legacy." + std::string{facts(rule).name} + ".holds_for",
                                "must not hold an empty client ID"};
    return std::nullopt;
}

finding check_limits(const policy::limits_options& limits) {
    struct limit {
        const char* member;
        std::size_t value;
    };
    const std::array all{
        limit{"limits.body", limits.body},
        limit{"limits.query", limits.query},
        limit{"limits.header", limits.header},
        limit{"limits.parameters", limits.parameters},
        limit{"limits.value", limits.value},
        limit{"limits.state", limits.state},
        limit{"limits.client_id", limits.client_id},
        limit{"limits.redirect_uri", limits.redirect_uri},
        limit{"limits.redirect_uris", limits.redirect_uris},
        limit{"limits.display_string", limits.display_string},
        limit{"limits.json_depth", limits.json_depth},
        limit{"limits.host_data", limits.host_data},
    };
    for (const auto& each : all)
        if (each.value == 0) return policy_error{each.member, "must not be zero"};
    return std::nullopt;
}

} // namespace

const migration_switch& policy::legacy_options::of(migration_rule rule) const noexcept {
    switch (rule) {
    case migration_rule::pkce_missing: return pkce_missing;
    case migration_rule::pkce_plain: return pkce_plain;
    case migration_rule::refresh_token_reused: return refresh_token_reused;
    case migration_rule::refresh_retried: return refresh_retried;
    case migration_rule::resource_missing: return resource_missing;
    case migration_rule::scope_unknown: return scope_unknown;
    case migration_rule::scope_beyond_registration: return scope_beyond_registration;
    case migration_rule::redirect_scheme_dotless: return redirect_scheme_dotless;
    case migration_rule::web_with_native_redirect: return web_with_native_redirect;
    }
    return pkce_missing; // only reachable through a cast from an outside integer
}
migration_switch& policy::legacy_options::of(migration_rule rule) noexcept {
    return const_cast<migration_switch&>(std::as_const(*this).of(rule));
}

policy policy::strict() { return {}; }

policy policy::mcp() {
    policy p = strict();
    p.refresh.retry_window = seconds{60};
    p.refresh.retry_depth = 8;
    p.resource.missing = missing_resource::default_resource;
    p.scope.unknown = unknown_scopes::narrow;
    p.scope.registered = registered_scope::default_only;
    p.registration.web = impossible_web::coerce_to_native;
    p.redirect.dotless_schemes = {"cursor", "vscode", "vscode-insiders", "windsurf"};
    p.consent.remember = remembered_consent::for_https_redirects;
    return p;
}

policy policy::migration() {
    policy p = mcp();
    for (const auto rule : every_migration_rule) p.legacy.of(rule).mode = migration_mode::report;
    return p;
}

checked_policy::checked_policy(policy p, scope_hierarchy h) noexcept
    : policy_(std::move(p)), hierarchy_(std::move(h)) {}

expected<checked_policy, policy_error> checked_policy::make(policy p) {
    for (const auto& found :
         {check_tokens(p), check_refresh(p), check_pages_and_registrations(p), check_dpop(p.dpop),
          check_schemes(p), check_legacy(p.legacy), check_limits(p.limits)})
        if (found) return unexpected{*found};
    auto hierarchy = scope_hierarchy::make(p.scope.hierarchy);
    if (!hierarchy)
        return unexpected{
            policy_error{"scope.hierarchy", "must be scope tokens of which none implies itself"}};
    return checked_policy{std::move(p), std::move(*hierarchy)};
}

} // namespace v0
} // namespace mcp_oauth
