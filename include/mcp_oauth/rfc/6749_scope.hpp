#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"

/// RFC 6749 §3.3: what a token is good for; and the hierarchies that MCP asks for (MCP-SCO-12).
namespace mcp_oauth {
inline namespace v0 {

/// Which scope implies which: `notes:write` implies `notes:read`.
class scope_hierarchy {
public:
    /// `wider`, then what it implies.
    using implication = std::pair<std::string, std::string>;

    scope_hierarchy() = default; ///< no scope implies another
    /// Errors: nothing where one is no scope token, or a scope would imply itself.
    [[nodiscard]] static std::optional<scope_hierarchy>
    make(const std::vector<implication>& implications) {
        scope_hierarchy made;
        for (const auto& [wider, narrower] : implications) {
            if (!is_scope_token(wider) || !is_scope_token(narrower)) return std::nullopt;
            made.implied_[wider].add(narrower);
        }
        for (const auto& [wider, ignored] : made.implied_)
            if (made.closure(made.implied_.at(wider)).contains(wider)) return std::nullopt;
        return made;
    }

    /// `scopes` and everything that they imply.
    [[nodiscard]] scope_set closure(const scope_set& scopes) const {
        scope_set all = scopes;
        std::vector<std::string> open(all.begin(), all.end());
        while (!open.empty()) {
            const std::string next = std::move(open.back());
            open.pop_back();
            const auto found = implied_.find(next);
            if (found == implied_.end()) continue;
            for (const auto& narrower : found->second) {
                if (all.contains(narrower)) continue;
                all.add(narrower);
                open.push_back(narrower);
            }
        }
        return all;
    }
    /// Whether `held` is enough for `needed`, exact members only (ATK-RS-04).
    [[nodiscard]] bool satisfies(const scope_set& held, const scope_set& needed) const {
        return held.contains_all(needed) || closure(held).contains_all(needed);
    }

private:
    std::map<std::string, scope_set, std::less<>> implied_;
};

/// What becomes of a scope that this server does not offer.
enum class unknown_scopes : std::uint8_t {
    refuse, ///< `invalid_scope`
    narrow, ///< left out, `invalid_scope` where nothing remains (MCP-SCO-14)
};

/// Decides which scopes a request asks for (RFC 6749 §3.3; OA21-AUTHZ-17, OA21-AUTHZ-18).
///
/// Errors: `invalid_scope` for bad syntax, for an unknown scope under `refuse`, and where nothing
///         is left.
[[nodiscard]] inline expected<scope_set, error>
resolve_scope(std::optional<std::string_view> requested, const scope_set& offered,
              const scope_set& fallback, unknown_scopes unknown) {
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
