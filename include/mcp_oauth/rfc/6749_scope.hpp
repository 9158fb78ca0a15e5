#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
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
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<scope_hierarchy>
    make(const std::vector<implication>& implications);

    /// `scopes` and everything that they imply.
    [[nodiscard]] MCP_OAUTH_EXPORT scope_set closure(const scope_set& scopes) const;
    /// Whether `held` is enough for `needed`, exact members only (ATK-RS-04).
    [[nodiscard]] MCP_OAUTH_EXPORT bool satisfies(const scope_set& held,
                                                  const scope_set& needed) const;

private:
    struct implied {
        std::string by;
        scope_set scopes; ///< directly
    };
    [[nodiscard]] const scope_set* implied_by(std::string_view scope) const noexcept;

    std::vector<implied> implied_; ///< each `by` once; few, so they are searched one by one
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
[[nodiscard]] MCP_OAUTH_EXPORT expected<scope_set, error>
resolve_scope(std::optional<std::string_view> requested, const scope_set& offered,
              const scope_set& fallback, unknown_scopes unknown);

} // namespace v0
} // namespace mcp_oauth
