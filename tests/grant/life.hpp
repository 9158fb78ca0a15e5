#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>

#include "mcp_oauth/grant/transition.hpp"

/// Grants in a given state, for the tests of the state machine. Times are counted from `dawn`.
namespace grant_tests {
using namespace mcp_oauth;
using namespace std::chrono_literals;

inline constexpr instant dawn = from_unix_ms(1'800'000'000'000);
inline constexpr milliseconds window = 60'000ms;
inline constexpr milliseconds limit = 5'000ms;
inline constexpr std::size_t depth = 3;
inline constexpr milliseconds idle = std::chrono::hours{24};
inline constexpr milliseconds lifetime = std::chrono::hours{24 * 30};

inline constexpr std::uint64_t head_nonce = 0xA11CE;
inline constexpr std::uint64_t other_nonce = 0xB0B;
inline constexpr secret_id head_key{1, 1, 1, 1, 1, 1};
inline constexpr secret_id active_key{2, 2, 2, 2, 2, 2};
/// What a commit would write.
inline constexpr fresh_head fresh{0xF4E54, active_key};

inline grant_rules windowed() {
    grant_rules rules;
    rules.retry_window = window;
    rules.retry_depth = depth;
    rules.operation_limit = limit;
    rules.idle = idle;
    return rules;
}
inline grant_rules strict() {
    auto rules = windowed();
    rules.retry_window = 0ms;
    return rules;
}
inline grant_rules without_rotation() {
    auto rules = windowed();
    rules.rotate = false;
    return rules;
}

/// A grant whose code was handed out at `dawn` and is good for a minute.
inline grant_life pending() {
    grant_life g;
    g.created_at = dawn;
    g.code_deadline = dawn + 60'000ms;
    g.absolute_end = dawn + lifetime;
    g.head_nonce = head_nonce;
    g.head_key = head_key;
    g.head_born = dawn;
    return g;
}

/// A grant at generation `head`; `rotations` are the times in the ring, newest first.
inline grant_life active(std::uint32_t head, std::initializer_list<milliseconds> rotations = {}) {
    auto g = pending();
    g.state = grant_state::active;
    g.redeemed_at = dawn;
    g.head = head;
    for (const auto each : rotations) g.ring.append(dawn + each);
    if (rotations.size() > 0) g.head_born = g.ring[0];
    return g;
}

inline grant_life ended() {
    auto g = active(2, {0ms});
    g.state = grant_state::revoked;
    g.reason = revocation_reason::administrator;
    return g;
}

/// An attempt that is made in the moment in which its request arrived.
inline moment at(milliseconds t) { return {dawn + t, dawn + t}; }

/// Presents the right token of `generation`.
inline transition present(const grant_life& g, std::uint32_t generation, const moment& when,
                          const grant_rules& rules, request_fit fit = request_fit::fits) {
    return present_refresh(g, generation, g.head_nonce, fit, when, fresh, rules);
}
inline transition redeem(const grant_life& g, const moment& when,
                         request_fit fit = request_fit::fits) {
    return redeem_code(g, g.head_nonce, fit, when, fresh, windowed());
}

inline bool same(const grant_life& a, const grant_life& b) {
    return a.state == b.state && a.reason == b.reason && a.revoked_at == b.revoked_at &&
           a.created_at == b.created_at && a.code_deadline == b.code_deadline &&
           a.absolute_end == b.absolute_end && a.redeemed_at == b.redeemed_at && a.head == b.head &&
           a.head_born == b.head_born && a.head_nonce == b.head_nonce && a.head_key == b.head_key &&
           a.ring == b.ring && a.epoch == b.epoch && a.jkt == b.jkt && a.jkt_since == b.jkt_since;
}

/// `g`, revoked at `when` and otherwise as it was.
inline grant_life revoked(grant_life g, revocation_reason reason, const moment& when) {
    g.state = grant_state::revoked;
    g.reason = reason;
    g.revoked_at = when.arrived;
    return g;
}

} // namespace grant_tests
