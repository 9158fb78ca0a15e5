// Rows 16 to 18 of the transition table; and clocks, epochs and changed policies, for all rows.
#include "grant/life.hpp"
#include "support/catch.hpp"

using namespace grant_tests;

TEST_CASE("row 16: without rotation the head stays, and its idle end is written coarsely",
          "[grant]") {
    const auto g = active(1);
    const auto early = present(g, 1, at(idle / 8 - 1ms), without_rotation());
    CHECK(early.says == verdict::kept);
    CHECK(!early.next);

    const auto due = present(g, 1, at(idle / 8), without_rotation());
    CHECK(due.says == verdict::touched);
    auto want = g;
    want.head_born = dawn + idle / 8;
    REQUIRE(due.next);
    CHECK(same(*due.next, want)); // the nonce is the old one: the token must stay the same string
}

TEST_CASE("row 16: without rotation a token works any number of times, also strictly", "[grant]") {
    auto rules = without_rotation();
    rules.retry_window = 0ms;
    auto g = active(1);
    for (int use = 0; use < 20; ++use) {
        const auto t = present(g, 1, at(idle / 8 * use), rules);
        REQUIRE((t.says == verdict::kept || t.says == verdict::touched));
        if (t.next) g = *t.next;
    }
    CHECK(g.head == 1);
    CHECK(g.ring.size() == 0);
}

TEST_CASE("row 16: what was rotated before rotation was switched off is judged as ever",
          "[grant][OA21-REF-06]") {
    const auto g = active(2, {0ms});
    CHECK(present(g, 1, at(window - 1ms), without_rotation()).says == verdict::retried);
    CHECK(present(g, 1, at(window), without_rotation()).says == verdict::ended);
}

TEST_CASE("row 17: while the K-th rotation is younger than W + D the head is answered again",
          "[grant][RT-05]") {
    const auto g = active(4, {2'000ms, 1'000ms, 0ms});
    const auto early = present(g, 4, at(window + limit - 1ms), windowed());
    CHECK(early.says == verdict::coalesced);
    CHECK(!early.next);
    CHECK(present(g, 4, at(window + limit), windowed()).says == verdict::rotated);
}

TEST_CASE("row 17: it is the attempt's own reading that decides, not the arrival", "[grant]") {
    const auto g = active(4, {2'000ms, 1'000ms, 0ms});
    const moment slow{dawn + window + limit - 1ms, dawn + window + limit};
    CHECK(present(g, 4, slow, windowed()).says == verdict::rotated);
}

TEST_CASE("row 17: a ring that is not full never holds a rotation back", "[grant][RT-01]") {
    auto g = active(1);
    for (std::uint32_t used = 1; used <= depth; ++used) {
        const auto t = present(g, used, at(0ms), windowed());
        REQUIRE(t.says == verdict::rotated);
        g = *t.next;
    }
    CHECK(present(g, depth + 1, at(0ms), windowed()).says == verdict::coalesced);
}

