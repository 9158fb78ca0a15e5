#include <cstdio>
#include <string>

#include "grant/model/explorer.hpp"
#include "support/catch.hpp"

using namespace grant_model;

namespace {

/// Prints what was visited: the number is part of what these tests show.
finding visit(const configuration& c) {
    const auto found = explore(c);
    std::printf("%-44s %9zu states %10zu transitions\n", c.name, found.states, found.transitions);
    for (const auto& line : found.trace) std::printf("    %s\n", line.c_str());
    return found;
}
void check_clean(const configuration& c) {
    const auto found = visit(c);
    CHECK(std::string{name(found.what)} == name(broken::nothing));
    CHECK_FALSE(found.unfinished);
}

configuration small(const char* title) {
    configuration c;
    c.name = title;
    c.generations = 3;
    c.presenters = 2;
    c.life = 2;
    return c;
}
configuration windowed(const char* title, int window, int presenters = 1) {
    auto c = small(title);
    c.window = window;
    c.presenters = presenters;
    return c;
}

/// Leaves the rule out and looks for the shortest run that breaks this invariant.
void check_needed(dropped_rule rule, configuration c, broken invariant) {
    check_clean(c);
    c.dropped = rule;
    const auto found = explore(c);
    std::printf("%-44s without \"%s\": %s in %zu steps\n", c.name, name(rule), name(found.what),
                found.trace.size());
    CHECK(std::string{name(found.what)} == name(invariant));
    CHECK_FALSE(found.trace.empty());
}

} // namespace

TEST_CASE("The floor, strict: three presenters, one a thief, two servers, five rotations, crashes, "
          "lost answers, unknown outcomes, a revocation",
          "[model][I1][I2][I5][RT-02][RT-04][RT-20]") {
    configuration c;
    c.name = "strict, 3 presenters, 5 rotations";
    check_clean(c);
    c.name = "strict, clocks that lag";
    c.lag = 1;
    check_clean(c);
    c.name = "strict, writes that land late";
    c.lag = 0;
    c.late = true;
    c.presenters = 2;
    c.generations = 4;
    check_clean(c);
}

TEST_CASE("The floor, with a window at depth two", "[model][I1][I3][I4][I5][RT-05][RT-06]") {
    configuration c;
    c.name = "window 1, 3 presenters, 5 rotations";
    c.window = 1;
    c.life = 2;
    check_clean(c);
}

TEST_CASE("Wider windows, late writes and clocks that lag", "[model][I3][I4]") {
    check_clean(windowed("window 2, 2 presenters", 2, 2));
    auto slow = windowed("window 2, operations of 3 ticks", 2, 2);
    slow.life = 3;
    check_clean(slow);
    auto late = windowed("window 3, late writes", 3);
    late.late = true;
    check_clean(late);
    auto shallow = windowed("window 2, depth 1", 2);
    shallow.depth[0] = shallow.depth[1] = 1;
    shallow.generations = 4;
    check_clean(shallow);
}

TEST_CASE("I2: strict one-time use needs each of its rules", "[model][I2][ATK-TK-07]") {
    const auto strict = small("strict");
    check_needed(dropped_rule::unknown_is_read_back, strict, broken::accepted_twice);
    check_needed(dropped_rule::own_commit_is_recognised, strict, broken::own_client_revoked);
    check_needed(dropped_rule::versions_are_unique, strict, broken::two_heads);
    auto lagging = small("strict, clocks that lag");
    lagging.lag = 1;
    check_needed(dropped_rule::zero_means_no_window, lagging, broken::accepted_outside_the_window);
}

TEST_CASE("I3: the promise to clients needs each of its rules", "[model][I3][R1][R3][R4]") {
    check_needed(dropped_rule::arrival_is_read_once, windowed("window 1", 1, 2),
                 broken::own_client_revoked);
    const auto two = windowed("window 2", 2, 2);
    check_needed(dropped_rule::stamp_is_fresh, two, broken::promise);
    check_needed(dropped_rule::statements_end_in_time, two, broken::promise);
    check_needed(dropped_rule::promise_allows_for_the_limit, windowed("window 1", 1, 2),
                 broken::promise);
    auto five = windowed("window 2, 4 rotations", 2);
    five.generations = 5;
    check_needed(dropped_rule::ring_covers_the_window, five, broken::promise);
    auto uneven = windowed("window 2, depths 2 and 1", 2);
    uneven.generations = 5;
    uneven.depth[1] = 1;
    check_needed(dropped_rule::kth_entry_decides, uneven, broken::promise);
    auto three = windowed("window 3", 3);
    three.generations = 4;
    check_needed(dropped_rule::overdue_refuses_nothing, three, broken::promise);
}

TEST_CASE("I5: a revocation that was acknowledged holds", "[model][I5][RT-20]") {
    check_needed(dropped_rule::unknown_is_no_acknowledgement, small("strict"),
                 broken::accepted_after_revocation);
    check_needed(dropped_rule::signed_by_arrival, windowed("window 1", 1, 2),
                 broken::dated_after_revocation);
}

TEST_CASE("I6: a failed check changes nothing, and nothing is probed for free", "[model][I6]") {
    auto misfits = small("strict, with scopes that were not granted");
    misfits.misfits = true;
    check_needed(dropped_rule::replay_before_scope, misfits, broken::probed_for_free);
}

TEST_CASE("I7: one winner for a code, and strangers change nothing", "[model][I7][RT-16][RT-17]") {
    auto code = small("strict, from the code");
    code.from_code = true;
    check_needed(dropped_rule::challenge_is_kept, code, broken::stranger_wrote);
    check_needed(dropped_rule::code_replay_revokes, code, broken::accepted_after_evidence);
    auto with_window = windowed("window 2, from the code", 2, 2);
    with_window.from_code = true;
    check_clean(with_window);
}

TEST_CASE("I8: nothing works after its end, and a sweep erases nothing that lives",
          "[model][I8][RT-13][RT-14]") {
    auto idle = small("idle end, and a sweep");
    idle.presenters = 1;
    idle.idle = 4;
    idle.sweep = true;
    check_needed(dropped_rule::erase_is_conditional, idle, broken::live_grant_erased);
    check_needed(dropped_rule::sweep_has_a_margin, idle, broken::live_grant_erased);
    auto absolute = windowed("window 2, absolute end", 2);
    absolute.absolute = 4;
    check_clean(absolute);
}

TEST_CASE("I9: a store that went back ends the grant and revives nothing", "[model][I9]") {
    auto restored = small("strict, a backup is restored");
    restored.restore = true;
    check_needed(dropped_rule::lost_state_revokes, restored, broken::accepted_after_evidence);
    check_needed(dropped_rule::lost_state_is_refused, restored, broken::two_heads);
    auto epoch = restored;
    epoch.name = "strict, a backup and a new epoch";
    epoch.new_epoch = true;
    check_needed(dropped_rule::epoch_is_raised, epoch, broken::accepted_after_revocation);
}

TEST_CASE("I10: one string for a generation, on every server and across a rotation of secrets",
          "[model][I10]") {
    auto keys = windowed("window 1, a second secret", 1);
    keys.keys = true;
    check_needed(dropped_rule::head_key_is_recorded, keys, broken::two_strings_for_one_generation);
    check_needed(dropped_rule::head_key_is_not_presented, keys,
                 broken::two_strings_for_one_generation);
    auto early = windowed("window 2, a second secret", 2);
    early.keys = true;
    check_needed(dropped_rule::keys_verify_before_they_mint, early, broken::promise);
}
