#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Whether `text` is `1*( %x21 / %x23-5B / %x5D-7E )`: one scope token (RFC 6749 §3.3).
[[nodiscard]] constexpr bool is_scope_token(std::string_view text) noexcept {
    if (text.empty()) return false;
    for (const char c : text)
        if (c < 0x21 || c > 0x7E || c == '"' || c == '\\') return false;
    return true;
}

/// A set of scope tokens. It remembers the order in which they were added; equality ignores it
/// (RFC 6749 §3.3: "order does not matter").
class scope_set {
public:
    /// Goes over the tokens in the order in which they were added.
    using const_iterator = std::vector<std::string>::const_iterator;

    scope_set() = default; ///< empty
    /// Requires: each is a scope token; one that is not is left out.
    scope_set(std::initializer_list<std::string_view> tokens) {
        for (const auto token : tokens) add(token);
    }

    /// Errors: nothing where `text` is not scope tokens separated by single spaces. Repeats are
    ///         folded.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<scope_set> parse(std::string_view text);

    /// Adds a token behind the others. Does nothing where it is there already, or is none by
    /// `is_scope_token`.
    void add(std::string_view token) {
        if (is_scope_token(token) && !contains(token)) tokens_.emplace_back(token);
    }
    /// Compares octet for octet (RFC 6749 §3.3: "case-sensitive"). Linear in the tokens.
    [[nodiscard]] bool contains(std::string_view token) const noexcept {
        return std::find(tokens_.begin(), tokens_.end(), token) != tokens_.end();
    }
    /// Whether `other` is a subset: no scope implies another here (see `scope_hierarchy`). Every
    /// set contains the empty one.
    [[nodiscard]] bool contains_all(const scope_set& other) const noexcept {
        return std::all_of(other.begin(), other.end(),
                           [this](const std::string& token) { return contains(token); });
    }
    /// Whether there is no token. What `parse` read is never empty.
    [[nodiscard]] bool empty() const noexcept { return tokens_.empty(); }
    /// The number of tokens, which all differ.
    [[nodiscard]] std::size_t size() const noexcept { return tokens_.size(); }
    /// From the token that was added first. Good until the next `add`.
    /// @{
    [[nodiscard]] const_iterator begin() const noexcept { return tokens_.begin(); }
    [[nodiscard]] const_iterator end() const noexcept { return tokens_.end(); }
    /// @}
    /// The tokens separated by single spaces, in the order in which they were added.
    [[nodiscard]] MCP_OAUTH_EXPORT std::string text() const;

    friend bool operator==(const scope_set& a, const scope_set& b) noexcept {
        return a.size() == b.size() && a.contains_all(b);
    }
    friend bool operator!=(const scope_set& a, const scope_set& b) noexcept { return !(a == b); }

private:
    std::vector<std::string> tokens_;
};

} // namespace v0
} // namespace mcp_oauth
