// The operation as the rules R1 to R7 have it, one step at a time, around the real state machine;
// and the invariants, where an operation could break them.
#include "grant/model/run.hpp"

namespace grant_model {
namespace {

using mcp_oauth::grant_evidence;
using mcp_oauth::transition;
using mcp_oauth::verdict;

bool is_refusal(grant_evidence e) {
    return e == grant_evidence::refresh_replay || e == grant_evidence::refresh_undecidable ||
           e == grant_evidence::state_lost || e == grant_evidence::code_replay;
}

} // namespace

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

} // namespace grant_model
