#include "mcp_oauth/grammar/json_writer.hpp"

#include <array>
#include <charconv>

#include "grammar/utf8.hpp"
#include "mcp_oauth/grammar/json.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD"; // U+FFFD

constexpr std::array<bool, 256> octets_that_stand_for_themselves() noexcept {
    std::array<bool, 256> plain{};
    for (std::size_t octet = 0x20; octet <= 0x7F; ++octet) plain[octet] = true;
    plain['"'] = plain['\\'] = false;
    return plain;
}

bool stands_for_itself(char c) noexcept {
    static constexpr auto plain = octets_that_stand_for_themselves();
    return plain[static_cast<unsigned char>(c)];
}

void append_escaped(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\b': out.append("\\b"); return;
    case '\f': out.append("\\f"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    }
    const auto octet = static_cast<unsigned char>(c);
    out.append("\\u00");
    out.push_back(digits[octet >> 4U]);
    out.push_back(digits[octet & 0xFU]);
}

std::size_t plain_prefix(std::string_view text) noexcept {
    std::size_t size = 0;
    while (size < text.size() && stands_for_itself(text[size])) ++size;
    return size;
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
    out.push_back('"');
    while (!text.empty()) {
        const auto plain = plain_prefix(text);
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;

        const auto size = utf8_sequence(text);
        if (size == 0)
            out.append(replacement_character);
        else if (size == 1)
            append_escaped(out, text.front());
        else
            out.append(text.substr(0, size));
        text.remove_prefix(size == 0 ? 1 : size);
    }
    out.push_back('"');
}

json_object_writer::json_object_writer(std::size_t expected) {
    text_.reserve(expected);
    text_.push_back('{');
}

void json_object_writer::name(std::string_view name) {
    if (text_.size() > 1) text_.push_back(',');
    append_json_string(text_, name);
    text_.push_back(':');
}

namespace {

template <class Number> void append_number(std::string& out, Number value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

// As deep as the parser let the value be.
void append_members(std::string& out, json_value object) {
    const char* separator = "{";
    object.for_each_member([&](std::string_view name, json_value value) {
        out.append(separator);
        append_json_string(out, name);
        out.push_back(':');
        append_json(out, value);
        separator = ",";
    });
    out.append(object.size() == 0 ? "{}" : "}");
}
void append_elements(std::string& out, json_value array) {
    const char* separator = "[";
    array.for_each_element([&](json_value value) {
        out.append(separator);
        append_json(out, value);
        separator = ",";
    });
    out.append(array.size() == 0 ? "[]" : "]");
}

} // namespace

void append_json(std::string& out, json_value value) {
    if (value.is_object()) return append_members(out, value);
    if (value.is_array()) return append_elements(out, value);
    if (const auto text = value.string()) return append_json_string(out, *text);
    if (const auto truth = value.boolean()) return void(out.append(*truth ? "true" : "false"));
    if (const auto integer = value.integer()) return append_number(out, *integer);
    if (const auto number = value.number()) return append_number(out, *number);
    out.append("null");
}

json_object_writer& json_object_writer::add(std::string_view name, std::string_view text) {
    this->name(name);
    append_json_string(text_, text);
    return *this;
}

json_object_writer& json_object_writer::add(std::string_view name, std::int64_t value) {
    this->name(name);
    char digits[20]; // "-9223372036854775808"
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    text_.append(digits, end);
    return *this;
}

json_object_writer& json_object_writer::add_flag(std::string_view name, bool value) {
    return add_json(name, value ? "true" : "false");
}

json_object_writer& json_object_writer::add(std::string_view name,
                                            const std::vector<std::string>& values) {
    this->name(name);
    text_.push_back('[');
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) text_.push_back(',');
        append_json_string(text_, values[i]);
    }
    text_.push_back(']');
    return *this;
}

json_object_writer& json_object_writer::add_if(std::string_view name,
                                               const std::optional<std::string>& text) {
    return text ? add_unless_empty(name, *text) : *this;
}

json_object_writer& json_object_writer::add_unless_empty(std::string_view name,
                                                         std::string_view text) {
    return text.empty() ? *this : add(name, text);
}

json_object_writer& json_object_writer::add_unless_empty(std::string_view name,
                                                         const std::vector<std::string>& values) {
    return values.empty() ? *this : add(name, values);
}

json_object_writer& json_object_writer::add_json(std::string_view name, std::string_view json) {
    this->name(name);
    text_.append(json);
    return *this;
}

std::string json_object_writer::take() {
    text_.push_back('}');
    return std::move(text_);
}

} // namespace v0
} // namespace mcp_oauth
