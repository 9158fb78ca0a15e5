// Rows 1 to 15 of the grant's transition table, each at its boundary and one millisecond past it.
// `transition_total_test.cpp` shows that the rows leave no combination out and do not overlap.
#include "grant/life.hpp"
#include "support/catch.hpp"

using namespace grant_tests;

namespace {

bool refused(const transition& t, grant_evidence why) {
    return t.says == verdict::refused && t.evidence == why && !t.next;
}
bool ended_as(const transition& t, const grant_life& g, revocation_reason reason,
              grant_evidence why, const moment& when) {
    return t.says == verdict::ended && t.evidence == why && t.next &&
           same(*t.next, revoked(g, reason, when));
}
bool replayed(const transition& t, const grant_life& g, const moment& when) {
    return ended_as(t, g, revocation_reason::refresh_reuse, grant_evidence::refresh_replay, when);
}

} // namespace

TEST_CASE(
    "row 1: nothing that a revoked grant's holder presents is accepted, and nothing is written",
    "[grant][OA21-REF-07]") {
    for (const auto fit : {request_fit::fits, request_fit::invalid_scope}) {
        for (const std::uint32_t generation : {1U, 2U, 3U})
            CHECK(refused(present(ended(), generation, at(0ms), windowed(), fit),
                          grant_evidence::used_after_revocation));
        CHECK(refused(redeem(ended(), at(0ms), fit), grant_evidence::used_after_revocation));
    }
}

TEST_CASE("row 1: revoking a revoked grant again is acknowledged and writes nothing",
          "[grant][REV-03]") {
    const auto t = revoke(ended(), revocation_reason::client, at(1ms));
    CHECK(t.says == verdict::already_revoked);
    CHECK(!t.next);
}

TEST_CASE("row 2: a revocation ends a grant in every other state, expired ones included",
          "[grant][OA21-REF-09][RT-15]") {
    for (const auto when : {at(0ms), at(lifetime), at(lifetime + 1ms)})
        for (const auto& g : {pending(), active(1), active(4, {3ms, 2ms, 1ms})}) {
            const auto t = revoke(g, revocation_reason::client, when);
            CHECK(t.says == verdict::revoked);
            REQUIRE(t.next);
            CHECK(same(*t.next, revoked(g, revocation_reason::client, when)));
        }
}

