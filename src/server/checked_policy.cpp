#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "mcp_oauth/rfc/8707_resource_indicators.hpp"
#include "mcp_oauth/server/policy.hpp"
#include "server/configured_text.hpp"

/// `checked_policy::make`: everything that can be wrong with a policy by itself.
namespace mcp_oauth {
inline namespace v0 {

namespace {

// Every time that a record holds is a sum of a clock's reading and these, and must stay readable.
constexpr seconds longest = std::chrono::hours{24 * 365 * 10};

using finding = std::optional<policy_error>;

/// The value first, then what it must be.
finding fault(std::string member, const std::string& value, const std::string& demand) {
    return policy_error{std::move(member), value + ": " + demand};
}

/// A member that is a duration, and the bounds that it has by itself.
struct lifetime {
    const char* member;
    seconds value;
    seconds least;
    seconds most;
    const char* demand; ///< the bounds in words
};

template <std::size_t N> finding first_outside(const std::array<lifetime, N>& all) {
    for (const auto& each : all)
        if (each.value < each.least || each.value > each.most)
            return fault(each.member, text_of(each.value), each.demand);
    return std::nullopt;
}

finding check_lifetimes(const policy& p) {
    constexpr seconds none{0};
    constexpr seconds one{1};
    constexpr std::chrono::hours day{24};
    constexpr const char* to_ten_years = "must be 1 second to 10 years";
    constexpr const char* at_most_ten_years = "must be 0 to 10 years";
    constexpr const char* to_a_day = "must be 1 second to 24 hours";
    constexpr const char* to_an_hour = "must be 1 second to 1 hour";
    const auto& registration = p.registration;
    return first_outside(std::array{
        lifetime{"code.lifetime", p.code.lifetime, one, std::chrono::minutes{10},
                 "must be 1 second to 10 minutes"},
        lifetime{"access_token.lifetime", p.access_token.lifetime, one, day, to_a_day},
        lifetime{"gate.leeway", p.gate.leeway, none, seconds{60}, "must be 0 to 60 seconds"},
        lifetime{"refresh.absolute", p.refresh.absolute, one, longest, to_ten_years},
        lifetime{"registration.unused_lifetime", registration.unused_lifetime, one, longest,
                 to_ten_years},
        lifetime{"registration.tail", registration.tail, none, longest, at_most_ten_years},
        lifetime{"registration.secret_lifetime", registration.secret_lifetime, none, longest,
                 at_most_ten_years},
        lifetime{"consent.lifetime", p.consent.lifetime, one, longest, to_ten_years},
        lifetime{"consent.page_lifetime", p.consent.page_lifetime, one, day, to_a_day},
        lifetime{"dpop.proof_lifetime", p.dpop.proof_lifetime, one, std::chrono::hours{1},
                 to_an_hour},
        lifetime{"dpop.nonce_lifetime", p.dpop.nonce_lifetime, one, std::chrono::hours{1},
                 to_an_hour},
    });
}

// `refresh.absolute` is within its bounds by now, or sums could overflow.
finding check_refresh(const policy& p) {
    const auto& refresh = p.refresh;
    const auto operation = text_of(p.operation_limit);
    const auto window = text_of(refresh.retry_window);
    if (p.operation_limit <= milliseconds{0} || p.operation_limit > std::chrono::minutes{10})
        return fault("operation_limit", operation, "must be above zero and at most 10 minutes");
    if (refresh.idle < seconds{1} || refresh.idle > refresh.absolute)
        return fault("refresh.idle", text_of(refresh.idle),
                     "must be above zero and at most refresh.absolute, which is " +
                         text_of(refresh.absolute));
    if (refresh.retry_window < milliseconds{0})
        return fault("refresh.retry_window", window,
                     "must not be negative; 0 is strict one-time use");
    if (refresh.retry_window == milliseconds{0}) return std::nullopt; // strict one-time use
    if (refresh.retry_window <= p.operation_limit)
        return fault("refresh.retry_window", window,
                     "must be above operation_limit, which is " + operation +
                         ", or 0 for strict one-time use");
    if (refresh.retry_window > longest || refresh.idle <= refresh.retry_window + p.operation_limit)
        return fault("refresh.idle", text_of(refresh.idle),
                     "must be above refresh.retry_window, which is " + window +
                         ", and operation_limit, which is " + operation + ", together");
    if (refresh.retry_depth < 1 || refresh.retry_depth > 32)
        return fault("refresh.retry_depth", std::to_string(refresh.retry_depth), "must be 1 to 32");
    return std::nullopt;
}

finding check_dpop(const policy& p) {
    const auto& dpop = p.dpop;
    for (const auto& each : dpop.required_for)
        if (!resource_identifier::parse(each))
            return policy_error{"dpop.required_for", url_fault(each, {true, true})};
    if (dpop.enabled) return std::nullopt;
    const auto needed_by = [](const char* member) {
        return fault("dpop.enabled", "false", std::string{"must be true, or drop "} + member);
    };
    if (dpop.required) return needed_by("dpop.required");
    if (dpop.nonces) return needed_by("dpop.nonces");
    if (!dpop.required_for.empty()) return needed_by("dpop.required_for");
    return std::nullopt;
}

// Lower case, since what is compared with them is compared octet for octet.
bool is_scheme(std::string_view text) noexcept {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
    constexpr std::string_view others = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
    return !text.empty() && letters.find(text.front()) != std::string_view::npos &&
           text.find_first_not_of(others) == std::string_view::npos;
}

finding check_schemes(const policy& p) {
    for (const auto& scheme : p.redirect.dotless_schemes) {
        const auto no = [&](const char* demand) {
            return fault("redirect.dotless_schemes", quoted(scheme), demand);
        };
        if (scheme == "http" || scheme == "https") return no("is no private-use scheme: drop it");
        if (!is_scheme(scheme))
            return no("must be the name of a scheme in lower case, such as \"cursor\"");
    }
    return std::nullopt;
}

finding check_legacy(const policy& p) {
    const auto& legacy = p.legacy;
    const auto unless_all_named = [](const std::string& member,
                                     const std::vector<std::string>& clients) -> finding {
        if (std::find(clients.begin(), clients.end(), std::string{}) == clients.end())
            return std::nullopt;
        return fault(member, quoted({}), "is no client ID: drop it");
    };
    if (auto found = unless_all_named("legacy.oauth_2_0_clients", legacy.oauth_2_0_clients))
        return found;
    for (const auto rule : every_migration_rule)
        if (auto found = unless_all_named("legacy." + std::string{facts(rule).name} + ".holds_for",
                                          legacy.of(rule).holds_for))
            return found;
    return std::nullopt;
}

finding check_limits(const policy& p) {
    using options = policy::limits_options;
    struct limit {
        const char* member;
        std::size_t options::*value;
    };
    constexpr std::array all{
        limit{"limits.body", &options::body},
        limit{"limits.query", &options::query},
        limit{"limits.header", &options::header},
        limit{"limits.parameters", &options::parameters},
        limit{"limits.value", &options::value},
        limit{"limits.state", &options::state},
        limit{"limits.client_id", &options::client_id},
        limit{"limits.redirect_uri", &options::redirect_uri},
        limit{"limits.redirect_uris", &options::redirect_uris},
        limit{"limits.display_string", &options::display_string},
        limit{"limits.json_depth", &options::json_depth},
        limit{"limits.host_data", &options::host_data},
    };
    for (const auto& each : all)
        if (p.limits.*each.value == 0)
            return fault(each.member, "0",
                         "must be above zero; the default is " +
                             std::to_string(options{}.*each.value));
    return std::nullopt;
}

/// The first implication that cannot stand beside those before it. Requires: there is one.
policy_error hierarchy_fault(const std::vector<scope_hierarchy::implication>& all) {
    const auto no = [](const std::string& value, const std::string& demand) {
        return *fault("scope.hierarchy", value, demand);
    };
    for (const auto& [wider, narrower] : all)
        for (const auto& each : {wider, narrower})
            if (!is_scope_token(each))
                return no(quoted(each), "is no scope token (printable ASCII without spaces, "
                                        "quotes and backslashes)");
    auto last = all.begin();
    while (scope_hierarchy::make({all.begin(), last + 1})) ++last;
    return no(quoted(last->first) + " implies " + quoted(last->second),
              "drop it, or a scope implies itself");
}

} // namespace

checked_policy::checked_policy(policy p, scope_hierarchy h) noexcept
    : policy_(std::move(p)), hierarchy_(std::move(h)) {}

expected<checked_policy, policy_error> checked_policy::make(policy p) {
    for (const auto check :
         {check_lifetimes, check_refresh, check_dpop, check_schemes, check_legacy, check_limits})
        if (auto found = check(p)) return unexpected{std::move(*found)};
    auto hierarchy = scope_hierarchy::make(p.scope.hierarchy);
    if (!hierarchy) return unexpected{hierarchy_fault(p.scope.hierarchy)};
    return checked_policy{std::move(p), std::move(*hierarchy)};
}

} // namespace v0
} // namespace mcp_oauth
