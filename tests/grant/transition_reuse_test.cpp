// Rotated tokens that stay good: what a grant does for a client that does not take up new ones.
#include "grant/life.hpp"
#include "support/catch.hpp"

using namespace grant_tests;

namespace {

grant_rules tolerant() {
    auto rules = windowed();
    rules.rotated_stay_good = true;
    return rules;
}

} // namespace

TEST_CASE("a rotated token that stays good is answered with the head, however old it is",
          "[grant][migration]") {
    const auto g = active(9, {2'000ms, 1'000ms, 0ms});
    for (std::uint32_t generation = 1; generation < 9; ++generation) {
        const auto t = present(g, generation, at(window * 2), tolerant());
        CHECK(t.says == verdict::retried);
        CHECK(!t.next);
        CHECK(t.behind == 9 - generation);
        CHECK(t.evidence == grant_evidence::none);
    }
    CHECK(present(g, 8, at(window * 2), windowed()).says == verdict::ended);
}

TEST_CASE("its age is that of its own rotation, or of the oldest one known", "[grant][migration]") {
    const auto g = active(9, {3'000ms, 2'000ms, 1'000ms});
    CHECK(present(g, 8, at(10'000ms), tolerant()).age == 7'000ms);
    CHECK(present(g, 6, at(10'000ms), tolerant()).age == 9'000ms);
    CHECK(present(g, 1, at(10'000ms), tolerant()).age == 9'000ms);
    CHECK(present(active(2), 1, at(10'000ms), tolerant()).age == 10'000ms);
}

TEST_CASE("whoever uses it keeps the grant from falling idle, written coarsely",
          "[grant][migration][OA21-REF-08]") {
    const auto g = active(2, {0ms});
    const auto early = present(g, 1, at(idle / 8 - 1ms), tolerant());
    CHECK(early.says == verdict::retried);
    CHECK(!early.next);
    const auto due = present(g, 1, at(idle / 8), tolerant());
    CHECK(due.says == verdict::touched);
    auto want = g;
    want.head_born = dawn + idle / 8;
    REQUIRE(due.next);
    CHECK(same(*due.next, want));
}

TEST_CASE("it outlives neither its grant nor idleness nor a revocation", "[grant][migration]") {
    auto g = active(2, {0ms});
    CHECK(present(g, 1, at(idle - 1ms), tolerant()).says == verdict::touched);
    CHECK(present(g, 1, at(idle), tolerant()).evidence == grant_evidence::expired);
    g.head_born = g.absolute_end - 1ms;
    CHECK(present(g, 1, at(lifetime - 1ms), tolerant()).says == verdict::retried);
    CHECK(present(g, 1, at(lifetime), tolerant()).evidence == grant_evidence::expired);
    CHECK(present(ended(), 1, at(1ms), tolerant()).evidence ==
          grant_evidence::used_after_revocation);
}

TEST_CASE("scope, lost state and the head are judged as ever", "[grant][migration]") {
    const auto g = active(2, {0ms});
    CHECK(present(g, 1, at(1ms), tolerant(), request_fit::invalid_scope).says ==
          verdict::bad_scope);
    CHECK(present(g, 3, at(1ms), tolerant()).evidence == grant_evidence::state_lost);
    CHECK(present_refresh(g, 2, other_nonce, request_fit::fits, at(1ms), fresh, tolerant())
              .evidence == grant_evidence::state_lost);
    const auto head = present(g, 2, at(1ms), tolerant());
    CHECK(head.says == verdict::rotated);
    CHECK(same(*head.next, *present(g, 2, at(1ms), windowed()).next));
}

TEST_CASE("nothing else changes: only a rotated token of a live grant is judged otherwise",
          "[grant][migration]") {
    for (const auto& g : {pending(), active(1), active(3, {2'000ms, 1'000ms}), active(3), ended()})
        for (std::uint32_t generation = 1; generation <= 4; ++generation)
            for (const auto when : {0ms, 2'500ms, window, idle / 8, idle, lifetime})
                for (const auto fit : {request_fit::fits, request_fit::invalid_target}) {
                    const auto usual = present(g, generation, at(when), windowed(), fit);
                    const auto t = present(g, generation, at(when), tolerant(), fit);
                    const bool rotated = g.state == grant_state::active && generation < g.head;
                    if (!rotated) {
                        CHECK(t.says == usual.says);
                        CHECK(t.evidence == usual.evidence);
                        CHECK(t.next.has_value() == usual.next.has_value());
                        if (t.next) CHECK(same(*t.next, *usual.next));
                        continue;
                    }
                    CHECK(t.says != verdict::ended);
                    if (t.next) { // it moves the idle end, and nothing but that
                        auto want = g;
                        want.head_born = t.next->head_born;
                        CHECK(same(*t.next, want));
                    }
                }
}
