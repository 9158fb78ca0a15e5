#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "mcp_oauth/grammar/scope_token.hpp"

/// What the Model Context Protocol's authorization pages add to OAuth: which call needs which
/// scope.
namespace mcp_oauth {
inline namespace v0 {

/// Which scopes a JSON-RPC call needs, so that one challenge can name all of them (MCP-SCO-06).
///
///     scope_table needed{{"mcp"}};
///     needed.tool("add_note", {"notes:write"}).method("resources/read", {"notes:read"});
///     auto who = gate.admit(request, needed.scopes_for("tools/call", "add_note"));
///
/// A call that the table does not name needs the fallback, which is why there is no table without
/// one: a tool that was forgotten is open to those alone who have its scopes. An empty fallback is
/// one too, and then any good token opens it. Names are compared octet for octet.
class scope_table {
public:
    /// The only method that is judged by tool.
    static constexpr std::string_view call_method = "tools/call";

    /// `fallback` is what every call needs that is not named otherwise.
    explicit scope_table(scope_set fallback) : fallback_(std::move(fallback)) {}

    /// What calls of `method` need; for `tools/call`, those of tools that are not named.
    scope_table& method(std::string_view method, scope_set needed) {
        methods_.insert_or_assign(std::string{method}, std::move(needed));
        return *this;
    }
    /// What a call of `tool` needs: exactly these, the fallback is not added.
    scope_table& tool(std::string_view tool, scope_set needed) {
        tools_.insert_or_assign(std::string{tool}, std::move(needed));
        return *this;
    }

    /// What this call needs. `tool` counts for `tools/call` only.
    [[nodiscard]] const scope_set& scopes_for(std::string_view method,
                                              std::string_view tool = {}) const noexcept {
        if (method == call_method)
            if (const auto named = tools_.find(tool); named != tools_.end()) return named->second;
        const auto named = methods_.find(method);
        return named == methods_.end() ? fallback_ : named->second;
    }
    /// What a request without a token is challenged for (MCP-SCO-01).
    [[nodiscard]] const scope_set& fallback() const noexcept { return fallback_; }

private:
    using table = std::map<std::string, scope_set, std::less<>>;
    scope_set fallback_;
    table methods_;
    table tools_;
};

} // namespace v0
} // namespace mcp_oauth
