#include "testing/json_equality.hpp"

#include <vector>

#include "mcp_oauth/grammar/json.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {

namespace {

// A body of 64 KiB may come back with a space after each comma.
constexpr json_limits limits{256 * 1024, 64};

bool equal(const json_value& a, const json_value& b);

bool equal_objects(const json_value& a, const json_value& b) {
    bool all = a.size() == b.size();
    a.for_each_member([&](std::string_view name, const json_value& value) {
        const auto other = b.find(name);
        all = all && other && equal(value, *other);
    });
    return all;
}

bool equal_arrays(const json_value& a, const json_value& b) {
    std::vector<json_value> others;
    b.for_each_element([&](const json_value& value) { others.push_back(value); });
    bool all = a.size() == b.size();
    std::size_t i = 0;
    a.for_each_element([&](const json_value& value) { all = all && equal(value, others[i++]); });
    return all;
}

bool equal(const json_value& a, const json_value& b) {
    if (a.is_object() || b.is_object())
        return a.is_object() && b.is_object() && equal_objects(a, b);
    if (a.is_array() || b.is_array()) return a.is_array() && b.is_array() && equal_arrays(a, b);
    if (a.integer() && b.integer()) return a.integer() == b.integer();
    return a.is_null() == b.is_null() && a.boolean() == b.boolean() && a.string() == b.string() &&
           a.number() == b.number();
}

} // namespace

bool equal_as_json(std::string_view a, std::string_view b) {
    if (a == b) return true;
    const auto first = json_document::parse(a, limits);
    const auto second = json_document::parse(b, limits);
    return first && second && equal(first->root(), second->root());
}

} // namespace testing
} // namespace v0
} // namespace mcp_oauth
