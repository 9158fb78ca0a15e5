#include "adapters/redis/record_text.hpp"

#include <algorithm>
#include <charconv>

#include "grammar/ascii.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace redis {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

std::optional<record_version> version_from(std::string_view text) noexcept {
    record_version version{};
    if (text.size() != 2 * version.size()) return std::nullopt;
    for (std::size_t i = 0; i < version.size(); ++i) {
        const int high = hex_value(text[2 * i]);
        const int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        version[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return version;
}

std::optional<std::int64_t> number(std::string_view text) noexcept {
    std::int64_t value = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return value;
}

/// Takes the text up to `mark` off the front, the mark too.
std::string_view take(std::string_view& from, char mark) noexcept {
    const auto end = from.find(mark);
    const auto taken = from.substr(0, end);
    from.remove_prefix(end == std::string_view::npos ? from.size() : end + 1);
    return taken;
}

} // namespace

std::string version_text(const record_version& version) {
    std::string text;
    text.reserve(2 * version.size());
    for (const auto octet : version) {
        text.push_back(hex_digits[octet >> 4U]);
        text.push_back(hex_digits[octet & 15U]);
    }
    return text;
}

std::string encode(const record& r) {
    std::string text;
    text.reserve(96 + r.subject_owner.size() + r.client_owner.size() + r.body.size());
    text.append(version_text(r.version)).append(1, ' ').append(name(r.kind)).append(1, ' ');
    text.append(std::to_string(to_unix_ms(r.expires_at))).append(1, ' ');
    text.append(std::to_string(r.subject_owner.size())).append(1, ' ');
    text.append(std::to_string(r.client_owner.size())).append(1, '\n');
    return text.append(r.subject_owner).append(r.client_owner).append(r.body);
}

std::optional<record> decode(std::string_view key, std::string_view text) {
    auto line = take(text, '\n');
    const auto version = version_from(take(line, ' '));
    const auto kind = record_kind_from(take(line, ' '));
    const auto expires_at = number(take(line, ' '));
    const auto subject = number(take(line, ' '));
    const auto client = number(line);
    if (!version || !kind || !expires_at || !subject || !client) return std::nullopt;
    const auto most = static_cast<std::int64_t>(text.size());
    if (*subject < 0 || *subject > most || *client < 0 || *client > most - *subject)
        return std::nullopt;
    const auto subject_size = static_cast<std::size_t>(*subject);
    const auto owners_size = subject_size + static_cast<std::size_t>(*client);

    record r;
    r.key = key;
    r.kind = *kind;
    r.version = *version;
    r.subject_owner = text.substr(0, subject_size);
    r.client_owner = text.substr(subject_size, owners_size - subject_size);
    r.expires_at = from_unix_ms(*expires_at);
    r.body = text.substr(owners_size);
    return r;
}

std::int64_t time_to_keep(instant expires_at, instant now) noexcept {
    constexpr instant far_future = from_unix_seconds(1'000'000'000'000); // 30,000 years on
    constexpr milliseconds margin = 2 * sweep_margin;
    if (expires_at <= now) return margin.count();
    return (std::min(expires_at, far_future) - now + margin).count();
}

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
