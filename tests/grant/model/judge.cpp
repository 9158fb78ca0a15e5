#include "grant/model/judge.hpp"

namespace grant_model {
namespace {

using namespace mcp_oauth;

/// Now, for the real functions: ages are counted back from here.
constexpr std::int64_t now_ms = 1'000'000;
constexpr milliseconds never{500'000};

instant ago(int age) { return from_unix_ms(now_ms - age); }
int age_of(instant t) { return static_cast<int>(now_ms - to_unix_ms(t)); }

secret_id key_id(int key) { return {static_cast<std::uint8_t>(key)}; }

grant_life life_of(const stored& s, const world& w, const configuration& c) {
    grant_life g;
    g.state = s.state == pending  ? grant_state::pending
              : s.state == active ? grant_state::active
                                  : grant_state::revoked;
    g.head = static_cast<std::uint32_t>(s.head);
    g.head_born = ago(s.born);
    g.head_nonce = static_cast<std::uint64_t>(s.nonce);
    g.head_key = key_id(s.key);
    g.epoch = static_cast<std::uint32_t>(s.epoch);
    g.absolute_end = c.absolute > 0 ? ago(w.elapsed - c.absolute) : ago(0) + never;
    g.code_deadline = g.absolute_end;
    for (int i = 0; i < s.rotations; ++i) g.ring.append(ago(s.ring[at(i)]));
    return g;
}

grant_rules rules_of(const world& w, int server, const configuration& c) {
    grant_rules rules;
    rules.retry_window = milliseconds{c.window};
    rules.retry_depth = static_cast<std::size_t>(c.depth[server]);
    rules.operation_limit = milliseconds{c.limit};
    rules.idle = c.idle > 0 ? milliseconds{c.idle} : never;
    rules.rotate = c.rotate;
    rules.min_epoch = static_cast<std::uint32_t>(w.min_epoch);
    return rules;
}

/// A question to the state machine.
struct question {
    grant_life life;
    std::uint32_t generation;
    std::uint64_t nonce;
    request_fit fit;
    moment at;
    fresh_head fresh;
    grant_rules rules;

    [[nodiscard]] transition ask() const {
        return present_refresh(life, generation, nonce, fit, at, fresh, rules);
    }
    [[nodiscard]] bool ahead() const {
        return life.state != grant_state::revoked &&
               (life.state == grant_state::pending || generation > life.head ||
                (generation == life.head && nonce != life.head_nonce));
    }
};

transition without_window_at_zero(question q) {
    const auto back = q.life.head - q.generation;
    const bool rotated = q.life.state == grant_state::active && q.generation < q.life.head;
    if (rotated && back <= q.life.ring.size() &&
        q.at.arrived - q.life.ring[back - 1] < q.rules.retry_window) {
        transition t;
        t.says = verdict::retried;
        return t;
    }
    auto t = q.ask();
    if (t.says != verdict::rotated) return t;
    t.next->ring = q.life.ring; // the real function keeps none where there is no window
    t.next->ring.push(t.next->head_born, q.rules.retry_depth);
    return t;
}

transition without_row_17(question q) {
    const auto depth = q.rules.retry_depth;
    if (q.generation == q.life.head) q.rules.retry_depth = rotation_ring::capacity;
    auto t = q.ask();
    if (t.says != verdict::rotated) return t;
    t.next->ring = q.life.ring;
    t.next->ring.push(t.next->head_born, depth);
    return t;
}

transition with_the_oldest_in_row_17(question q) {
    const auto depth = q.rules.retry_depth;
    const auto full = q.life.ring.size();
    if (q.generation == q.life.head && full > depth) q.rules.retry_depth = full;
    auto t = q.ask();
    if (t.says != verdict::rotated) return t;
    t.next->ring = q.life.ring;
    t.next->ring.push(t.next->head_born, depth);
    return t;
}

transition accepting_what_is_ahead(question q) {
    if (!q.ahead()) return q.ask();
    q.life.state = grant_state::active;
    q.life.head = q.generation;
    q.life.head_nonce = q.nonce;
    return q.ask();
}

transition scope_first(const question& q) {
    if (q.fit == request_fit::fits || q.life.state == grant_state::revoked) return q.ask();
    transition t;
    t.says = verdict::bad_scope;
    return t;
}

transition refresh(question q, const configuration& c) {
    switch (c.dropped) {
    case dropped_rule::arrival_is_read_once: q.at.arrived = q.at.now; return q.ask();
    case dropped_rule::stamp_is_fresh: q.at.now = q.at.arrived; return q.ask();
    case dropped_rule::zero_means_no_window: return without_window_at_zero(q);
    case dropped_rule::ring_covers_the_window: return without_row_17(q);
    case dropped_rule::kth_entry_decides: return with_the_oldest_in_row_17(q);
    case dropped_rule::replay_before_scope: return scope_first(q);
    case dropped_rule::lost_state_is_refused: return accepting_what_is_ahead(q);
    case dropped_rule::lost_state_revokes:
        return q.ahead() ? detail::refuse_grant(grant_evidence::state_lost) : q.ask();
    case dropped_rule::head_has_a_nonce:
        if (q.generation == q.life.head) q.nonce = q.life.head_nonce;
        return q.ask();
    default: return q.ask();
    }
}

transition redeem(const question& q, const configuration& c) {
    auto t = redeem_code(q.life, q.nonce, q.fit, q.at, q.fresh, q.rules);
    if (c.drops(dropped_rule::code_replay_revokes) && t.evidence == grant_evidence::code_replay)
        return detail::refuse_grant(grant_evidence::code_replay);
    return t;
}

} // namespace

int active_key(const world& w, int server) { return w.key_stage[at(server)] == 2 ? 1 : 0; }

bool knows_key(const world& w, int server, int key, const configuration& c) {
    return !c.keys || key == 0 || w.key_stage[at(server)] >= 1;
}

transition judge(const world& w, int server, int reading, const configuration& c) {
    const auto& o = w.server[at(server)];
    question q{};
    q.life = life_of(o.seen, w, c);
    q.at = {ago(o.arrived), ago(reading)};
    if (o.revokes) return revoke(q.life, revocation_reason::client, q.at);
    q.generation = static_cast<std::uint32_t>(w.generation[at(o.token)]);
    q.nonce = static_cast<std::uint64_t>(o.token);
    q.fit = o.misfit ? request_fit::invalid_scope : request_fit::fits;
    q.fresh = {of_this_write, key_id(active_key(w, server))};
    q.rules = rules_of(w, server, c);
    return q.generation == 0 ? redeem(q, c) : refresh(q, c);
}

stored next_record(const grant_life& life) {
    stored s;
    s.state = life.state == grant_state::pending  ? pending
              : life.state == grant_state::active ? active
                                                  : revoked;
    s.head = static_cast<int>(life.head);
    s.nonce = life.head_nonce == of_this_write ? 0 : static_cast<int>(life.head_nonce);
    s.key = life.head_key[0];
    s.epoch = static_cast<int>(life.epoch);
    s.born = age_of(life.head_born);
    s.rotations = static_cast<int>(life.ring.size());
    for (int i = 0; i < s.rotations; ++i) s.ring[at(i)] = age_of(life.ring[at(i)]);
    return s;
}

} // namespace grant_model
