// The plan of a rotation: a pure function of the keys' times, the policy and the moment.

#include "mcp_oauth/server/key_rotation.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "mcp_oauth/rfc/7519_jwt.hpp"
#include "server/configured_text.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr seconds longest{std::chrono::hours{24 * 3652}}; // ten years
constexpr seconds longest_max_age{std::chrono::hours{24}};
constexpr int most_retained = 16; // keys; a set of `key_set::largest` has room for them

unexpected<config_error> wrong(std::string_view member, std::string problem) {
    return unexpected<config_error>{
        config_error{"rotation." + std::string{member}, std::move(problem)}};
}

struct bounded {
    std::string_view member;
    seconds value;
    seconds least;
    seconds most;
};

} // namespace

expected<checked_rotation, config_error> checked_rotation::make(const rotation_policy& r,
                                                                const policy& rules) {
    const std::array<bounded, 6> members{{
        {"signs_for", r.signs_for, seconds{1}, longest},
        {"announced", r.announced, seconds{1}, longest},
        {"retained", r.retained, seconds{1}, longest},
        {"jwks_max_age", r.jwks_max_age, seconds{1}, longest_max_age},
        {"called_every", r.called_every, seconds{1}, longest},
        {"clock_skew", r.clock_skew, seconds{0}, longest},
    }};
    for (const auto& each : members)
        if (each.value < each.least || each.value > each.most)
            return wrong(each.member, text_of(each.value) + ": must be " + text_of(each.least) +
                                          " to " + text_of(each.most));
    // Until the last server has heard of a change, by the slowest clock.
    const auto spread = r.called_every + r.clock_skew;
    if (r.announced < r.jwks_max_age + spread)
        return wrong("announced", text_of(r.announced) +
                                      ": must be at least jwks_max_age + called_every + "
                                      "clock_skew, which is " +
                                      text_of(r.jwks_max_age + spread));
    if (r.announced > r.signs_for)
        return wrong("announced", text_of(r.announced) + ": must be at most signs_for, which is " +
                                      text_of(r.signs_for));
    const auto last_token = rules.access_token.lifetime + most_leeway + spread;
    if (r.retained < last_token)
        return wrong("retained", text_of(r.retained) +
                                     ": must be at least policy.access_token.lifetime + "
                                     "most_leeway + called_every + clock_skew, which is " +
                                     text_of(last_token));
    if (r.retained > most_retained * r.signs_for)
        return wrong("retained", text_of(r.retained) +
                                     ": must be at most 16 times signs_for, which is " +
                                     text_of(most_retained * r.signs_for));
    return checked_rotation{r};
}

key_plan plan(const std::vector<instant>& signs_from, const checked_rotation& rotation,
              instant now) {
    key_plan made;
    if (signs_from.empty()) {
        made.next_signs_from = now; // nobody knows another key that could sign meanwhile
        made.changes_at = now;
        return made;
    }
    const auto last = signs_from.size() - 1;
    std::size_t signing = last;
    while (signing > 0 && signs_from[signing] > now) --signing;
    made.signing = signing;

    const auto dropped_at = [&](std::size_t i) { return signs_from[i + 1] + rotation->retained; };
    while (made.first_published < signing && dropped_at(made.first_published) <= now)
        ++made.first_published;

    const auto due = signs_from[last] + rotation->signs_for - rotation->announced;
    if (signing == last && due <= now) made.next_signs_from = now + rotation->announced;

    made.changes_at = made.next_signs_from ? now : signing == last ? due : signs_from[signing + 1];
    if (made.first_published < signing)
        made.changes_at = (std::min)(made.changes_at, dropped_at(made.first_published));
    return made;
}

} // namespace v0
} // namespace mcp_oauth
