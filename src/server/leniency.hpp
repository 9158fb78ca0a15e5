#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mcp_oauth/rfc/7636_pkce.hpp"
#include "mcp_oauth/server/policy.hpp"
#include "server/exchange.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What becomes of a request that breaks a migration rule.
enum class rule_verdict : std::uint8_t {
    by_policy, ///< the rule is not softened: the rest of the policy decides
    holds,     ///< refused
    lenient,   ///< served, and reported
};

/// What the migration rules decide about one request of one client. Every endpoint asks here, and
/// nothing else decides it: a request that breaks a rule is served where the answer is `lenient`.
///
/// Answers are remembered, and reported at the end: a request that is refused for another reason is
/// nobody's to migrate.
class leniency {
public:
    /// Requires: `rules`, and the text of `client_id`, outlive this.
    leniency(const policy& rules, std::string_view client_id, instant arrived)
        : rules_(rules.legacy), client_id_(client_id), arrived_(arrived) {}

    /// Requires: the request breaks `rule`.
    [[nodiscard]] rule_verdict judge(migration_rule rule);
    /// Whether the request is served; `otherwise` where the rule is not softened.
    [[nodiscard]] bool serves(migration_rule rule, bool otherwise);

    /// The proofs that stand in for PKCE; nothing where the rule holds.
    [[nodiscard]] std::optional<plain_pkce_waiver> waive_s256();
    [[nodiscard]] std::optional<missing_pkce_waiver> waive_pkce();

    /// The request was served: raises `would_be_refused` for each rule that it broke. `client_id`
    /// is that of a client which was nobody when the request came.
    void report(const exchange& x, std::string_view client_id) const;
    void report(const exchange& x) const { report(x, client_id_); }

private:
    const policy::legacy_options& rules_;
    std::string_view client_id_;
    instant arrived_;
    std::array<bool, every_migration_rule.size()> softened_{};
};

/// Whether RFC 6749 §4.1.3 is held against this client: see `legacy_options::oauth_2_0_clients`.
[[nodiscard]] bool is_oauth_2_0_client(const policy& rules, std::string_view client_id);

/// Whether `plain` challenges are accepted from anybody at `now`: what the metadata says.
[[nodiscard]] bool serves_plain_pkce(const policy& rules, instant now);

} // namespace v0
} // namespace mcp_oauth
