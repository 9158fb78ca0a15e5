#include "mcp_oauth/grammar/http_message.hpp"

#include "grammar/ascii.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

std::size_t count_fields(const std::vector<http_header>& headers, std::string_view name) noexcept {
    std::size_t count = 0;
    for (const auto& header : headers)
        if (equal_ignoring_case(header.name, name)) ++count;
    return count;
}

std::optional<std::string_view> only_field(const std::vector<http_header>& headers,
                                           std::string_view name) noexcept {
    std::optional<std::string_view> found;
    for (const auto& header : headers) {
        if (!equal_ignoring_case(header.name, name)) continue;
        if (found) return std::nullopt;
        found = header.value;
    }
    return found;
}

constexpr bool is_optional_white_space(char c) noexcept { return c == ' ' || c == '\t'; }

} // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

std::string_view http_request::path() const noexcept {
    return std::string_view{target}.substr(0, target.find('?'));
}

std::string_view http_request::query() const noexcept {
    const auto at = target.find('?');
    if (at == std::string::npos) return {};
    return std::string_view{target}.substr(at + 1);
}

std::size_t http_request::count(std::string_view name) const noexcept {
    return count_fields(headers, name);
}

std::optional<std::string_view> http_request::header(std::string_view name) const noexcept {
    return only_field(headers, name);
}

std::optional<std::string_view> http_response::header(std::string_view name) const noexcept {
    return only_field(headers, name);
}

std::string media_type(std::string_view content_type) {
    auto type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && is_optional_white_space(type.front())) type.remove_prefix(1);
    while (!type.empty() && is_optional_white_space(type.back())) type.remove_suffix(1);
    std::string lower(type);
    for (char& c : lower) c = to_lower(c);
    return lower;
}

} // namespace v0
} // namespace mcp_oauth
