// The operation as the rules R1 to R7 have it, one step at a time, around the real state machine;
// and the invariants, where an operation could break them.
#include "grant/model/judge.hpp"
#include "grant/model/step.hpp"

namespace grant_model {
namespace {

using mcp_oauth::grant_evidence;
using mcp_oauth::transition;
using mcp_oauth::verdict;

constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// One step of one run.
class run {
public:
    run(world& w, const step& s, const configuration& c) : w_(w), s_(s), c_(c) {}

    bool go();
    [[nodiscard]] broken what() const { return broken_; }

private:
    operation& op() { return w_.server[at(s_.server)]; }
    [[nodiscard]] int generation(int token) const { return w_.generation[at(token)]; }
    void breaks(broken b) {
        if (broken_ == broken::nothing) broken_ = b;
    }

    bool tick();
    bool arrive(bool misfit, bool stranger, bool revokes);
    bool load();
    bool decide();
    bool swap(happens how);
    bool lose_swap(happens how);
    void load_again();
    bool answer(bool delivered);
    bool crash(bool leaves_write);
    bool late_lands();
    bool backup();
    bool restore();
    bool sweep_read();
    bool sweep_erase();
    bool new_secret();

    [[nodiscard]] bool promised(int token) const;
    [[nodiscard]] bool stale(const operation& o) const;
    [[nodiscard]] bool matches(int version, int counter) const;
    [[nodiscard]] bool in_time(const stored& next, int decided) const;
    /// The write of a replay is spared then, and what a request in flight is still given is dead at
    /// once.
    [[nodiscard]] bool past_the_end() const { return c_.absolute > 0 && w_.elapsed >= c_.absolute; }
    void settle(int server, const transition& t);
    void settle_from_record(int server);
    void give_tokens(int server, const stored& from);
    void end(int server, grant_model::answer says);
    void leave(int server);
    void land(int server, const operation* o, bool opens, stored next);
    void put_off(int server, int owner, bool opens, const stored& next);
    void tick_record(stored& s) const;

