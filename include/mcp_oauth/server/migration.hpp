#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"

/// What `policy::migration()` still serves to OAuth 2.0 clients, rule by rule, and for whom and
/// until when.
namespace mcp_oauth {
inline namespace v0 {

/// A rule that OAuth 2.0 clients break and that may be softened for a while. Closed: what is not
/// here is never softened. Implicit and password grants, codes and refresh tokens of another
/// client, and redirects that no registration vouches for are refused under every policy.
enum class migration_rule : std::uint8_t {
    pkce_missing,              ///< an authorization request without `code_challenge`
    pkce_plain,                ///< `code_challenge_method` is `plain`, or missing
    refresh_token_reused,      ///< a rotated refresh token comes back after its retry window
    refresh_retried,           ///< a rotated refresh token comes back inside its retry window
    resource_missing,          ///< an authorization request without `resource`
    scope_unknown,             ///< a scope is asked for that is not offered
    scope_beyond_registration, ///< a scope is asked for that the client did not register
    redirect_scheme_dotless,   ///< a private-use redirect whose scheme has no period
    web_with_native_redirect,  ///< a registration as `web` with redirects of a native client
};

/// Every rule, in the order of the enumeration.
inline constexpr std::array<migration_rule, 9> every_migration_rule{
    migration_rule::pkce_missing,
    migration_rule::pkce_plain,
    migration_rule::refresh_token_reused,
    migration_rule::refresh_retried,
    migration_rule::resource_missing,
    migration_rule::scope_unknown,
    migration_rule::scope_beyond_registration,
    migration_rule::redirect_scheme_dotless,
    migration_rule::web_with_native_redirect,
};

/// What there is to know about a rule.
struct migration_rule_facts {
    std::string_view name;        ///< stable, `lower_snake_case`
    std::string_view requirement; ///< the ID of the requirement that the request breaks
    bool mcp_refuses;             ///< `policy::mcp()` refuses it; `policy::strict()` always does
};

/// No `default:` on purpose: a rule without its facts does not compile (-Werror=switch).
[[nodiscard]] constexpr migration_rule_facts facts(migration_rule rule) noexcept {
    switch (rule) {
    case migration_rule::pkce_missing: return {"pkce_missing", "OA21-AUTHZ-14", true};
    case migration_rule::pkce_plain: return {"pkce_plain", "OA21-AUTHZ-15", true};
    case migration_rule::refresh_token_reused: return {"refresh_token_reused", "OA21-REF-06", true};
    case migration_rule::refresh_retried: return {"refresh_retried", "OA21-REF-06", false};
    case migration_rule::resource_missing: return {"resource_missing", "MCP-RES-01", false};
    case migration_rule::scope_unknown: return {"scope_unknown", "OA21-AUTHZ-17", false};
    case migration_rule::scope_beyond_registration:
        return {"scope_beyond_registration", "DCR-18", false};
    case migration_rule::redirect_scheme_dotless:
        return {"redirect_scheme_dotless", "OA21-CLI-04", false};
    case migration_rule::web_with_native_redirect:
        return {"web_with_native_redirect", "MCP-DCR-05", false};
    }
    return {"", "", true}; // only reachable through a cast from an outside integer
}

/// Whether a rule is softened.
enum class migration_mode : std::uint8_t {
    off,    ///< the rest of the policy decides, and nobody hears of it
    report, ///< what breaks the rule is served and reported, or refused where the rule holds
};

/// One rule, softened: `would_be_refused` is raised for each request that is served although it
/// breaks the rule.
struct migration_switch {
    migration_mode mode = migration_mode::off; ///< while it is `off` the other two do not count
    /// From this moment on the rule holds for everybody; nothing: no end.
    std::optional<instant> until;
    /// Clients for which the rule holds already, by their IDs.
    std::vector<std::string> holds_for;
};

} // namespace v0
} // namespace mcp_oauth
