#include "server/key_refresh.hpp"

#include <algorithm>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t largest_key_set = 64 * 1024;

std::string_view trimmed(std::string_view text) {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// More digits than these are a year and more, which no bound allows.
std::optional<seconds> to_seconds(std::string_view digits) {
    if (digits.size() >= 2 && digits.front() == '"' && digits.back() == '"')
        digits = digits.substr(1, digits.size() - 2);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return {};
    std::int64_t value = 0;
    for (const char each : digits.substr(0, 9)) value = value * 10 + (each - '0');
    return seconds{value};
}

} // namespace

std::optional<seconds> max_age_of(const http_response& answer) {
    const auto field = answer.header("cache-control");
    if (!field) return std::nullopt;
    std::optional<seconds> found;
    for (std::string_view rest = *field; !rest.empty();) {
        const auto comma = rest.find(',');
        const auto each = trimmed(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        if (equal_ignoring_case(each, "no-store") || equal_ignoring_case(each, "no-cache"))
            return seconds{0};
        constexpr std::string_view name = "max-age=";
        if (equal_ignoring_case(each.substr(0, name.size()), name))
            found = to_seconds(each.substr(name.size()));
    }
    return found;
}

key_refresh::key_refresh(const pinned_issuer& issuer, issuer_keys::claim claimed)
    : issuer_(&issuer),
      claim_(std::move(claimed)),
      search_(issuer.id, key_set_of_issuer),
      keys_(issuer.key_location) {}

std::optional<fetch_step> key_refresh::next() const {
    if (!claim_.is_open()) return std::nullopt;
    if (keys_) return get_from_issuer(keys_->url(), largest_key_set);
    return search_.next();
}

void key_refresh::take(const fetch_answer& given, instant now) {
    if (keys_) return take_keys(given, now);
    keys_ = search_.take(given);
    fault_ = search_.fault();
    if (!keys_ && !search_.next()) claim_.fail();
}

void key_refresh::take_keys(const fetch_answer& given, instant now) {
    fault_ = fault_of(given);
    auto found = fault_.empty() && given->body.size() <= largest_key_set
                     ? key_set::parse(given->body, issuer_->config.algorithms)
                     : std::nullopt;
    if (found) return claim_.succeed(std::move(*found), max_age_of(*given), now);
    if (fault_.empty()) fault_ = "no_key_set";
    claim_.fail();
}

} // namespace v0
} // namespace mcp_oauth
