#pragma once

/// What an exploration allows to happen. Times are ticks; one tick stands for `operation_limit` or
/// less.
namespace grant_model {

/// A rule of the design that the model leaves out, to see an invariant fail without it. The switch
/// is here, around the real functions; the library has none.
enum class dropped_rule {
    none,
    // the operation
    revocation_is_retried, ///< a replay's revocation that loses its swap is answered all the same
    unknown_is_read_back,  ///< after an unknown outcome, "head = mine + 1" is taken for one's own
    own_commit_is_recognised,      ///< after an unknown outcome, everything is decided anew
    unknown_is_no_acknowledgement, ///< a revocation of unknown outcome is acknowledged
    arrival_is_read_once,          ///< windows are judged by the clock at each attempt
    stamp_is_fresh,                ///< a rotation is stamped with the arrival
    operation_limit_holds,         ///< an operation writes however old it is
    overdue_refuses_nothing, ///< an operation past the limit still answers "too old to be told"
    promise_allows_for_the_limit, ///< clients are promised all of W, not W - D
    statements_end_in_time,       ///< a write lands however long after its error
    signed_by_arrival,            ///< an access token is dated when it is signed
    versions_are_unique,          ///< versions are counters
    challenge_is_kept,            ///< the code's challenge is forgotten with its redemption
    erase_is_conditional,         ///< a sweep erases whatever version is there
    sweep_has_a_margin,           ///< a sweep erases at the very end
    epoch_is_raised,              ///< after a restored backup the operator does nothing
    head_key_is_recorded,         ///< an answer is minted under the server's active key
    head_key_is_not_presented,    ///< an answer is minted under the presented token's key
    keys_verify_before_they_mint, ///< a server mints under a key that another does not know
    // the decision
    zero_means_no_window,   ///< with W = 0 a token is judged by `now - rotated < 0`
    ring_covers_the_window, ///< row 17 is left out
    kth_entry_decides,      ///< row 17 asks the oldest entry
    replay_before_scope,    ///< scope is judged first
    code_replay_revokes,    ///< a redeemed code is only denied
    lost_state_revokes,     ///< a token ahead of the head is only refused
    lost_state_is_refused,  ///< a token ahead of the head is accepted, and the head follows it
    head_has_a_nonce,       ///< a generation alone names a token
};

const char* name(dropped_rule rule);

struct configuration {
    const char* name = "";
    int window = 0;        ///< W
    int limit = 1;         ///< D
    int depth[2] = {2, 2}; ///< K, of each server
    int generations = 6;   ///< the code is 0, so five rotations
    int presenters = 3;
    int life = 3;     ///< how old an operation may grow before it dies
    int lag = 0;      ///< how far a clock may lag at each reading, also behind its own last one
    int idle = 0;     ///< 0: never
    int absolute = 0; ///< 0: never
    bool rotate = true;
    bool from_code = false; ///< starts with the code, not with generation 1
    bool revocation = true; ///< RFC 7009 requests at any time
    bool misfits = false;   ///< requests with a scope that was not granted
    bool unknown = true;    ///< writes of unknown outcome
    bool late = false;      ///< writes that land after their error, or their writer's death
    bool restore = false;   ///< a backup is taken, and restored, at any time
    /// The servers stand still for it, and come back with a greater `min_epoch`; else it happens
    /// under running servers, and what was known against the grant is forgotten with the lost
    /// timeline.
    bool new_epoch = false;
    bool sweep = false;  ///< idle grants are erased
    bool keys = false;   ///< a second server secret is brought in, server by server
    bool reduced = true; ///< what no future can tell apart counts as one state
    dropped_rule dropped = dropped_rule::none;

    [[nodiscard]] bool drops(dropped_rule rule) const { return dropped == rule; }
    /// How long after a rotation landed a token is certainly answered (R4). A clock that lags takes
    /// twice: it dates the stamp back, and it lets an operation grow older than the limit.
    [[nodiscard]] int promise() const {
        const int taken = drops(dropped_rule::promise_allows_for_the_limit) ? 0 : limit;
        const int left = window - taken - 2 * lag;
        return window == 0 || idle != 0 || absolute != 0 || restore || left < 0 ? 0 : left;
    }
    /// The age from which all ages are alike: no live operation can tell them apart.
    [[nodiscard]] int oldest() const {
        if (idle > 0) return idle + life + limit + 1;
        if (window > 0) return life + window + limit + 1 + lag;
        return drops(dropped_rule::zero_means_no_window) ? life + lag + 1 : 0;
    }
    /// Whether the two servers may be exchanged.
    [[nodiscard]] bool servers_alike() const { return !keys && depth[0] == depth[1]; }
};

} // namespace grant_model