    world& w_;
    const step& s_;
    const configuration& c_;
    broken broken_ = broken::nothing;
};

bool is_opening(const transition& t) {
    return t.says == verdict::granted || t.says == verdict::rotated;
}

// ---- time

void age(int& t, int most) {
    if (t < most) ++t;
}

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

// ---- requests

bool run::promised(int token) const {
    if (c_.promise() == 0 || w_.record.state != active || generation(token) == 0) return false;
    if (token == w_.record.nonce) return true;
    const int g = generation(token);
    return g < w_.top && w_.landed[at(g)] < c_.promise();
}

bool run::arrive(bool misfit, bool stranger, bool revokes) {
    auto& o = op();
    if (o.at != phase::idle || s_.token > w_.held[at(s_.presenter)]) return false;
    if (stranger && generation(s_.token) != 0) return false;
    o.at = phase::arrived;
    o.presenter = s_.presenter;
    o.token = s_.token;
    o.misfit = misfit;
    o.stranger = stranger;
    o.revokes = revokes;
    o.arrived = s_.lag;
    o.promised = !revokes && !misfit && promised(s_.token);
    o.in_time = c_.sweep && !revokes && w_.record.state == active && s_.token == w_.record.nonce &&
                w_.record.born < c_.idle;
    o.after_evidence = w_.evidence;
    o.after_revocation = w_.acknowledged;
    if (knows_key(w_, s_.server, w_.key[at(s_.token)], c_)) return true;
    if (o.promised) breaks(broken::promise); // a token of ours, taken for made up
    leave(s_.server);
    return true;
}

// ---- the operation

bool run::load() {
    auto& o = op();
    if (o.at != phase::arrived) return false;
    const auto& r = w_.record;
    if (r.state == absent) {
        const bool overdue =
            o.arrived > c_.limit && !c_.drops(dropped_rule::overdue_refuses_nothing);
        if (overdue) return leave(s_.server), true; // 503: it may have been there when this arrived
        if (o.in_time) breaks(broken::live_grant_erased);
        end(s_.server, o.revokes ? acknowledgement : invalid_grant);
        return true;
    }
    const bool knows_own = !c_.drops(dropped_rule::own_commit_is_recognised);
    const bool guessed = c_.drops(dropped_rule::unknown_is_read_back) && r.head == o.seen.head + 1;
    if (o.unknown && ((knows_own && o.mine != 0 && r.version == o.mine) || guessed)) {
        settle_from_record(s_.server);
        return true;
    }
    o.seen = r;
    o.saw_the_lost = false;
    o.at = phase::loaded;
    return true;
}

/// By what the model knows, not by what the record says: whether the token had left its window when
/// it arrived, or belongs to a timeline that the store lost.
bool run::stale(const operation& o) const {
    if (o.revokes || o.seen.state == revoked) return false;
    const int g = generation(o.token);
    if (g == 0) return !o.stranger && (o.seen.state == active || w_.lost(o.token));
    if (o.seen.state == pending || g > o.seen.head) return true;
    if (g == o.seen.head) return w_.lost(o.token);
    if (c_.window == 0) return true;
    return w_.stamped[at(g)] - o.arrived >= c_.window;
}

bool is_refusal(grant_evidence e) {
    return e == grant_evidence::refresh_replay || e == grant_evidence::refresh_undecidable ||
           e == grant_evidence::state_lost || e == grant_evidence::code_replay;
}

bool run::decide() {
    auto& o = op();
    if (o.at != phase::loaded) return false;
    const bool checks_verifier =
        o.seen.state == pending || !c_.drops(dropped_rule::challenge_is_kept);
    if (o.stranger && checks_verifier) {
        end(s_.server, invalid_grant);
        return true;
    }
    if (!knows_key(w_, s_.server, o.seen.key, c_)) { // 503, never invalid_grant
        leave(s_.server);
        return true;
    }
    const auto t = judge(w_, s_.server, s_.lag, c_);
    const bool overdue = o.arrived - s_.lag > c_.limit;
    // 503. A write may come too late for its stamp, and a token that the ring held when the request
    // arrived may have left it since.
    const bool too_old_to_tell = t.evidence == grant_evidence::refresh_undecidable &&
                                 !c_.drops(dropped_rule::overdue_refuses_nothing);
    const bool writes = t.next && !c_.drops(dropped_rule::operation_limit_holds);
    if (overdue && (writes || too_old_to_tell)) {
        leave(s_.server);
        return true;
    }
    o.stale = !o.saw_the_lost && stale(o);
    o.dated_late = c_.drops(dropped_rule::signed_by_arrival) ? w_.acknowledged : o.after_revocation;
    if (o.promised && is_refusal(t.evidence)) breaks(broken::promise);
    if (!t.next) {
        settle(s_.server, t);
        return true;
    }
    o.stamp = s_.lag;
    o.decided = 0;
    o.at = phase::swapping;
    return true;
}

bool run::matches(int version, int counter) const {
    if (w_.record.state == absent) return false;
    return c_.drops(dropped_rule::versions_are_unique) ? w_.record.counter == counter
                                                       : w_.record.version == version;
}

/// Whether the model has room for it, and the store would still write it.
bool run::in_time(const stored& next, int decided) const {
    const bool limited = !c_.drops(dropped_rule::statements_end_in_time);
    return next.head <= c_.generations && w_.writes < most_writes &&
           !(limited && decided > c_.limit);
}

bool run::swap(happens how) {
    auto& o = op();
    if (o.at != phase::swapping) return false;
    if (!matches(o.seen.version, o.seen.counter)) return lose_swap(how);
    const auto t = judge(w_, s_.server, o.stamp, c_);
    const auto next = next_record(*t.next);
    const bool lands = how == happens::swap || how == happens::swap_unknown_landed;
    if (lands && !in_time(next, o.decided)) return false;
    if (how == happens::swap_unknown_late && w_.late.exists) return false;
    if (lands) land(s_.server, &o, is_opening(t), next);
    if (how == happens::swap) return settle(s_.server, t), true;
    if (how == happens::swap_unknown_late) put_off(s_.server, s_.server, is_opening(t), next);
    if (o.revokes && c_.drops(dropped_rule::unknown_is_no_acknowledgement))
        return end(s_.server, acknowledgement), true;
    o.unknown = true;
    load_again();
    return true;
}

/// The record has another version by now. An outcome that is unknown besides tells nothing more.
bool run::lose_swap(happens how) {
    if (how != happens::swap && how != happens::swap_unknown_lost) return false;
    auto& o = op();
    if (c_.drops(dropped_rule::revocation_is_retried) && how == happens::swap) {
        const auto t = judge(w_, s_.server, o.stamp, c_);
        if (t.says == verdict::ended) return settle(s_.server, t), true;
    }
    if (how == happens::swap_unknown_lost) o.unknown = true;
    load_again();
    return true;
}

void run::load_again() {
    auto& o = op();
    o.at = phase::arrived;
    o.stale = o.dated_late = o.saw_the_lost = false;
    o.stamp = o.decided = 0;
    if (!c_.drops(dropped_rule::unknown_is_read_back)) o.seen = {};
}

/// Writes `next`. Every write has a version of its own; a nonce is part of it.
void run::land(int server, const operation* o, bool opens, stored next) {
    const bool again = o != nullptr && o->mine != 0; // one commit id for all attempts
    const int number = again ? o->mine : ++w_.writes;
    if (server < servers) w_.server[at(server)].mine = number;
    if (server < servers) w_.server[at(server)].saw_the_lost = false;
    next.version = number;
    next.counter = w_.record.counter + 1;
    if (opens) {
        if (next.head != w_.top + 1) breaks(broken::two_heads);
        if (w_.evidence && !past_the_end()) breaks(broken::accepted_after_evidence);
        if (w_.acknowledged) breaks(broken::accepted_after_revocation);
        if (o != nullptr && o->misfit) breaks(broken::misfit_wrote);
        next.nonce = number;
        w_.generation[at(number)] = next.head;
        w_.key[at(number)] = next.key;
        if (next.rotations > 0) w_.stamped[at(next.head - 1)] = next.ring[0];
        w_.landed[at(next.head - 1)] = 0;
        w_.top = next.head;
    } else if (o != nullptr) {
        const bool rotated = o->mine != 0 && w_.generation[at(o->mine)] != 0;
        if (rotated && next.state == revoked) breaks(broken::own_client_revoked);
    }
    if (o != nullptr && o->stranger) breaks(broken::stranger_wrote);
    w_.record = next;
    if (next.state != revoked) return;
    for (auto& each : w_.server) each.in_time = false; // it is no longer the sweep that ends it
}

// ---- answers

void run::leave(int server) {
    w_.server[at(server)] = {};
    if (w_.late.exists && w_.late.owner == server) w_.late.owner = servers;
}

/// The answer is certain; nothing but the answer is left of the operation.
void run::end(int server, grant_model::answer says) {
    const auto done = w_.server[at(server)];
    leave(server);
    if (says == invalid_grant && !done.stale) return; // whether it arrives makes no difference
    auto& o = w_.server[at(server)];
    o.at = phase::answering;
    o.presenter = done.presenter;
    o.says = says;
    o.gives = done.gives;
    o.stale = done.stale;
    o.saw_the_lost = done.saw_the_lost;
}

void run::settle(int server, const transition& t) {
    auto& o = w_.server[at(server)];
    const bool rotated = o.mine != 0 && w_.generation[at(o.mine)] != 0;
    switch (t.says) {
    case verdict::granted:
    case verdict::rotated:
    case verdict::touched: return give_tokens(server, w_.record);
    case verdict::retried:
    case verdict::coalesced:
    case verdict::kept: return give_tokens(server, o.seen);
    case verdict::already_revoked:
    case verdict::revoked: return end(server, acknowledgement);
    case verdict::bad_scope:
    case verdict::bad_target:
        if (o.stale) breaks(broken::probed_for_free);
        return leave(server);
    case verdict::refused:
        // Neither told from a replay nor given anything: no evidence (R2).
        if (t.evidence == grant_evidence::refresh_undecidable) o.stale = false;
        [[fallthrough]];
    case verdict::ended:
        if (rotated && t.evidence == grant_evidence::refresh_replay)
            breaks(broken::own_client_revoked);
        return end(server, invalid_grant);
    }
}

/// A write of the operation's own was found to have landed.
void run::settle_from_record(int server) {
    auto& o = w_.server[at(server)];
    if (o.revokes) return end(server, acknowledgement);
    if (w_.record.state == active) {
        o.dated_late = o.after_revocation;
        return give_tokens(server, w_.record);
    }
    o.stale = true; // what it wrote was a revocation, for evidence that it now answers
    end(server, invalid_grant);
}

void run::give_tokens(int server, const stored& from) {
    auto& o = w_.server[at(server)];
    const bool first = o.mine != 0;
    if (o.after_evidence) breaks(broken::accepted_after_evidence);
    if (o.after_revocation) breaks(broken::accepted_after_revocation);
    if (o.dated_late) breaks(broken::dated_after_revocation);
    if (o.stale) breaks(broken::accepted_outside_the_window);
    if (c_.window == 0 && c_.rotate && !first) breaks(broken::accepted_twice);
    if (c_.absolute > 0 && w_.elapsed - c_.absolute >= o.arrived)
        breaks(broken::accepted_after_the_end);
    int key = from.key;
    if (c_.drops(dropped_rule::head_key_is_recorded)) key = active_key(w_, server);
    if (c_.drops(dropped_rule::head_key_is_not_presented)) key = w_.key[at(o.token)];
    if (key != w_.key[at(from.nonce)]) breaks(broken::two_strings_for_one_generation);
    o.gives = from.nonce;
    end(server, tokens);
}

bool run::answer(bool delivered) {
    auto& o = op();
    if (o.at != phase::answering) return false;
    if (!delivered && !o.stale && o.says != acknowledgement) return false; // no more than a crash
    if (o.stale && !o.saw_the_lost) w_.evidence = true;
    if (o.says == acknowledgement && delivered && !o.saw_the_lost) w_.acknowledged = true;
    if (o.says == tokens && delivered) {
        auto& held = w_.held[at(o.presenter)];
        held = (std::max)(held, o.gives);
    }
    leave(s_.server);
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

} // namespace

outcome apply(world& w, const step& s, const configuration& c) {
    run one{w, s, c};
    const bool possible = one.go();
    return {possible, one.what()};
}

} // namespace grant_model
