// Who signs when, as a pure function, and what a verifier with an old copy of the keys makes of it.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "mcp_oauth/server/key_rotation.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::chrono_literals;

namespace {

policy tokens_of(seconds lifetime) {
    auto rules = policy::strict();
    rules.access_token.lifetime = lifetime;
    return rules;
}
/// Each bound met exactly: what is promised holds, and nothing is to spare.
rotation_policy tight() {
    rotation_policy r;
    r.jwks_max_age = 7s;
    r.called_every = 5s;
    r.clock_skew = 4s;
    r.announced = 16s;
    r.signs_for = 40s;
    r.retained = 79s; // 10 s of a token, a minute of leeway, 9 s until all have heard
    return r;
}
std::string fault(void (*change)(rotation_policy&), seconds lifetime = 10s) {
    auto r = tight();
    change(r);
    const auto made = checked_rotation::make(r, tokens_of(lifetime));
    return made ? "" : made.error().member;
}
std::string words(void (*change)(rotation_policy&)) {
    auto r = tight();
    change(r);
    const auto made = checked_rotation::make(r, tokens_of(10s));
    return made ? "" : made.error().member + ": " + made.error().problem;
}
instant at(std::int64_t second) { return from_unix_seconds(second); }

/// What the keys of a moment are by the words of the requirement, key by key.
struct meaning {
    std::size_t signing = 0;
    std::vector<bool> published;
};
meaning meaning_of(const std::vector<instant>& row, seconds retained, instant now) {
    meaning m;
    for (std::size_t i = 0; i < row.size(); ++i)
        if (row[i] <= now) m.signing = i;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const bool over = i < m.signing && now >= row[i + 1] + retained;
        m.published.push_back(!over);
    }
    return m;
}

} // namespace

TEST_CASE("a rotation policy that could cause an outage is refused by the member's name",
          "[key_rotation][JOSE-18]") {
    CHECK(fault([](auto&) {}).empty());
    CHECK(checked_rotation::make({}, policy::strict()).has_value());
    CHECK(checked_rotation::make({}, tokens_of(24h)).has_value()); // of any lifetime there can be
    CHECK(fault([](auto& r) { r.announced -= 1s; }) == "rotation.announced");
    CHECK(fault([](auto& r) { r.jwks_max_age += 1s; }) == "rotation.announced");
    CHECK(fault([](auto& r) { r.clock_skew += 1s; }) == "rotation.announced");
    CHECK(fault([](auto& r) { r.called_every += 1s; }) == "rotation.announced");
    CHECK(fault([](auto& r) { r.retained -= 1s; }) == "rotation.retained");
    CHECK(fault([](auto&) {}, 11s) == "rotation.retained");
    CHECK(fault([](auto& r) { r.signs_for = 16s; }).empty());
    CHECK(fault([](auto& r) { r.signs_for = 15s; }) == "rotation.announced");
    CHECK(fault([](auto& r) { r.retained = 640s; }).empty());
    CHECK(fault([](auto& r) { r.retained = 641s; }) == "rotation.retained");
    CHECK(fault([](auto& r) { r.clock_skew = 0s; }).empty());
    CHECK(fault([](auto& r) { r.clock_skew = -1s; }) == "rotation.clock_skew");
    CHECK(fault([](auto& r) { r.jwks_max_age = 0s; }) == "rotation.jwks_max_age");
    CHECK(fault([](auto& r) { r.jwks_max_age = 24h + 1s; }) == "rotation.jwks_max_age");
    CHECK(fault([](auto& r) { r.called_every = 0s; }) == "rotation.called_every");
    CHECK(fault([](auto& r) { r.announced = 0s; }) == "rotation.announced");
    CHECK(fault([](auto& r) { r.retained = 0s; }) == "rotation.retained");
    CHECK(fault([](auto& r) { r.signs_for = 0s; }) == "rotation.signs_for");
    CHECK(fault([](auto& r) { r.signs_for = seconds::max(); }) == "rotation.signs_for");
}

TEST_CASE("what is wrong with a rotation policy is said with the value and what it must be",
          "[key_rotation][CONFIG]") {
    CHECK(words([](auto& r) { r.jwks_max_age = 0s; }) ==
          "rotation.jwks_max_age: 0 s: must be 1 s to 86400 s");
    CHECK(words([](auto& r) { r.announced = 15s; }) ==
          "rotation.announced: 15 s: must be at least jwks_max_age + called_every + clock_skew, "
          "which is 16 s");
    CHECK(words([](auto& r) { r.signs_for = 15s; }) ==
          "rotation.announced: 16 s: must be at most signs_for, which is 15 s");
    CHECK(words([](auto& r) { r.retained = 78s; }) ==
          "rotation.retained: 78 s: must be at least policy.access_token.lifetime + most_leeway + "
          "called_every + clock_skew, which is 79 s");
    CHECK(words([](auto& r) { r.retained = 641s; }) ==
          "rotation.retained: 641 s: must be at most 16 times signs_for, which is 640 s");
}

