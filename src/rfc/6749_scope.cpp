#include "mcp_oauth/rfc/6749_scope.hpp"

namespace mcp_oauth {
inline namespace v0 {

const scope_set* scope_hierarchy::implied_by(std::string_view scope) const noexcept {
    for (const auto& each : implied_)
        if (each.by == scope) return &each.scopes;
    return nullptr;
}

std::optional<scope_hierarchy> scope_hierarchy::make(const std::vector<implication>& implications) {
    scope_hierarchy made;
    const auto under = [&made](const std::string& wider) -> scope_set& {
        for (auto& each : made.implied_)
            if (each.by == wider) return each.scopes;
        return made.implied_.emplace_back(implied{wider, {}}).scopes;
    };
    for (const auto& [wider, narrower] : implications) {
        if (!is_scope_token(wider) || !is_scope_token(narrower)) return std::nullopt;
        under(wider).add(narrower);
    }
    for (const auto& each : made.implied_)
        if (made.closure(each.scopes).contains(each.by)) return std::nullopt;
    return made;
}

scope_set scope_hierarchy::closure(const scope_set& scopes) const {
    scope_set all = scopes;
    std::vector<std::string> open(all.begin(), all.end());
    while (!open.empty()) {
        const scope_set* const found = implied_by(open.back());
        open.pop_back();
        if (found == nullptr) continue;
        for (const auto& narrower : *found) {
            if (all.contains(narrower)) continue;
            all.add(narrower);
            open.push_back(narrower);
        }
    }
    return all;
}

bool scope_hierarchy::satisfies(const scope_set& held, const scope_set& needed) const {
    return held.contains_all(needed) || closure(held).contains_all(needed);
}

expected<scope_set, error> resolve_scope(std::optional<std::string_view> requested,
                                         const scope_set& offered, const scope_set& fallback,
                                         unknown_scopes unknown) {
    if (!requested) {
        if (fallback.empty()) return refuse(error_code::invalid_scope, "scope is required");
        return fallback;
    }
    const auto parsed = scope_set::parse(*requested);
    if (!parsed) return refuse(error_code::invalid_scope, "scope is malformed");
    scope_set resolved;
    for (const auto& token : *parsed) {
        if (offered.contains(token))
            resolved.add(token);
        else if (unknown == unknown_scopes::refuse)
            return refuse(error_code::invalid_scope, "a requested scope is not offered");
    }
    if (resolved.empty()) return refuse(error_code::invalid_scope, "no requested scope is offered");
    return resolved;
}

} // namespace v0
} // namespace mcp_oauth
