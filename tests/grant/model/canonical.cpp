// States that no future can tell apart are one state. Everything here is sound for the real rules;
// where a rule about times is dropped, ages are left as they are.
#include <algorithm>
#include <utility>

#include "grant/model/step.hpp"

namespace grant_model {
namespace {

bool times_are_judged_by_the_rules(const configuration& c) {
    switch (c.dropped) {
    case dropped_rule::none:
    case dropped_rule::revocation_is_retried:
    case dropped_rule::own_commit_is_recognised:
    case dropped_rule::overdue_refuses_nothing:
    case dropped_rule::promise_allows_for_the_limit:
    case dropped_rule::signed_by_arrival: return true;
    default: return false;
    }
}

void forget_times(stored& s, const configuration& c) {
    if (!c.sweep) s.born = 0;
    s.rotations = 0;
    s.ring = {};
}

/// An age counts only as long as it is less than W behind some arrival, or less than W + D behind
/// some stamp.
int cap_for(const operation& o, const configuration& c) {
    int cap = c.window + c.limit + c.lag;
    if (o.at == phase::idle || o.at == phase::answering) return cap;
    cap = (std::max)(cap, c.window + o.arrived);
    if (o.at == phase::swapping) cap = (std::max)(cap, c.window + c.limit + o.stamp);
    return cap;
}

void cap_ages(stored& s, int cap, const configuration& c) {
    // A stamp is no earlier than the last one. Where no clock lags that needs no looking after, and
    // without an idle end the head's birth is of no other use.
    if (c.idle == 0) s.born = c.lag == 0 ? cap : (std::min)(s.born, cap);
    for (int i = 0; i < s.rotations; ++i) s.ring[at(i)] = (std::min)(s.ring[at(i)], cap);
}

/// All that matters of a copy in which the token is already rotated is on which side of W it is.
void cap_seen(operation& o, int generation, int cap, const configuration& c) {
    auto& s = o.seen;
    const int back = s.head - generation;
    if (o.revokes || s.state != active || back < 0) {
        forget_times(s, c);
        return;
    }
    cap_ages(s, cap, c); // which may become the record's
    if (back == 0 || s.rotations == 0) return;
    const int index = back <= s.rotations ? back - 1 : s.rotations - 1;
    const bool inside = s.ring[at(index)] - o.arrived < c.window;
    for (int i = 0; i < s.rotations; ++i) s.ring[at(i)] = o.arrived + (inside ? 0 : c.window);
    if (c.idle == 0) s.born = o.arrived;
}

void cap_all_ages(world& w, const configuration& c) {
    int cap = 0;
    for (const auto& o : w.server) cap = (std::max)(cap, cap_for(o, c));
    for (auto& o : w.server)
        if (o.at == phase::loaded || o.at == phase::swapping)
            cap_seen(o, w.generation[at(o.token)], cap, c);
    cap_ages(w.record, cap, c);
    if (w.has_backup) cap_ages(w.backup, cap, c);
    for (auto& each : w.stamped) each = (std::min)(each, cap);
    if (w.late.exists) cap_ages(w.late.next, cap, c);
}

/// A swap that can only fail, and an unknown outcome that can only have been "not written".
void forget_lost_swaps(world& w) {
    const auto gone = [&](int version) {
        if (w.has_backup && version == w.backup.version) return false;
        return version != w.record.version || w.record.state == absent;
    };
    if (w.late.exists && gone(w.late.version)) w.late = {};
    for (int s = 0; s < servers; ++s) {
        auto& o = w.server[at(s)];
        if (o.at == phase::swapping && gone(o.seen.version)) {
            o.seen = {};
            o.stamp = o.decided = 0;
            o.stale = o.dated_late = o.saw_the_lost = false;
        }
        const bool late = w.late.exists && w.late.owner == s;
        if (o.mine == 0 && !late) o.unknown = false;
    }
}

/// Once a grant is revoked for good, or gone, who holds what and for how long cannot be told any
/// more.
void forget_the_dead(world& w) {
    const int newest = *std::max_element(w.held.begin(), w.held.end());
    w.held = {newest, 0, 0};
    w.landed = {};
    bool judging = false;
    for (auto& o : w.server) {
        o.presenter = 0;
        if (o.at == phase::idle || o.at == phase::answering) continue;
        if (o.at == phase::loaded && o.seen.state == active) {
            judging = true;
            continue;
        }
        o.in_time = o.in_time && w.record.state == absent;
        if (!o.in_time) o.arrived = 0;
        o.promised = o.misfit = o.stranger = o.stale = false;
        o.token = 1;
    }
    if (!judging) w.stamped = {};
}

/// Whether it can still make a difference whose request it is.
bool awaits_tokens(const operation& o) {
    if (o.at == phase::answering) return o.says == tokens;
    return o.at != phase::idle && !o.revokes;
}

void order_servers(world& w, const configuration& c) {
    packer a, b;
    auto first = w.server[0], second = w.server[1];
    first.presenter = second.presenter = 0;
    each_field(a, first, c);
    each_field(b, second, c);
    if (!(b.out < a.out)) return;
    std::swap(w.server[0], w.server[1]);
    if (w.late.owner < servers) w.late.owner = 1 - w.late.owner;
}

void order_presenters(world& w) {
    for (auto& o : w.server)
        if (!awaits_tokens(o)) o.presenter = 0;
    for (int pass = 0; pass < 2; ++pass)
        for (int p = 0; p + 1 < 3; ++p) {
            if (presenter_rank(w, p) >= presenter_rank(w, p + 1)) continue;
            std::swap(w.held[at(p)], w.held[at(p + 1)]);
            for (auto& o : w.server)
                if (awaits_tokens(o) && o.presenter == p)
                    o.presenter = p + 1;
                else if (awaits_tokens(o) && o.presenter == p + 1)
                    o.presenter = p;
        }
}

} // namespace

int presenter_rank(const world& w, int p) {
    int r = w.held[at(p)] * 4;
    for (int s = 0; s < servers; ++s)
        if (awaits_tokens(w.server[at(s)]) && w.server[at(s)].presenter == p) r += s + 1;
    return r;
}

void make_canonical(world& w, const configuration& c) {
    if (!c.reduced) return;
    for (auto* each : {&w.record, &w.backup, &w.late.next})
        if (each->state == revoked) forget_times(*each, c);
    const bool kept = c.drops(dropped_rule::unknown_is_read_back) ||
                      c.drops(dropped_rule::revocation_is_retried) ||
                      c.drops(dropped_rule::versions_are_unique);
    if (!kept) forget_lost_swaps(w);
    const bool for_good = !c.restore || w.restored;
    const bool dead = w.record.state == revoked || w.record.state == absent;
    if (dead && for_good) forget_the_dead(w);
    if (c.window > 0 && times_are_judged_by_the_rules(c)) cap_all_ages(w, c);
    if (c.servers_alike()) order_servers(w, c);
    order_presenters(w);
}

} // namespace grant_model