TEST_CASE("without a key one is made that signs at once", "[key_rotation][JOSE-18]") {
    const auto r = *checked_rotation::make(tight(), tokens_of(10s));
    const auto p = plan({}, r, at(100));
    CHECK_FALSE(p.signing);
    CHECK(p.next_signs_from == at(100));
}

TEST_CASE("a key lives through announced, signing and retained, to the second",
          "[key_rotation][JOSE-18]") {
    const auto r = *checked_rotation::make(tight(), tokens_of(10s));
    const auto due = 100 + 40 - 16;
    const auto early = plan({at(100)}, r, at(due) - 1ms);
    CHECK_FALSE(early.next_signs_from);
    CHECK(early.changes_at == at(due));
    const auto now = plan({at(100)}, r, at(due));
    CHECK(now.next_signs_from == at(140));
    CHECK(now.signing == 0U);

    const std::vector<instant> both{at(100), at(140)};
    const auto announced = plan(both, r, at(140) - 1ms);
    CHECK(announced.signing == 0U);
    CHECK_FALSE(announced.next_signs_from); // there is one next key, and not another
    CHECK(announced.changes_at == at(140));
    const auto signing = plan(both, r, at(140));
    CHECK(signing.signing == 1U);
    CHECK(signing.first_published == 0);
    CHECK(signing.changes_at == at(164));
    CHECK(plan(both, r, at(140 + 79) - 1ms).first_published == 0);
    CHECK(plan(both, r, at(140 + 79)).first_published == 1);
}

