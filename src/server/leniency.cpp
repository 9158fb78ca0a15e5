#include "server/leniency.hpp"

#include <algorithm>

namespace mcp_oauth {
inline namespace v0 {
namespace {

bool contains(const std::vector<std::string>& clients, std::string_view client_id) {
    return std::find(clients.begin(), clients.end(), client_id) != clients.end();
}

bool is_over(const migration_switch& rule, instant now) noexcept {
    return rule.until && now >= *rule.until;
}

} // namespace

rule_verdict leniency::judge(migration_rule rule) {
    const auto& chosen = rules_.of(rule);
    if (chosen.mode == migration_mode::off) return rule_verdict::by_policy;
    if (is_over(chosen, arrived_) || contains(chosen.holds_for, client_id_))
        return rule_verdict::holds;
    softened_[static_cast<std::size_t>(rule)] = true;
    return rule_verdict::lenient;
}

bool leniency::serves(migration_rule rule, bool otherwise) {
    switch (judge(rule)) {
    case rule_verdict::by_policy: return otherwise;
    case rule_verdict::holds: return false;
    case rule_verdict::lenient: return true;
    }
    return false;
}

std::optional<plain_pkce_waiver> leniency::waive_s256() {
    if (!serves(migration_rule::pkce_plain, false)) return std::nullopt;
    return plain_pkce_waiver{};
}
std::optional<missing_pkce_waiver> leniency::waive_pkce() {
    if (!serves(migration_rule::pkce_missing, false)) return std::nullopt;
    return missing_pkce_waiver{};
}

void leniency::report(const exchange& x, std::string_view client_id) const {
    for (const auto rule : every_migration_rule) {
        if (!softened_[static_cast<std::size_t>(rule)]) continue;
        const auto known = facts(rule);
        auto e = x.describe(event_kind::would_be_refused, known.name);
        e.client_id = client_id;
        e.requirement = known.requirement;
        e.mcp_refuses = known.mcp_refuses;
        x.report(e);
    }
}

bool is_oauth_2_0_client(const policy& rules, std::string_view client_id) {
    return contains(rules.legacy.oauth_2_0_clients, client_id);
}

bool serves_plain_pkce(const policy& rules, instant now) {
    const auto& plain = rules.legacy.pkce_plain;
    return plain.mode == migration_mode::report && !is_over(plain, now);
}

} // namespace v0
} // namespace mcp_oauth