TEST_CASE("row 3: a code is good until its deadline, and not at it",
          "[grant][OA21-CODE-01][ATK-TK-05]") {
    CHECK(redeem(pending(), at(59'999ms)).says == verdict::granted);
    CHECK(refused(redeem(pending(), at(60'000ms)), grant_evidence::code_expired));
    CHECK(refused(redeem(pending(), at(60'001ms)), grant_evidence::code_expired));
}

TEST_CASE("row 3: the deadline is judged by the arrival, however long the attempt took",
          "[grant][OA21-CODE-01]") {
    const moment slow{dawn + 59'999ms, dawn + 64'999ms};
    const moment clock_went_back{dawn + 60'000ms, dawn};
    CHECK(redeem(pending(), slow).says == verdict::granted);
    CHECK(refused(redeem(pending(), clock_went_back), grant_evidence::code_expired));
}

TEST_CASE("row 4: a scope or resource that was not granted does not use the code up",
          "[grant][OA21-CODE-12][RT-12]") {
    const auto scope = redeem(pending(), at(0ms), request_fit::invalid_scope);
    CHECK(scope.says == verdict::bad_scope);
    CHECK(!scope.next);
    const auto target = redeem(pending(), at(0ms), request_fit::invalid_target);
    CHECK(target.says == verdict::bad_target);
    CHECK(!target.next);
    CHECK(refused(redeem(pending(), at(60'000ms), request_fit::invalid_scope),
                  grant_evidence::code_expired));
}

TEST_CASE("row 5: the code opens generation 1 under the active key, with an empty ring",
          "[grant][OA21-CODE-04]") {
    const moment when{dawn + 10ms, dawn + 25ms};
    const auto t = redeem(pending(), when);
    CHECK(t.says == verdict::granted);
    auto want = pending();
    want.state = grant_state::active;
    want.head = 1;
    want.head_born = dawn + 25ms;
    want.head_nonce = fresh.nonce;
    want.head_key = active_key;
    want.redeemed_at = dawn + 10ms;
    REQUIRE(t.next);
    CHECK(same(*t.next, want));
}

TEST_CASE(
    "row 6: a redeemed code that comes back rightly ends the grant, whatever else it asks for",
    "[grant][OA21-CODE-05][RT-16][ATK-TK-01]") {
    const auto g = active(1);
    for (const auto fit :
         {request_fit::fits, request_fit::invalid_scope, request_fit::invalid_target})
        for (const auto when : {at(0ms), at(60'000ms), at(lifetime - 1ms)})
            CHECK(ended_as(redeem(g, when, fit), g, revocation_reason::code_reuse,
                           grant_evidence::code_replay, when));
    const auto anew = redeem_code(g, other_nonce, request_fit::fits, at(0ms), fresh, windowed());
    CHECK(anew.says == verdict::ended); // the head's nonce is no longer the code's
}

TEST_CASE("row 7: a refresh token of a grant that is still pending proves that the store went back",
          "[grant][state-lost]") {
    const auto g = pending();
    for (const std::uint32_t generation : {0U, 1U, 7U})
        CHECK(ended_as(present(g, generation, at(1ms), windowed()), g,
                       revocation_reason::state_lost, grant_evidence::state_lost, at(1ms)));
}

TEST_CASE("row 8: a generation ahead of the head, or the head's with another nonce, ends the grant",
          "[grant][state-lost]") {
    const auto g = active(2, {10ms});
    CHECK(ended_as(present(g, 3, at(20ms), windowed()), g, revocation_reason::state_lost,
                   grant_evidence::state_lost, at(20ms)));
    const auto twin =
        present_refresh(g, 2, other_nonce, request_fit::fits, at(20ms), fresh, windowed());
    CHECK(ended_as(twin, g, revocation_reason::state_lost, grant_evidence::state_lost, at(20ms)));
    CHECK(present(g, 2, at(20ms), windowed()).says == verdict::rotated);
}

TEST_CASE("row 8: a code of another approval than the pending one ends the grant",
          "[grant][state-lost]") {
    const auto g = pending();
    const auto t = redeem_code(g, other_nonce, request_fit::fits, at(1ms), fresh, windowed());
    CHECK(ended_as(t, g, revocation_reason::state_lost, grant_evidence::state_lost, at(1ms)));
}

TEST_CASE(
    "row 9: with no window every rotated token is a replay, in the same millisecond and before it",
    "[grant][OA21-REF-06][RT-02][ATK-TK-07]") {
    const auto g = active(2, {10ms});
    for (const auto when : {at(10ms), at(9ms), at(0ms), at(11ms)})
        CHECK(replayed(present(g, 1, when, strict()), g, when));
    CHECK(replayed(present(active(2), 1, at(0ms), strict()), active(2), at(0ms)));
}

TEST_CASE("row 10: a rotated token is a replay from exactly W after its own rotation",
          "[grant][OA21-REF-06][RT-06]") {
    const auto g = active(3, {50'000ms, 0ms});
    CHECK(present(g, 1, at(window - 1ms), windowed()).says == verdict::retried);
    CHECK(replayed(present(g, 1, at(window), windowed()), g, at(window)));
    CHECK(present(g, 2, at(50'000ms + window - 1ms), windowed()).says == verdict::retried);
    CHECK(replayed(present(g, 2, at(50'000ms + window), windowed()), g, at(50'000ms + window)));
}

TEST_CASE("row 11: too old to be told during a burst is refused, and changes nothing",
          "[grant][RT-03]") {
    const auto g = active(6, {3'000ms, 2'000ms, 1'000ms}); // full: generations 5, 4 and 3
    CHECK(refused(present(g, 2, at(3'000ms), windowed()), grant_evidence::refresh_undecidable));
    CHECK(refused(present(g, 1, at(1'000ms + window - 1ms), windowed()),
                  grant_evidence::refresh_undecidable));
    CHECK(present(g, 3, at(3'000ms), windowed()).says == verdict::retried);
}

TEST_CASE("row 12: too old to be told otherwise is a replay", "[grant][OA21-REF-06][RT-03]") {
    const auto full = active(6, {3'000ms, 2'000ms, 1'000ms});
    CHECK(replayed(present(full, 2, at(1'000ms + window), windowed()), full, at(1'000ms + window)));
    const auto short_ring = active(6, {3'000ms, 2'000ms}); // strict when generation 3 was rotated
    CHECK(replayed(present(short_ring, 3, at(3'000ms), windowed()), short_ring, at(3'000ms)));
    const auto no_ring = active(2);
    CHECK(replayed(present(no_ring, 1, at(0ms), windowed()), no_ring, at(0ms)));
}

TEST_CASE("row 13: head and retry are good until the idle end, and not at it",
          "[grant][OA21-REF-08][RT-14]") {
    const auto g = active(2, {0ms});
    CHECK(present(g, 2, at(idle - 1ms), windowed()).says == verdict::rotated);
    CHECK(refused(present(g, 2, at(idle), windowed()), grant_evidence::expired));
    auto short_idle = windowed();
    short_idle.idle = window - 2ms;
    CHECK(present(g, 1, at(window - 3ms), short_idle).says == verdict::retried);
    CHECK(refused(present(g, 1, at(window - 2ms), short_idle), grant_evidence::expired));
}

TEST_CASE("row 13: head and retry are good until the absolute end, and not at it",
          "[grant][RT-13]") {
    auto g = active(2, {lifetime - 10ms});
    CHECK(present(g, 2, at(lifetime - 1ms), windowed()).says == verdict::rotated);
    CHECK(present(g, 1, at(lifetime - 1ms), windowed()).says == verdict::retried);
    for (const std::uint32_t generation : {1U, 2U})
        for (const auto fit : {request_fit::fits, request_fit::invalid_scope})
            CHECK(refused(present(g, generation, at(lifetime), windowed(), fit),
                          grant_evidence::expired));
}

TEST_CASE("rows 9 to 12 before 13: a replay is evidence even where the head has expired",
          "[grant][OA21-REF-06]") {
    const auto g = active(2, {0ms});
    CHECK(replayed(present(g, 1, at(idle), strict()), g, at(idle)));
    CHECK(replayed(present(g, 1, at(idle), windowed()), g, at(idle)));
    CHECK(replayed(present(g, 1, at(lifetime - 1ms), windowed()), g, at(lifetime - 1ms)));
}

TEST_CASE("a replay after the absolute end is still reported, and its write is spared",
          "[grant][OA21-REF-06]") {
    const auto g = active(2, {0ms});
    CHECK(refused(present(g, 1, at(lifetime), strict()), grant_evidence::refresh_replay));
    CHECK(refused(present(g, 1, at(lifetime), windowed()), grant_evidence::refresh_replay));
    CHECK(refused(present(g, 3, at(lifetime), windowed()), grant_evidence::state_lost));
    CHECK(refused(redeem(g, at(lifetime)), grant_evidence::code_replay));
}

TEST_CASE("row 14: a bad scope or target changes nothing, on the head and on a retry alike",
          "[grant][OA21-REF-03][RT-12]") {
    const auto g = active(2, {0ms});
    for (const std::uint32_t generation : {1U, 2U}) {
        const auto scope = present(g, generation, at(1ms), windowed(), request_fit::invalid_scope);
        CHECK(scope.says == verdict::bad_scope);
        CHECK(!scope.next);
        const auto target =
            present(g, generation, at(1ms), windowed(), request_fit::invalid_target);
        CHECK(target.says == verdict::bad_target);
        CHECK(!target.next);
    }
}

TEST_CASE("rows 9 to 12 before 14: a thief cannot probe with a bad scope for free",
          "[grant][OA21-REF-06]") {
    const auto g = active(2, {0ms});
    for (const auto fit : {request_fit::invalid_scope, request_fit::invalid_target}) {
        CHECK(replayed(present(g, 1, at(window), windowed(), fit), g, at(window)));
        CHECK(replayed(present(g, 1, at(0ms), strict(), fit), g, at(0ms)));
    }
}

TEST_CASE("row 15: a retry in its window is answered from the record and writes nothing",
          "[grant][RT-05][RT-06]") {
    const auto g = active(4, {9'000ms, 4'000ms, 1'000ms});
    const auto t = present(g, 2, at(10'000ms), windowed());
    CHECK(t.says == verdict::retried);
    CHECK(t.evidence == grant_evidence::none);
    CHECK(!t.next);
    CHECK(t.behind == 2);
    CHECK(t.age == 6'000ms);
}

TEST_CASE("row 15: each token has a window of its own, whether or not its successor was used",
          "[grant][RT-07]") {
    const auto g = active(4, {20'000ms, 10'000ms, 0ms});
    CHECK(present(g, 1, at(window - 1ms), windowed()).says == verdict::retried);
    CHECK(present(g, 2, at(window), windowed()).says == verdict::retried);
    CHECK(present(g, 1, at(window), windowed()).says == verdict::ended);
}
