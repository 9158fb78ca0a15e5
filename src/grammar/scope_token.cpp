#include "mcp_oauth/grammar/scope_token.hpp"

#include <algorithm>

namespace mcp_oauth {
inline namespace v0 {

scope_set::scope_set(std::initializer_list<std::string_view> texts) {
    for (const auto text : texts) {
        std::size_t at = 0;
        for (std::size_t space = 0; (space = text.find(' ', at)) != text.npos; at = space + 1)
            add(text.substr(at, space - at));
        add(text.substr(at));
    }
}

void scope_set::add(std::string_view token) {
    if (!is_scope_token(token))
        malformed_ = true;
    else if (!contains(token))
        tokens_.emplace_back(token);
}

bool scope_set::contains(std::string_view token) const noexcept {
    return std::find(tokens_.begin(), tokens_.end(), token) != tokens_.end();
}

bool scope_set::contains_all(const scope_set& other) const noexcept {
    return !other.malformed_ &&
           std::all_of(other.begin(), other.end(),
                       [this](const std::string& token) { return contains(token); });
}

bool operator==(const scope_set& a, const scope_set& b) noexcept {
    return a.malformed_ == b.malformed_ && a.size() == b.size() &&
           std::all_of(b.begin(), b.end(), [&a](const auto& each) { return a.contains(each); });
}

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
