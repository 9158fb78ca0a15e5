#include "config_reader.hpp"

#include <algorithm>

namespace mcp_server {
namespace {

// `~` and `/` have a meaning in a pointer (RFC 6901 §3).
std::string pointer_token(std::string_view name) {
    std::string escaped;
    for (const char c : name) {
        if (c == '~')
            escaped += "~0";
        else if (c == '/')
            escaped += "~1";
        else
            escaped += c;
    }
    return escaped;
}

std::string to_text(const nlohmann::json& value, const std::string& pointer) {
    if (!value.is_string()) throw config_fault(pointer, "must be a string");
    auto text = value.get<std::string>();
    if (text.empty()) throw config_fault(pointer, "must not be empty");
    return text;
}

} // namespace

object_reader::object_reader(const json& value, std::string pointer)
    : value_(&value), pointer_(std::move(pointer)) {
    if (!value.is_object()) throw config_fault(pointer_, "must be an object");
}

std::string object_reader::at(std::string_view name) const {
    return pointer_ + '/' + pointer_token(name);
}
std::string object_reader::at(std::string_view name, std::size_t index) const {
    return at(name) + '/' + std::to_string(index);
}

const nlohmann::json* object_reader::find(const char* name) {
    known_.emplace_back(name);
    const auto found = value_->find(name);
    return found == value_->end() ? nullptr : &*found;
}

bool object_reader::is_null(const char* name) {
    const auto* value = find(name);
    return value != nullptr && value->is_null();
}

bool object_reader::flag(const char* name, bool otherwise) {
    const auto* value = find(name);
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) throw config_fault(at(name), "must be true or false");
    return value->get<bool>();
}

std::int64_t object_reader::whole(const char* name, range allowed, std::int64_t otherwise) {
    const auto* value = find(name);
    if (value == nullptr) return otherwise;
    if (!value->is_number_integer()) throw config_fault(at(name), "must be a whole number");
    const bool too_large = value->is_number_unsigned() &&
                           value->get<std::uint64_t>() > static_cast<std::uint64_t>(allowed.most);
    const auto number = too_large ? 0 : value->get<std::int64_t>();
    if (too_large || number < allowed.least || number > allowed.most)
        throw config_fault(at(name), "must be " + std::to_string(allowed.least) + " to " +
                                         std::to_string(allowed.most));
    return number;
}

std::optional<std::int64_t> object_reader::whole_or_null(const char* name, range allowed) {
    const auto* value = find(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    return whole(name, allowed, 0);
}

std::optional<std::string> object_reader::text(const char* name) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    return to_text(*value, at(name));
}

std::string object_reader::required_text(const char* name) {
    auto value = text(name);
    if (!value) throw config_fault(at(name), "is required");
    return std::move(*value);
}

std::optional<std::string> object_reader::text_or_null(const char* name) {
    const auto* value = find(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    return to_text(*value, at(name));
}

std::optional<std::vector<std::string>> object_reader::texts(const char* name) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_array()) throw config_fault(at(name), "must be an array of strings");
    std::vector<std::string> found;
    for (const auto& each : *value) found.push_back(to_text(each, at(name, found.size())));
    return found;
}

std::size_t object_reader::choice(const char* name, std::initializer_list<std::string_view> names,
                                  std::size_t otherwise) {
    const auto chosen = text(name);
    if (!chosen) return otherwise;
    const auto* const found = std::find(names.begin(), names.end(), *chosen);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    std::string list;
    for (const auto each : names) list += (list.empty() ? "" : ", ") + std::string{each};
    throw config_fault(at(name), "is none of: " + list);
}

std::optional<object_reader> object_reader::object(const char* name) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    return object_reader{*value, at(name)};
}

bool object_reader::each_object(const char* name, const std::function<void(object_reader)>& visit) {
    const auto* value = find(name);
    if (value == nullptr) return false;
    if (!value->is_array()) throw config_fault(at(name), "must be an array of objects");
    std::size_t index = 0;
    for (const auto& each : *value) visit(object_reader{each, at(name, index++)});
    return true;
}

void object_reader::done() const {
    for (const auto& [name, ignored] : value_->items())
        if (std::find(known_.begin(), known_.end(), name) == known_.end())
            throw config_fault(at(name), "is not known");
}

} // namespace mcp_server
