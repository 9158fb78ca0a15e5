#pragma once

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
///
/// A slip in a program's own list must not open a door: a set that was given a text which is no
/// scope token is *malformed*, and is contained in no set. What `parse` read never is.
class scope_set {
public:
    /// Goes over the tokens in the order in which they were added.
    using const_iterator = std::vector<std::string>::const_iterator;

    scope_set() = default; ///< empty
    /// Each is one token or, as a scope is written on the wire, several separated by single spaces.
    MCP_OAUTH_EXPORT scope_set(std::initializer_list<std::string_view> texts);

    /// Errors: nothing where `text` is not scope tokens separated by single spaces. Repeats are
    ///         folded.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<scope_set> parse(std::string_view text);

    /// Adds a token behind the others. Does nothing where it is there already; makes the set
    /// malformed where it is none by `is_scope_token`.
    MCP_OAUTH_EXPORT void add(std::string_view token);
    /// Whether something was added that is no scope token.
    [[nodiscard]] bool malformed() const noexcept { return malformed_; }
    /// Compares octet for octet (RFC 6749 §3.3: "case-sensitive"). Linear in the tokens.
    [[nodiscard]] MCP_OAUTH_EXPORT bool contains(std::string_view token) const noexcept;
    /// Whether `other` is a subset: no scope implies another here (see `scope_hierarchy`). Every
    /// set contains the empty one, none a malformed one.
    [[nodiscard]] MCP_OAUTH_EXPORT bool contains_all(const scope_set& other) const noexcept;
    /// Whether nothing was added. What `parse` read is never empty.
    [[nodiscard]] bool empty() const noexcept { return tokens_.empty() && !malformed_; }
    /// The number of tokens, which all differ.
    [[nodiscard]] std::size_t size() const noexcept { return tokens_.size(); }
    /// From the token that was added first. Good until the next `add`.
    /// @{
    [[nodiscard]] const_iterator begin() const noexcept { return tokens_.begin(); }
    [[nodiscard]] const_iterator end() const noexcept { return tokens_.end(); }
    /// @}
    /// The tokens separated by single spaces, in the order in which they were added.
    [[nodiscard]] MCP_OAUTH_EXPORT std::string text() const;

    friend MCP_OAUTH_EXPORT bool operator==(const scope_set& a, const scope_set& b) noexcept;
    friend bool operator!=(const scope_set& a, const scope_set& b) noexcept { return !(a == b); }

private:
    std::vector<std::string> tokens_;
    bool malformed_ = false;
};

} // namespace v0
} // namespace mcp_oauth
