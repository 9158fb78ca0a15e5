#include "mcp_oauth/rfc/7519_jwt.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "rfc/optional_claim.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

// 9999-12-31T23:59:59Z. A date beyond it is a mistake or an attack.
constexpr std::int64_t last_second = 253'402'300'799;

std::optional<std::int64_t> date_of(json_value claim, rounding to) {
    const auto is_date = [](auto number) {
        return number >= 0 && number <= decltype(number)(last_second);
    };
    if (const auto whole = claim.integer()) return is_date(*whole) ? whole : std::nullopt;
    const auto number = claim.number();
    if (!number || !is_date(*number)) return std::nullopt;
    return static_cast<std::int64_t>(to == rounding::down ? std::floor(*number)
                                                          : std::ceil(*number));
}

bool take_audience(json_value claims, std::vector<std::string>& target) {
    const auto found = claims.find("aud");
    if (!found) return true;
    if (const auto one = found->string()) {
        target.emplace_back(*one);
        return true;
    }
    auto several = found->strings();
    if (several) target = std::move(*several);
    return several.has_value();
}

} // namespace

std::optional<std::int64_t> numeric_date(json_value claims, std::string_view name, rounding to) {
    const auto found = claims.find(name);
    return found ? date_of(*found, to) : std::nullopt;
}

std::optional<std::string> text_claim(json_value claims, std::string_view name) {
    const auto text = claims.string_at(name);
    if (!text || text->empty()) return std::nullopt;
    return std::string{*text};
}

bool take_optional(json_value claims, std::string_view name, std::string& target) {
    const auto found = claims.find(name);
    if (!found) return true;
    const auto text = found->string();
    if (!text || text->empty()) return false;
    target = *text;
    return true;
}

bool take_optional(json_value claims, std::string_view name, std::optional<std::string>& target) {
    std::string text;
    if (!take_optional(claims, name, text)) return false;
    if (!text.empty()) target = std::move(text);
    return true;
}

bool take_optional(json_value claims, std::string_view name, std::optional<std::int64_t>& target,
                   rounding to) {
    const auto found = claims.find(name);
    if (!found) return true;
    target = date_of(*found, to);
    return target.has_value();
}

std::optional<registered_claims> registered_claims::read(json_value claims) {
    registered_claims all;
    const bool fine =
        take_optional(claims, "iss", all.issuer) && take_optional(claims, "sub", all.subject) &&
        take_audience(claims, all.audience) && take_optional(claims, "jti", all.jwt_id) &&
        take_optional(claims, "iat", all.issued_at) &&
        take_optional(claims, "nbf", all.not_before, rounding::up) &&
        take_optional(claims, "exp", all.expires_at);
    if (!fine || !claims.is_object()) return std::nullopt;
    return all;
}

std::optional<jwt_time_fault> check_times(const registered_claims& claims, instant now,
                                          seconds leeway) {
    leeway = std::clamp(leeway, seconds{0}, most_leeway);
    if (claims.expires_at && now >= from_unix_seconds(*claims.expires_at) + leeway)
        return jwt_time_fault::expired;
    if (claims.not_before && now + leeway < from_unix_seconds(*claims.not_before))
        return jwt_time_fault::not_yet_valid;
    return std::nullopt;
}

} // namespace v0
} // namespace mcp_oauth
