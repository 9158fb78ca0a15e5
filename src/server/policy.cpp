#include "mcp_oauth/server/policy.hpp"

#include <utility>

namespace mcp_oauth {
inline namespace v0 {

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

} // namespace v0
} // namespace mcp_oauth
