#include "claim.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"

using namespace mcp_oauth;

namespace {

constexpr std::size_t deepest = 16;

std::string written(const json_value& value, std::size_t depth);

std::string written_object(const json_value& object, std::size_t depth) {
    json_object_writer out;
    std::size_t members = 0;
    object.for_each_member([&](std::string_view name, const json_value& member) {
        CLAIM(is_utf8(name));
        CLAIM(object.find(name)); // and the only one: names are unique
        out.add_json(name, written(member, depth + 1));
        ++members;
    });
    CLAIM(members == object.size());
    return out.take();
}

std::string written_array(const json_value& array, std::size_t depth) {
    std::string out = "[";
    std::size_t elements = 0;
    array.for_each_element([&](const json_value& element) {
        if (elements++ > 0) out.push_back(',');
        out += written(element, depth + 1);
    });
    CLAIM(elements == array.size());
    return out + "]";
}

std::string written(const json_value& value, std::size_t depth) {
    CLAIM(depth <= deepest);
    if (value.is_null()) return "null";
    if (value.is_object()) return written_object(value, depth);
    if (value.is_array()) return written_array(value, depth);
    if (const auto truth = value.boolean()) return *truth ? "true" : "false";
    if (const auto integer = value.integer()) return std::to_string(*integer);
    if (const auto number = value.number()) {
        CLAIM(*number - *number == 0); // finite
        return "0.5";                  // writing doubles is not this library's business
    }
    const auto text = value.string();
    CLAIM(text);
    CLAIM(is_utf8(*text));
    CLAIM(text->find('\0') == std::string_view::npos);
    std::string out;
    append_json_string(out, *text);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto document = json_document::parse(as_text(data, size), {1U << 20U, deepest});
    if (!document) return 0;
    const auto once = written(document->root(), 0);
    const auto again = json_document::parse(once, {std::size_t{8} << 20U, deepest});
    CLAIM(again);
    CLAIM(written(again->root(), 0) == once);
    return 0;
}
