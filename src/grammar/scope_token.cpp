#include "mcp_oauth/grammar/scope_token.hpp"

namespace mcp_oauth {
inline namespace v0 {

std::optional<scope_set> scope_set::parse(std::string_view text) {
    scope_set parsed;
    while (true) {
        const auto space = text.find(' ');
        const auto token = text.substr(0, space);
        if (!is_scope_token(token)) return std::nullopt;
        parsed.add(token);
        if (space == std::string_view::npos) return parsed;
        text.remove_prefix(space + 1);
    }
}

std::string scope_set::text() const {
    std::string joined;
    for (const auto& token : tokens_) {
        if (!joined.empty()) joined.push_back(' ');
        joined.append(token);
    }
    return joined;
}

} // namespace v0
} // namespace mcp_oauth
