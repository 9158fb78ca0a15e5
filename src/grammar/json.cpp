// JSON (RFC 8259), read through nlohmann/json's SAX parser. No other file of this project may
// include that library: hosts bring versions of their own, and two of them in one program do not
// link.
//
// Its parser accepts more than we want, each checked here or in `json_document::parse`: a byte
// order mark; a NUL octet as the end of the text; repeated names; any depth; U+0000 inside strings.

#include "mcp_oauth/grammar/json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::uint32_t nothing_open = std::numeric_limits<std::uint32_t>::max();

// Where no name can be repeated by so many that comparing each with each becomes an attack.
constexpr std::uint32_t few_members = 16;

// Of a text as a name or a value takes it up with its punctuation, on the small side: a guess that
// mostly spares the nodes a second allocation.
constexpr std::size_t octets_of_a_node = 8;

constexpr std::size_t most_octets = std::numeric_limits<std::uint32_t>::max();

} // namespace

/// Receives nlohmann's events and appends flat nodes. Each function returns whether to go on.
///
/// While a container is open, its `skip` holds the index of the container around it.
class json_builder {
public:
    json_builder(std::string_view text, std::size_t depth)
        : deepest_(depth), may_hold_nul_(text.find("\\u0000") != std::string_view::npos) {
        document_.octets_.reserve(text.size());
        document_.nodes_.reserve(std::min<std::size_t>(text.size() / octets_of_a_node + 1, 256));
    }
    [[nodiscard]] json_fault fault() const noexcept { return fault_; }
    [[nodiscard]] json_document take() noexcept { return std::move(document_); }

    bool null() { return add(kind::null), true; }
    bool boolean(bool value) { return add(kind::boolean).integer = value ? 1 : 0, true; }
    bool number_integer(std::int64_t value) { return add(kind::integer).integer = value, true; }
    bool number_unsigned(std::uint64_t value) {
        constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
        if (value > most) return number_float(static_cast<double>(value), {});
        return number_integer(static_cast<std::int64_t>(value));
    }
    bool number_float(double value, const std::string&) {
        if (!std::isfinite(value)) return false;
        return add(kind::number).number = value, true;
    }
    bool string(const std::string& value) { return add_text(value); }
    bool binary(const std::vector<std::uint8_t>&) { return false; } // not of JSON

    bool start_object(std::size_t) { return open(kind::object); }
    bool key(const std::string& name) {
        // A name is a node too, but its object counts the pair once.
        const auto object = innermost_;
        if (!add_text(name)) return false;
        --document_.nodes_[object].size;
        return true;
    }
    bool end_object() {
        if (has_repeated_name(innermost_)) return fail(json_fault::duplicate_name);
        return close();
    }
    bool start_array(std::size_t) { return open(kind::array); }
    bool end_array() { return close(); }

    template <class Exception> bool parse_error(std::size_t, const std::string&, const Exception&) {
        return false;
    }

private:
    using kind = json_document::kind;
    using node = json_document::node;

    bool fail(json_fault fault) noexcept {
        fault_ = fault;
        return false;
    }
    node& add(kind what) {
        if (innermost_ != nothing_open) ++document_.nodes_[innermost_].size;
        node& added = document_.nodes_.emplace_back();
        added.what = what;
        added.skip = static_cast<std::uint32_t>(document_.nodes_.size());
        return added;
    }
    bool add_text(const std::string& text) {
        if (may_hold_nul_ && text.find('\0') != std::string::npos) return fail(json_fault::nul);
        node& added = add(kind::string);
        added.offset = static_cast<std::uint32_t>(document_.octets_.size());
        added.size = static_cast<std::uint32_t>(text.size());
        document_.octets_.append(text);
        return true;
    }
    bool open(kind what) {
        if (depth_ == deepest_) return fail(json_fault::too_deep);
        ++depth_;
        add(what).skip = innermost_;
        innermost_ = static_cast<std::uint32_t>(document_.nodes_.size() - 1);
        return true;
    }
    bool close() {
        node& closed = document_.nodes_[innermost_];
        innermost_ = closed.skip;
        closed.skip = static_cast<std::uint32_t>(document_.nodes_.size());
        --depth_;
        return true;
    }

    [[nodiscard]] std::string_view text_of(const node& text) const noexcept {
        return std::string_view{document_.octets_}.substr(text.offset, text.size);
    }
    template <class Visit> void for_each_name(std::uint32_t object, Visit&& visit) const {
        const auto& nodes = document_.nodes_;
        for (std::uint32_t at = object + 1, i = 0; i < nodes[object].size; ++i) {
            visit(text_of(nodes[at]));
            at = nodes[at + 1].skip;
        }
    }
    [[nodiscard]] bool has_repeated_name(std::uint32_t object) const {
        return document_.nodes_[object].size <= few_members ? has_repeat_among_few(object)
                                                            : has_repeat_among_many(object);
    }
    [[nodiscard]] bool has_repeat_among_few(std::uint32_t object) const {
        std::array<std::string_view, few_members> names;
        auto* end = names.data();
        bool repeated = false;
        for_each_name(object, [&](std::string_view name) {
            repeated = repeated || std::find(names.data(), end, name) != end;
            *end++ = name;
        });
        return repeated;
    }
    [[nodiscard]] bool has_repeat_among_many(std::uint32_t object) const {
        std::vector<std::string_view> names;
        names.reserve(document_.nodes_[object].size);
        for_each_name(object, [&names](std::string_view name) { names.push_back(name); });
        std::sort(names.begin(), names.end());
        return std::adjacent_find(names.begin(), names.end()) != names.end();
    }

    json_document document_;
    std::size_t deepest_;
    bool may_hold_nul_; // only this escape makes U+0000: the text itself holds no such octet
    std::size_t depth_ = 0;
    std::uint32_t innermost_ = nothing_open;
    json_fault fault_ = json_fault::syntax;
};

expected<json_document, json_fault> json_document::parse(std::string_view text,
                                                         const json_limits& limits) {
    if (text.size() > std::min(limits.octets, most_octets))
        return unexpected{json_fault::too_large};
    if (text.find('\0') != std::string_view::npos) return unexpected{json_fault::syntax};
    if (text.substr(0, 1) == "\xEF") return unexpected{json_fault::syntax}; // a byte order mark

    json_builder builder(text, limits.depth);
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
        return unexpected{builder.fault()};
    return builder.take();
}

std::optional<std::vector<std::string>> json_value::strings() const {
    if (!is_array()) return std::nullopt;
    std::vector<std::string> values;
    values.reserve(size());
    bool only_strings = true;
    for_each_element([&](const json_value& element) {
        const auto text = element.string();
        only_strings = only_strings && text;
        if (text) values.emplace_back(*text);
    });
    if (!only_strings) return std::nullopt;
    return values;
}

} // namespace v0
} // namespace mcp_oauth
