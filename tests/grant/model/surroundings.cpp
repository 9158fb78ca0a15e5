// What happens around the operations: time passes, servers die, writes land late, the store goes
// back.
#include "grant/model/run.hpp"

namespace grant_model {

// ---- time

void run::tick_record(stored& s) const {
    if (s.state == absent) return;
    age(s.born, c_.oldest());
    for (int i = 0; i < s.rotations; ++i) age(s.ring[at(i)], c_.oldest());
}

bool run::tick() {
    const int longest = c_.life + c_.lag;
    const bool alive = w_.record.state == pending || w_.record.state == active;
    for (const auto& o : w_.server) { // an operation does not live for ever, if it matters
        const bool judges = o.at == phase::loaded && o.seen.state == active;
        const bool works = o.at != phase::idle && o.at != phase::answering;
        if (works && (alive || judges) && o.arrived >= longest) return false;
    }
    for (auto& o : w_.server) {
        if (o.at == phase::idle || o.at == phase::answering) continue;
        age(o.arrived, longest);
        if (o.at == phase::swapping) age(o.stamp, longest), age(o.decided, longest);
        tick_record(o.seen);
    }
    tick_record(w_.record);
    if (w_.has_backup) tick_record(w_.backup);
    for (auto& t : w_.stamped) age(t, c_.oldest());
    for (auto& t : w_.landed) age(t, c_.promise());
    age(w_.elapsed, c_.absolute > 0 ? c_.absolute + c_.life : 0);
    if (!w_.late.exists) return true;
    tick_record(w_.late.next);
    age(w_.late.decided, c_.limit + 1);
    if (w_.late.decided > c_.limit && !c_.drops(dropped_rule::statements_end_in_time)) w_.late = {};
    return true;
}

// ---- what goes wrong

void run::put_off(int server, int owner, bool opens, const stored& next) {
    const auto& o = w_.server[at(server)];
    w_.late = {true, owner, o.seen.version, o.seen.counter, o.decided, opens, next};
}

bool run::crash(bool leaves_write) {
    auto& o = op();
    if (o.at == phase::idle) return false;
    if (leaves_write) {
        if (o.at != phase::swapping || !c_.late || w_.late.exists) return false;
        const auto t = judge(w_, s_.server, o.stamp, c_);
        put_off(s_.server, servers, is_opening(t), next_record(*t.next));
    }
    leave(s_.server);
    return true;
}

bool run::late_lands() {
    if (!w_.late.exists) return false;
    const auto late = w_.late;
    if (!matches(late.version, late.counter) || !in_time(late.next, late.decided)) return false;
    const bool owned = late.owner < servers;
    const auto owner = owned ? w_.server[at(late.owner)] : operation{};
    land(late.owner, owned ? &owner : nullptr, late.opens, late.next);
    w_.late = {};
    return true;
}

// ---- around the servers

bool run::backup() {
    if (!c_.restore || w_.has_backup || w_.restored) return false;
    w_.backup = w_.record;
    w_.has_backup = true;
    return true;
}

bool run::restore() {
    if (!w_.has_backup || w_.restored || w_.writes == w_.backup.version) return false;
    if (c_.new_epoch)
        for (const auto& o : w_.server)
            if (o.at != phase::idle) return false;
    w_.lost_after = w_.backup.version;
    w_.lost_until = w_.writes;
    w_.record = w_.backup;
    w_.top = w_.backup.head;
    w_.backup = {};
    w_.has_backup = false;
    w_.restored = true;
    if (c_.new_epoch && !c_.drops(dropped_rule::epoch_is_raised)) w_.min_epoch = 1;
    if (c_.new_epoch) return true;
    w_.evidence = w_.acknowledged = false;
    for (auto& o : w_.server) {
        o.after_evidence = o.after_revocation = o.dated_late = false;
        o.saw_the_lost = o.at == phase::answering || o.seen.version > w_.lost_after;
        if (o.mine > w_.lost_after) o.mine = 0;
    }
    return true;
}

bool run::sweep_read() {
    const int margin = c_.drops(dropped_rule::sweep_has_a_margin) ? 0 : c_.limit;
    if (!c_.sweep || w_.sweeping || w_.record.state == absent) return false;
    if (w_.record.born < c_.idle + margin) return false;
    w_.sweeping = true;
    w_.swept_version = w_.record.version;
    return true;
}

bool run::sweep_erase() {
    if (!w_.sweeping) return false;
    const bool any = c_.drops(dropped_rule::erase_is_conditional);
    if (any || w_.record.version == w_.swept_version) {
        w_.record = {};
        w_.record.state = absent;
    }
    w_.sweeping = false;
    w_.swept_version = 0;
    return true;
}

bool run::new_secret() {
    auto& stage = w_.key_stage[at(s_.server)];
    if (!c_.keys || stage == 2) return false;
    const bool careless = c_.drops(dropped_rule::keys_verify_before_they_mint);
    if (stage == 1 && !careless && w_.key_stage[at(1 - s_.server)] == 0) return false;
    stage = careless ? 2 : stage + 1;
    return true;
}

bool run::go() {
    switch (s_.what) {
    case happens::tick: return tick();
    case happens::use: return arrive(false, false, false);
    case happens::use_with_misfit: return arrive(true, false, false);
    case happens::use_without_verifier: return arrive(false, true, false);
    case happens::revocation: return arrive(false, false, true);
    case happens::load: return load();
    case happens::decide: return decide();
    case happens::swap:
    case happens::swap_unknown_landed:
    case happens::swap_unknown_lost:
    case happens::swap_unknown_late: return swap(s_.what);
    case happens::answer: return answer(true);
    case happens::answer_is_lost: return answer(false);
    case happens::crash: return crash(false);
    case happens::crash_with_write_under_way: return crash(true);
    case happens::late_write_lands: return late_lands();
    case happens::late_write_is_lost: return w_.late.exists && (w_.late = {}, true);
    case happens::backup: return backup();
    case happens::restore: return restore();
    case happens::sweep_reads: return sweep_read();
    case happens::sweep_erases: return sweep_erase();
    case happens::new_secret: return new_secret();
    }
    return false;
}

outcome apply(world& w, const step& s, const configuration& c) {
    run one{w, s, c};
    const bool possible = one.go();
    return {possible, one.what()};
}

} // namespace grant_model
