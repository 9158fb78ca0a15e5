#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/grant/record.hpp"

/// The grant's state machine: refresh token rotation with replay detection (OAuth 2.1 §4.3.1, RFC
/// 9700 §4.14.2), code redemption (OAuth 2.1 §4.1.3) and revocation (RFC 7009).
///
/// Two laws. Everything that moves a grant is in this file. And this file reads no clock and no
/// store: the caller commits `next` by one compare-and-swap and asks again, with the same
/// `arrived`, when it lost. The numbers at the branches are the rows of the transition table.
namespace mcp_oauth {
inline namespace v0 {

/// What the operator chose, as far as it concerns the state machine.
struct grant_rules {
    milliseconds retry_window{0};       ///< W; zero is strict one-time use, and tested as zero
    std::size_t retry_depth = 8;        ///< K
    milliseconds operation_limit{5000}; ///< D
    milliseconds idle{std::chrono::hours{24 * 14}}; ///< an unused head is good for so long
    /// Whether presenting the head rotates it. Off is for confidential and sender-constrained
    /// clients.
    bool rotate = true;
    /// Whether a rotated token stays good for the grant's life: for clients that do not take up new
    /// ones. Nothing is a replay then.
    bool rotated_stay_good = false;
    /// A grant whose last write bears a lower epoch is refused: raised after a restored backup.
    std::uint32_t min_epoch = 0;
};

/// The two clock readings of one attempt.
struct moment {
    instant arrived; ///< read once per operation; decides windows and expiry
    instant now;     ///< read afresh for each attempt; stamps a rotation
};

/// What a commit would write: drawn before deciding, so that deciding stays pure.
struct fresh_head {
    std::uint64_t nonce = 0; ///< random, so that no two timelines share a head
    secret_id key{};         ///< the current secret
    /// The thumbprint of the key that a public client proved to hold; empty where it proved none.
    std::string_view jkt{};
};

/// Whether scope and resource of the request fit the grant. Judged after replay, or a thief could
/// probe for free with a bad scope.
enum class request_fit : std::uint8_t {
    fits,           ///< it asks for what was granted or less, or for nothing in particular
    invalid_scope,  ///< a scope goes beyond the grant (RFC 6749 §6)
    invalid_target, ///< a resource is none of the grant's (RFC 8707 §2.2)
};

/// What the state machine says.
enum class verdict : std::uint8_t {
    // nothing to commit
    refused,         ///< `invalid_grant`
    bad_scope,       ///< `invalid_scope`
    bad_target,      ///< `invalid_target`
    retried,         ///< tokens, with the head again
    coalesced,       ///< tokens, with the head again
    kept,            ///< tokens, with the head again; rotation is off and nothing is due
    already_revoked, ///< of a revocation: nothing left to do
    // commit `next`, then
    granted, ///< tokens
    rotated, ///< tokens
    touched, ///< tokens, with the head again; rotation is off, or rotated tokens stay good
    ended,   ///< `invalid_grant`, and the grant is revoked: never given up on a lost swap
    revoked, ///< of a revocation: 200
};

/// Why a handle was refused, for the event; names as in `event_kind`, where each is reported under
/// its own but `epoch_passed`.
enum class grant_evidence : std::uint8_t {
    none,                  ///< for every verdict but `refused` and `ended`
    used_after_revocation, ///< row 1
    epoch_passed,          ///< below `min_epoch`; reported as used after revocation
    code_expired,          ///< row 3
    code_replay,           ///< row 6: a second redemption, with everything right
    state_lost,            ///< rows 7 and 8: from a timeline that the store no longer knows
    refresh_replay,        ///< rows 9, 10 and 12: a rotated token, outside its window
    refresh_undecidable,   ///< row 11: older than the ring remembers, in a burst
    expired,               ///< row 13: idle for too long, or past the absolute end
};

/// A verdict, and what has to be committed before it is true.
struct transition {
    verdict says = verdict::refused; ///< true once `next` is committed, where there is one
    grant_evidence evidence = grant_evidence::none; ///< of `refused` and `ended`
    /// The record's next state; present exactly where something must be committed.
    std::optional<grant_life> next;
    /// Of a rotated token that was answered, `retried` or `touched`: how far behind the head, and
    /// how long after its own rotation. Zero for the head itself.
    std::uint32_t behind = 0;
    milliseconds age{0}; ///< never negative, also where clocks differ
};

namespace detail {

[[nodiscard]] inline transition refuse_grant(grant_evidence why) {
    transition t;
    t.says = verdict::refused;
    t.evidence = why;
    return t;
}

/// The grant revoked for `reason`. Once its absolute end has passed there is nothing left to revoke
/// and the write is spared.
[[nodiscard]] inline transition end_grant(const grant_life& g, revocation_reason reason,
                                          grant_evidence why, const moment& at) {
    if (at.arrived >= g.absolute_end) return refuse_grant(why);
    transition t;
    t.says = verdict::ended;
    t.evidence = why;
    t.next = g;
    t.next->state = grant_state::revoked;
    t.next->reason = reason;
    t.next->revoked_at = at.arrived;
    return t;
}

[[nodiscard]] inline milliseconds since(instant then, instant now) noexcept {
    return (std::max)(milliseconds{0}, now - then); // a clock that lags is no negative age
}

/// A stamp never lies before the last one, or windows would close early.
[[nodiscard]] inline instant stamp_after(const grant_life& g, instant now) noexcept {
    instant stamp = (std::max)(now, g.head_born);
    if (g.ring.size() > 0) stamp = (std::max)(stamp, g.ring[0]);
    return stamp;
}

/// Binds the head and what follows it to the key that was proved with the request (RFC 9449 §5).
/// Tokens that were handed out before stay as they are: or a thief could bind the grant to a key of
/// his own, and the client's replay would go unseen.
inline void bind_head(grant_life& next, const fresh_head& fresh) {
    if (!next.jkt.empty() || fresh.jkt.empty()) return;
    next.jkt = fresh.jkt;
    next.jkt_since = next.head;
}

} // namespace detail

/// Whether a refresh token of this generation needs a proof of `life.jkt`.
[[nodiscard]] inline bool is_bound(const grant_life& life, std::uint32_t generation) noexcept {
    return !life.jkt.empty() && generation >= life.jkt_since;
}

/// Presents the code (rows 1 and 3 to 6).
///
/// Requires: the code's MAC, the client, the redirect URI and the PKCE verifier were found right: a
///           stranger who holds the code can neither burn it nor revoke anything (OA21-CODE-06).
[[nodiscard]] inline transition redeem_code(const grant_life& g, std::uint64_t nonce,
                                            request_fit fit, const moment& at,
                                            const fresh_head& fresh, const grant_rules& rules) {
    using namespace detail;
    if (g.state == grant_state::revoked) // 1
        return refuse_grant(grant_evidence::used_after_revocation);
    if (g.epoch < rules.min_epoch) return refuse_grant(grant_evidence::epoch_passed);
    if (g.state == grant_state::active) // 6
        return end_grant(g, revocation_reason::code_reuse, grant_evidence::code_replay, at);
    if (nonce !=
        g.head_nonce) // 8, for the code: the store went back and the grant was approved anew
        return end_grant(g, revocation_reason::state_lost, grant_evidence::state_lost, at);
    if (at.arrived >= g.code_deadline) return refuse_grant(grant_evidence::code_expired); // 3
    if (fit != request_fit::fits) {                                                       // 4
        transition t;
        t.says = fit == request_fit::invalid_scope ? verdict::bad_scope : verdict::bad_target;
        return t;
    }
    transition t; // 5
    t.says = verdict::granted;
    t.next = g;
    t.next->state = grant_state::active;
    t.next->head = 1;
    t.next->head_born = detail::stamp_after(g, at.now);
    t.next->head_nonce = fresh.nonce;
    t.next->head_key = fresh.key;
    t.next->ring.clear();
    t.next->redeemed_at = at.arrived;
    bind_head(*t.next, fresh);
    t.next->epoch = (std::max)(g.epoch, rules.min_epoch);
    return t;
}

namespace detail {

/// K, as far as a ring can hold it. A window needs one entry at least, whatever the rules say.
[[nodiscard]] inline std::size_t depth_of(const grant_rules& rules) noexcept {
    return std::clamp(rules.retry_depth, std::size_t{1}, rotation_ring::capacity);
}

/// A generation below the head: rows 9 to 12 and 15, nothing where it is inside its window.
[[nodiscard]] inline std::optional<transition> judge_rotated(const grant_life& g,
                                                             std::uint32_t generation,
                                                             const moment& at,
                                                             const grant_rules& rules) {
    const auto replay = [&] {
        return end_grant(g, revocation_reason::refresh_reuse, grant_evidence::refresh_replay, at);
    };
    if (rules.retry_window == milliseconds{0}) return replay(); // 9
    const std::size_t back = g.head - generation;
    const auto inside = [&](instant rotated) {
        return since(rotated, at.arrived) < rules.retry_window;
    };
    if (back <= g.ring.size()) {
        if (!inside(g.ring[back - 1])) return replay(); // 10
        return std::nullopt;
    }
    if (g.ring.size() >= depth_of(rules) && inside(g.ring.oldest())) // 11
        return refuse_grant(grant_evidence::refresh_undecidable);
    return replay(); // 12
}

/// Moves the end of idleness. Written coarsely, so that a busy client costs no write each time.
inline void touch(transition& t, const grant_life& g, instant stamp, const grant_rules& rules) {
    if (since(g.head_born, stamp) < rules.idle / 8) return;
    t.says = verdict::touched;
    t.next = g;
    t.next->head_born = stamp;
    t.next->epoch = (std::max)(g.epoch, rules.min_epoch);
}

/// The head, everything right with the request: rows 16 to 18.
[[nodiscard]] inline transition use_head(const grant_life& g, const moment& at,
                                         const fresh_head& fresh, const grant_rules& rules) {
    const instant stamp = stamp_after(g, at.now);
    transition t;
    if (!rules.rotate) { // 16
        t.says = verdict::kept;
        touch(t, g, stamp, rules);
        return t;
    }
    const std::size_t depth = depth_of(rules);
    const bool windowed = rules.retry_window > milliseconds{0};
    // 17: the K-th entry is the first that a rotation would drop; under a K that was lowered, or
    // that another server holds greater, it is not the oldest.
    if (windowed && g.ring.size() >= depth &&
        since(g.ring[depth - 1], stamp) < rules.retry_window + rules.operation_limit) {
        t.says = verdict::coalesced;
        return t;
    }
    t.says = verdict::rotated; // 18
    t.next = g;
    t.next->head = g.head + 1;
    t.next->head_born = stamp;
    t.next->head_nonce = fresh.nonce;
    t.next->head_key = fresh.key;
    t.next->ring.push(stamp, windowed ? depth : 0);
    bind_head(*t.next, fresh);
    t.next->epoch = (std::max)(g.epoch, rules.min_epoch);
    return t;
}

/// Row 15 where rotated tokens stay good: whoever uses one keeps the grant alive, written as
/// coarsely as in row 16.
[[nodiscard]] inline transition use_rotated(const grant_life& g, std::uint32_t generation,
                                            const moment& at, const grant_rules& rules) {
    const instant stamp = stamp_after(g, at.now);
    transition t;
    t.says = verdict::retried;
    t.behind = g.head - generation;
    // The ring may have forgotten its rotation; then it is at least as old as the oldest known.
    const bool known = t.behind <= g.ring.size();
    const instant oldest = g.ring.size() > 0 ? g.ring.oldest() : g.head_born;
    t.age = since(known ? g.ring[t.behind - 1] : oldest, at.arrived);
    touch(t, g, stamp, rules);
    return t;
}

} // namespace detail

/// Presents a refresh token (rows 1, 7 to 18).
///
/// Requires: the token's MAC and the client were found right, and the key where the grant is bound
///           to one: with a wrong one nothing changes (30.3 T6).
/// Checks:   in this order: revoked, lost state, replay, expiry, scope and resource. Replay before
///           expiry and scope, since it is evidence whatever else is wrong with the request.
[[nodiscard]] inline transition present_refresh(const grant_life& g, std::uint32_t generation,
                                                std::uint64_t nonce, request_fit fit,
                                                const moment& at, const fresh_head& fresh,
                                                const grant_rules& rules) {
    using namespace detail;
    if (g.state == grant_state::revoked) // 1
        return refuse_grant(grant_evidence::used_after_revocation);
    if (g.epoch < rules.min_epoch) return refuse_grant(grant_evidence::epoch_passed);
    const bool ahead = generation > g.head || (generation == g.head && nonce != g.head_nonce);
    if (g.state == grant_state::pending || ahead) // 7, 8
        return end_grant(g, revocation_reason::state_lost, grant_evidence::state_lost, at);
    if (generation < g.head && !rules.rotated_stay_good)
        if (auto judged = judge_rotated(g, generation, at, rules))
            return std::move(*judged);                                          // 9-12
    if (at.arrived >= g.absolute_end || at.arrived >= g.head_born + rules.idle) // 13
        return refuse_grant(grant_evidence::expired);
    if (fit != request_fit::fits) { // 14
        transition t;
        t.says = fit == request_fit::invalid_scope ? verdict::bad_scope : verdict::bad_target;
        return t;
    }
    if (generation == g.head) return use_head(g, at, fresh, rules);
    if (rules.rotated_stay_good) return use_rotated(g, generation, at, rules);
    transition t; // 15: read-only, so retries extend nothing
    t.says = verdict::retried;
    t.behind = g.head - generation;
    t.age = since(g.ring[t.behind - 1], at.arrived);
    return t;
}

/// Whether anything can still be had for the grant at `now`, by whoever holds its newest handle:
/// for a list that a person reads. No request is judged by it.
[[nodiscard]] inline bool is_alive(const grant_life& g, instant now,
                                   const grant_rules& rules) noexcept {
    if (g.epoch < rules.min_epoch || now >= g.absolute_end) return false;
    switch (g.state) {
    case grant_state::pending: return now < g.code_deadline;
    case grant_state::active: return now < g.head_born + rules.idle;
    case grant_state::revoked: break;
    }
    return false;
}

/// Revokes, whatever handle was presented and however old (row 2).
[[nodiscard]] inline transition revoke(const grant_life& g, revocation_reason reason,
                                       const moment& at) {
    transition t;
    t.says = verdict::already_revoked;
    if (g.state == grant_state::revoked) return t;
    t.says = verdict::revoked;
    t.next = g;
    t.next->state = grant_state::revoked;
    t.next->reason = reason;
    t.next->revoked_at = at.arrived;
    return t;
}

} // namespace v0
} // namespace mcp_oauth
