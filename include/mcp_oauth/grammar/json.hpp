#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Why a text is no acceptable JSON.
enum class json_fault : std::uint8_t {
    syntax,         ///< not JSON (RFC 8259), a byte order mark, or octets that are not UTF-8
    too_large,      ///< longer than the limit
    too_deep,       ///< nested deeper than the limit
    duplicate_name, ///< an object names a member twice
    nul,            ///< a string holds U+0000
};

/// What is read at most; a text beyond it is refused.
struct json_limits {
    std::size_t octets = 64 * 1024; ///< of the whole text
    std::size_t depth = 16; ///< objects and arrays inside one another; a bare number has none
};

class json_value;

/// One parsed JSON text. Flat: values lie in one array in document order, decoded strings in one
/// buffer, so that neither a member nor a level costs an allocation of its own.
class json_document {
public:
    /// Errors: the first fault. Nothing is repaired or ignored.
    [[nodiscard]] MCP_OAUTH_EXPORT static expected<json_document, json_fault>
    parse(std::string_view text, const json_limits& limits = {});

    /// The outermost value. It, and every value reached from it, refers to this document.
    [[nodiscard]] json_value root() const noexcept;

private:
    friend class json_value;
    friend class json_builder;
    json_document() = default; // without nodes there is no root: only `parse` hands one out
    enum class kind : std::uint8_t { null, boolean, integer, number, string, array, object };
    struct node {
        kind what = kind::null;
        std::uint32_t skip = 0;   ///< index of the node after this value and all it holds
        std::uint32_t size = 0;   ///< members, elements, or octets of a string
        std::uint32_t offset = 0; ///< of a string's octets
        union {
            std::int64_t integer = 0; ///< also a boolean
            double number;            ///< of `kind::number`, and of no other
        };
    };
    // Names of one length mostly differ in their first octet, which spares the call that compares.
    [[nodiscard]] bool is_text(const node& text, std::string_view expected) const noexcept {
        if (text.size != expected.size()) return false;
        const std::string_view found{octets_.data() + text.offset, text.size};
        return found.empty() || (found.front() == expected.front() && found == expected);
    }
    std::vector<node> nodes_;
    std::string octets_;
};

/// A value inside a `json_document`, which must outlive it. Reading the wrong kind gives nothing.
class json_value {
public:
    /// Whether it is `null`. A member that is absent is no value: `find` gives nothing.
    [[nodiscard]] bool is_null() const noexcept { return what() == json_document::kind::null; }
    /// Whether it has members, or could have: `{}` is an object too.
    [[nodiscard]] bool is_object() const noexcept { return what() == json_document::kind::object; }
    /// Whether it has elements, or could have: `[]` is an array too.
    [[nodiscard]] bool is_array() const noexcept { return what() == json_document::kind::array; }

    /// `true` or `false`; a number or a text is neither.
    [[nodiscard]] std::optional<bool> boolean() const noexcept;
    /// An integer written without fraction or exponent that fits 64 bits (JOSE-12).
    [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;
    /// Any finite number.
    [[nodiscard]] std::optional<double> number() const noexcept;
    /// A text, its escapes resolved: UTF-8 without U+0000. The view is of the document.
    [[nodiscard]] std::optional<std::string_view> string() const noexcept;

    /// Members or elements; 0 for anything else.
    [[nodiscard]] std::size_t size() const noexcept;
    /// The member of this name, compared octet for octet after escapes are resolved. Nothing where
    /// this is no object. Linear in the members.
    [[nodiscard]] std::optional<json_value> find(std::string_view name) const noexcept;

    /// Calls `visit(name, value)` for each member in document order.
    template <class Visit> void for_each_member(Visit&& visit) const {
        if (!is_object()) return;
        std::uint32_t at = index_ + 1;
        for (std::uint32_t i = 0; i < node().size; ++i) {
            const json_value name{*document_, at};
            const json_value value{*document_, at + 1};
            visit(*name.string(), value);
            at = value.node().skip;
        }
    }
    /// Calls `visit(value)` for each element in order.
    template <class Visit> void for_each_element(Visit&& visit) const {
        if (!is_array()) return;
        std::uint32_t at = index_ + 1;
        for (std::uint32_t i = 0; i < node().size; ++i) {
            const json_value value{*document_, at};
            visit(value);
            at = value.node().skip;
        }
    }
    /// Every element, where this is an array of strings only; nothing otherwise.
    [[nodiscard]] MCP_OAUTH_EXPORT std::optional<std::vector<std::string>> strings() const;

    /// Shorthands: the member of this name, as this type. Nothing where it is absent or of another.
    /// @{
    [[nodiscard]] std::optional<std::string_view> string_at(std::string_view name) const noexcept;
    [[nodiscard]] std::optional<std::int64_t> integer_at(std::string_view name) const noexcept;
    [[nodiscard]] std::optional<bool> boolean_at(std::string_view name) const noexcept;
    /// @}

private:
    friend class json_document;
    json_value(const json_document& document, std::uint32_t index) noexcept
        : document_(&document), index_(index) {}
    [[nodiscard]] const json_document::node& node() const noexcept {
        return document_->nodes_[index_];
    }
    [[nodiscard]] json_document::kind what() const noexcept { return node().what; }

    const json_document* document_;
    std::uint32_t index_;
};

inline json_value json_document::root() const noexcept { return json_value{*this, 0}; }

inline std::optional<bool> json_value::boolean() const noexcept {
    if (what() != json_document::kind::boolean) return std::nullopt;
    return node().integer != 0;
}
inline std::optional<std::int64_t> json_value::integer() const noexcept {
    if (what() != json_document::kind::integer) return std::nullopt;
    return node().integer;
}
inline std::optional<double> json_value::number() const noexcept {
    if (what() == json_document::kind::number) return node().number;
    if (what() == json_document::kind::integer) return static_cast<double>(node().integer);
    return std::nullopt;
}
inline std::optional<std::string_view> json_value::string() const noexcept {
    if (what() != json_document::kind::string) return std::nullopt;
    return std::string_view{document_->octets_}.substr(node().offset, node().size);
}
inline std::size_t json_value::size() const noexcept {
    return is_object() || is_array() ? node().size : 0;
}
inline std::optional<json_value> json_value::find(std::string_view name) const noexcept {
    if (!is_object()) return std::nullopt;
    const auto* const nodes = document_->nodes_.data();
    std::uint32_t at = index_ + 1;
    for (std::uint32_t i = 0; i < node().size; ++i) {
        if (document_->is_text(nodes[at], name)) return json_value{*document_, at + 1};
        at = nodes[at + 1].skip;
    }
    return std::nullopt;
}
inline std::optional<std::string_view> json_value::string_at(std::string_view name) const noexcept {
    const auto value = find(name);
    return value ? value->string() : std::nullopt;
}
inline std::optional<std::int64_t> json_value::integer_at(std::string_view name) const noexcept {
    const auto value = find(name);
    return value ? value->integer() : std::nullopt;
}
inline std::optional<bool> json_value::boolean_at(std::string_view name) const noexcept {
    const auto value = find(name);
    return value ? value->boolean() : std::nullopt;
}

} // namespace v0
} // namespace mcp_oauth