TEST_CASE("row 17: under a depth that was lowered, the entry that a rotation would drop decides",
          "[grant]") {
    auto lowered = windowed();
    lowered.retry_depth = 1;
    const auto g = active(4, {window, 1'000ms, 0ms}); // generation 1's is old enough, 3's is not
    CHECK(present(g, 4, at(window + limit), lowered).says == verdict::coalesced);
    CHECK(present(g, 3, at(window + limit), lowered).says == verdict::retried);
    const auto t = present(g, 4, at(2 * window + limit), lowered);
    REQUIRE(t.says == verdict::rotated);
    CHECK(t.next->ring.size() == 1);
}

TEST_CASE("row 18: a rotation moves the head, the ring, the nonce, the key, and nothing else",
          "[grant][RT-01]") {
    const auto g = active(4, {120'000ms, 110'000ms, 0ms});
    const moment when{dawn + 130'000ms, dawn + 131'000ms};
    const auto t = present(g, 4, when, windowed());
    CHECK(t.says == verdict::rotated);
    auto want = g;
    want.head = 5;
    want.head_born = dawn + 131'000ms;
    want.head_nonce = fresh.nonce;
    want.head_key = active_key;
    want.ring.clear();
    for (const auto each : {131'000ms, 120'000ms, 110'000ms}) want.ring.append(dawn + each);
    REQUIRE(t.next);
    CHECK(same(*t.next, want));
}

TEST_CASE("row 18: strict rotation keeps no ring, and drops the one it finds", "[grant]") {
    for (const auto& g : {active(1), active(4, {2'000ms, 1'000ms, 0ms})}) {
        const auto t = present(g, g.head, at(3'000ms), strict());
        REQUIRE(t.says == verdict::rotated);
        CHECK(t.next->head == g.head + 1);
        CHECK(t.next->ring.size() == 0);
    }
}

TEST_CASE("the ring holds K entries at every K, and K + 1 rotations never", "[grant]") {
    for (const std::size_t k : {std::size_t{1}, std::size_t{2}, std::size_t{8},
                                rotation_ring::capacity, rotation_ring::capacity + 1}) {
        auto rules = windowed();
        rules.retry_depth = k;
        const auto held = (std::min)(k, rotation_ring::capacity);
        auto g = active(1);
        while (true) {
            const auto t = present(g, g.head, at(0ms), rules);
            if (t.says != verdict::rotated) break;
            g = *t.next;
        }
        CHECK(g.ring.size() == held);
        CHECK(g.head == held + 1);
        CHECK(present(g, 1, at(0ms), rules).says == verdict::retried);
    }
}

TEST_CASE("a window with a depth of zero is served with a depth of one", "[grant]") {
    auto rules = windowed();
    rules.retry_depth = 0;
    const auto t = present(active(1), 1, at(0ms), rules);
    REQUIRE(t.says == verdict::rotated);
    CHECK(present(*t.next, 1, at(0ms), rules).says == verdict::retried);
    CHECK(present(*t.next, 2, at(0ms), rules).says == verdict::coalesced);
}

TEST_CASE("a clock that lags makes no negative age: the token is inside its window",
          "[grant][clock]") {
    const auto g = active(2, {10'000ms});
    const auto t = present(g, 1, at(0ms), windowed());
    CHECK(t.says == verdict::retried);
    CHECK(t.age == 0ms);
    const auto full = active(5, {12'000ms, 11'000ms, 10'000ms});
    CHECK(present(full, 1, at(0ms), windowed()).evidence == grant_evidence::refresh_undecidable);
    CHECK(present(full, 5, at(0ms), windowed()).says == verdict::coalesced);
}

TEST_CASE("a clock that steps back stamps no earlier than the last stamp", "[grant][clock]") {
    const auto ring = active(2, {10'000ms});
    const auto rotated = present(ring, 2, at(0ms), windowed());
    REQUIRE(rotated.says == verdict::rotated);
    CHECK(rotated.next->ring[0] == dawn + 10'000ms);
    CHECK(rotated.next->head_born == dawn + 10'000ms);

    auto born_later = active(1);
    born_later.head_born = dawn + 5'000ms;
    CHECK(present(born_later, 1, at(0ms), windowed()).next->ring[0] == dawn + 5'000ms);
    CHECK(present(born_later, 1, at(0ms), without_rotation()).says == verdict::kept);
    CHECK(redeem(pending(), at(-1ms)).next->head_born == dawn);
}

TEST_CASE("an attempt that is made again judges by the same arrival", "[grant][clock]") {
    const auto g = active(2, {0ms});
    const moment again{dawn + window - 1ms, dawn + window + limit};
    CHECK(present(g, 1, again, windowed()).says == verdict::retried);
    CHECK(present(g, 2, {dawn + idle - 1ms, dawn + idle + limit}, windowed()).says ==
          verdict::rotated);
}

TEST_CASE("a policy that lowers the window takes effect at once", "[grant]") {
    const auto g = active(2, {0ms});
    auto shorter = windowed();
    shorter.retry_window = 1'000ms;
    CHECK(present(g, 1, at(1'000ms), windowed()).says == verdict::retried);
    CHECK(present(g, 1, at(999ms), shorter).says == verdict::retried);
    CHECK(present(g, 1, at(1'000ms), shorter).says == verdict::ended);
    CHECK(present(g, 1, at(0ms), strict()).says == verdict::ended);
}

TEST_CASE("a policy that opens a window covers only what is rotated from then on", "[grant]") {
    const auto g = *present(active(1), 1, at(0ms), strict()).next;
    CHECK(present(g, 1, at(1ms), windowed()).says == verdict::ended);
    const auto later = *present(g, 2, at(2ms), windowed()).next;
    CHECK(present(later, 2, at(3ms), windowed()).says == verdict::retried);
    CHECK(present(later, 1, at(3ms), windowed()).says == verdict::ended);
}

TEST_CASE("a grant whose last write is of an epoch below the operator's is refused, not changed",
          "[grant][state-lost]") {
    auto rules = windowed();
    rules.min_epoch = 3;
    for (const std::uint32_t epoch : {0U, 2U}) {
        auto g = active(2, {0ms});
        g.epoch = epoch;
        for (const std::uint32_t generation : {1U, 2U, 3U}) {
            const auto t = present(g, generation, at(window), rules);
            CHECK(t.says == verdict::refused);
            CHECK(t.evidence == grant_evidence::epoch_passed);
            CHECK(!t.next);
        }
        CHECK(revoke(g, revocation_reason::client, at(0ms)).says == verdict::revoked);
        auto code = pending();
        code.epoch = epoch;
        CHECK(redeem_code(code, head_nonce, request_fit::fits, at(0ms), fresh, rules).evidence ==
              grant_evidence::epoch_passed);
    }
}

TEST_CASE("every write that keeps a grant alive carries the operator's epoch",
          "[grant][state-lost]") {
    auto rules = windowed();
    rules.min_epoch = 3;
    auto g = active(1);
    for (const std::uint32_t epoch : {3U, 4U}) {
        g.epoch = epoch;
        CHECK(present(g, 1, at(0ms), rules).next->epoch == epoch);
        auto code = pending();
        code.epoch = epoch;
        const auto t = redeem_code(code, head_nonce, request_fit::fits, at(0ms), fresh, rules);
        CHECK(t.next->epoch == epoch);
    }
}