TEST_CASE("a server that was away for long announces its next key all the same",
          "[key_rotation][JOSE-18]") {
    const auto r = *checked_rotation::make(tight(), tokens_of(10s));
    const auto p = plan({at(100)}, r, at(100'000));
    CHECK(p.signing == 0U);
    CHECK(p.next_signs_from == at(100'016));
}

TEST_CASE("a clock that went back before every key leaves the one that is published longest",
          "[key_rotation][JOSE-18]") {
    const auto r = *checked_rotation::make(tight(), tokens_of(10s));
    const auto p = plan({at(100), at(140)}, r, at(5));
    CHECK(p.signing == 0U);
    CHECK(p.first_published == 0);
    CHECK_FALSE(p.next_signs_from);
    CHECK(p.changes_at == at(140));
}

TEST_CASE("for every row of keys and every moment the plan is what the requirement says",
          "[key_rotation][JOSE-18]") {
    const auto r = *checked_rotation::make(tight(), tokens_of(10s));
    bool fine = true;
    for (std::int64_t second = 16; second <= 120; second += 4)
        for (std::int64_t third = second + 16; third <= second + 120; third += 4)
            for (std::int64_t now = -20; now <= third + 200; ++now) {
                const std::vector<instant> row{at(0), at(second), at(third)};
                const auto p = plan(row, r, at(now));
                const auto m = meaning_of(row, r->retained, at(now));
                fine = fine && p.signing == m.signing;
                for (std::size_t i = 0; i < row.size(); ++i)
                    fine = fine && (i >= p.first_published) == m.published[i];
                const bool due = at(now) >= at(third) && at(now) >= at(third + 40 - 16);
                fine = fine && p.next_signs_from.has_value() == due;
                // Nothing changes before it is said to.
                if (p.changes_at > at(now) + 1ms) {
                    const auto later = plan(row, r, p.changes_at - 1ms);
                    fine = fine && later.signing == p.signing && !later.next_signs_from &&
                           later.first_published == p.first_published;
                }
            }
    CHECK(fine);
}

namespace {

/// Three servers that share a row of keys and call when it is their turn, each by its own clock.
/// A key is the second at which it was made.
class world {
public:
    struct habits {
        std::array<std::int64_t, 3> phase{};
        std::array<std::int64_t, 3> ahead{}; ///< of the right time
        std::int64_t called_every = 5;
        bool clocks_wander = false; ///< each second to another offset, back and forth
        std::int64_t most_ahead = 4;
    };
    static constexpr std::int64_t length = 500;

    world(const rotation_policy& policy, const habits& h)
        : rotation_(*checked_rotation::make(policy, tokens_of(10s))), habits_(h) {
        for (std::int64_t now = 0; now < length; ++now) {
            for (std::size_t s = 0; s < 3; ++s) {
                if (now == 0 || now % h.called_every == h.phase[s]) update(s, now);
                published_[s].push_back(snapshot_[s]);
                signs_[s].push_back(signer_[s]);
            }
        }
    }
    [[nodiscard]] std::size_t keys_made() const { return made_; }

    /// How many tokens, signed anywhere at any second, fail at some moment of their life at a
    /// verifier whose copy came from any server and is no older than the set may be kept.
    [[nodiscard]] std::size_t failures() const {
        std::size_t count = 0;
        for (std::int64_t signed_at = 0; signed_at < length; ++signed_at)
            for (std::size_t s = 0; s < 3; ++s)
                if (!holds(signed_at, signs_[s][static_cast<std::size_t>(signed_at)])) ++count;
        return count;
    }

private:
    struct key {
        std::int64_t id;
        instant signs_from;
    };
    [[nodiscard]] instant clock_of(std::size_t s, std::int64_t now) {
        auto ahead = habits_.ahead[s];
        if (habits_.clocks_wander) {
            noise_ = noise_ * 6364136223846793005U + 1442695040888963407U;
            ahead = static_cast<std::int64_t>((noise_ >> 33U) %
                                              static_cast<std::uint64_t>(habits_.most_ahead + 1));
        }
        return at(1000 + now + ahead);
    }
    void update(std::size_t s, std::int64_t now) {
        const auto local = clock_of(s, now);
        auto p = planned(local);
        row_.erase(row_.begin(), row_.begin() + static_cast<std::ptrdiff_t>(p.first_published));
        if (p.next_signs_from)
            row_.push_back({static_cast<std::int64_t>(made_++), *p.next_signs_from});
        p = planned(local);
        snapshot_[s].clear();
        for (const auto& each : row_) snapshot_[s].push_back(each.id);
        signer_[s] = row_[*p.signing].id;
    }
    [[nodiscard]] key_plan planned(instant local) const {
        std::vector<instant> times;
        for (const auto& each : row_) times.push_back(each.signs_from);
        return plan(times, rotation_, local);
    }
    [[nodiscard]] bool holds(std::int64_t signed_at, std::int64_t id) const {
        const auto first = (std::max)(std::int64_t{0}, signed_at - rotation_->jwks_max_age.count());
        const auto last = (std::min)(length - 1, signed_at + 10 + 60);
        for (auto fetched = first; fetched <= last; ++fetched)
            for (const auto& each : published_) {
                const auto& keys = each[static_cast<std::size_t>(fetched)];
                if (std::find(keys.begin(), keys.end(), id) == keys.end()) return false;
            }
        return true;
    }

    checked_rotation rotation_;
    habits habits_;
    std::vector<key> row_;
    std::size_t made_ = 0;
    std::uint64_t noise_ = 1;
    std::array<std::vector<std::int64_t>, 3> snapshot_;
    std::array<std::int64_t, 3> signer_{};
    std::array<std::vector<std::vector<std::int64_t>>, 3> published_;
    std::array<std::vector<std::int64_t>, 3> signs_;
};

/// Over all ways in which three servers take turns.
std::size_t failures_over_phases(const rotation_policy& policy, world::habits h) {
    std::size_t count = 0;
    for (h.phase[0] = 0; h.phase[0] < h.called_every; ++h.phase[0])
        for (h.phase[1] = 0; h.phase[1] < h.called_every; ++h.phase[1])
            for (h.phase[2] = 0; h.phase[2] < h.called_every; h.phase[2] += 2)
                count += world{policy, h}.failures();
    return count;
}

} // namespace

TEST_CASE("no token fails at a verifier whose keys are as old as they may be, at any moment",
          "[key_rotation][JOSE-18][ATK-JW-14]") {
    world::habits h;
    CHECK(world(tight(), h).keys_made() > 10); // there is something to see
    for (const auto& ahead :
         {std::array<std::int64_t, 3>{0, 0, 0}, {0, 4, 2}, {4, 0, 0}, {0, 0, 4}}) {
        h.ahead = ahead;
        CHECK(failures_over_phases(tight(), h) == 0);
    }
}

TEST_CASE("nor does it while the clocks jump back and forth within their bound",
          "[key_rotation][JOSE-18][ATK-JW-14]") {
    world::habits h;
    h.clocks_wander = true;
    CHECK(failures_over_phases(tight(), h) == 0);
}

TEST_CASE("nor where a key signs no longer than it is announced and many are retained",
          "[key_rotation][JOSE-18][ATK-JW-14]") {
    auto r = tight();
    r.signs_for = 16s;
    world::habits h;
    h.ahead = {0, 4, 2};
    CHECK(failures_over_phases(r, h) == 0);
}

TEST_CASE("the promise needs what it asks for: servers that call, and clocks that agree",
          "[key_rotation][JOSE-18]") {
    world::habits lazy;
    lazy.called_every = 12;
    lazy.ahead = {4, 0, 0};
    CHECK(failures_over_phases(tight(), lazy) > 0);
    world::habits apart;
    apart.ahead = {0, 8, 0};
    CHECK(failures_over_phases(tight(), apart) > 0);
}
