#include "server/key_refresh.hpp"

#include <algorithm>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t largest_key_set = 64 * 1024;
constexpr milliseconds fetch_limit{5000};

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

fetch_step step_for(const uri& url, std::size_t largest) {
    fetch_step made;
    made.wanted.url = url;
    made.wanted.largest_body = largest;
    made.wanted.time_limit = fetch_limit;
    return made;
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

key_refresh::key_refresh(const pinned_issuer& issuer, issuer_keys::ticket claimed)
    : issuer_(&issuer), ticket_(claimed), keys_(issuer.key_location) {
    if (keys_) return;
    metadata_ = discovery_urls(issuer.id);
    std::reverse(metadata_.begin(), metadata_.end());
}

key_refresh::key_refresh(key_refresh&& other) noexcept
    : issuer_(std::exchange(other.issuer_, nullptr)),
      ticket_(other.ticket_),
      metadata_(std::move(other.metadata_)),
      keys_(std::move(other.keys_)),
      fault_(other.fault_) {}

key_refresh::~key_refresh() {
    if (issuer_ != nullptr) issuer_->keys->failed(ticket_);
}

std::optional<fetch_step> key_refresh::next() const {
    if (issuer_ == nullptr) return std::nullopt;
    if (keys_) return step_for(keys_->url(), largest_key_set);
    return step_for(metadata_.back(), largest_metadata);
}

void key_refresh::take(const fetch_answer& given, instant now) {
    fault_ = {};
    if (!given)
        fault_ = name(given.error());
    else if (given->status != 200) // a redirect too: whom it leads to was not pinned
        fault_ = "unexpected_status";
    if (keys_) return fault_.empty() ? take_keys(*given, now) : give_up(fault_);
    if (fault_.empty()) take_metadata(*given);
    if (keys_) return;
    metadata_.pop_back();
    if (metadata_.empty()) give_up(fault_);
}

void key_refresh::take_metadata(const http_response& answer) {
    auto found = key_set_of_issuer(answer.body, issuer_->id);
    if (found)
        keys_ = std::move(*found);
    else
        fault_ = name(found.error());
}

void key_refresh::take_keys(const http_response& answer, instant now) {
    auto found = answer.body.size() <= largest_key_set
                     ? key_set::parse(answer.body, issuer_->config.algorithms)
                     : std::nullopt;
    if (!found) return give_up("no_key_set");
    issuer_->keys->refreshed(ticket_, std::move(*found), max_age_of(answer), now);
    issuer_ = nullptr;
}

void key_refresh::give_up(std::string_view why) {
    fault_ = why;
    issuer_->keys->failed(ticket_);
    issuer_ = nullptr;
}

} // namespace v0
} // namespace mcp_oauth
