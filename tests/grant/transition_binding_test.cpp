// What a proof of a key does to a grant (RFC 9449 §5).
#include "grant/life.hpp"
#include "support/catch.hpp"

using namespace grant_tests;

namespace {

fresh_head with_key(std::string_view jkt) { return {fresh.nonce, fresh.key, jkt}; }

} // namespace

TEST_CASE("a code that comes with a key binds every refresh token of its grant",
          "[grant][DPOP-13]") {
    const auto g = pending();
    const auto t =
        redeem_code(g, g.head_nonce, request_fit::fits, at(1ms), with_key("k"), windowed());
    REQUIRE(t.next);
    CHECK(t.next->jkt == "k");
    for (const std::uint32_t generation : {1U, 2U, 1000U}) CHECK(is_bound(*t.next, generation));
    const auto without = redeem(g, at(1ms));
    REQUIRE(without.next);
    CHECK_FALSE(is_bound(*without.next, 1));
}

TEST_CASE("a rotation with a key binds what it hands out, and nothing that was handed out before",
          "[grant][DPOP-13][OA21-REF-06]") {
    const auto g = active(3);
    const auto t =
        present_refresh(g, 3, g.head_nonce, request_fit::fits, at(1ms), with_key("k"), windowed());
    REQUIRE(t.says == verdict::rotated);
    CHECK(t.next->jkt == "k");
    CHECK(is_bound(*t.next, 4));
    CHECK_FALSE(is_bound(*t.next, 3));
}

TEST_CASE("a grant that is bound stays bound to the same key", "[grant][DPOP-13]") {
    auto g = active(3);
    g.jkt = "k";
    g.jkt_since = 2;
    for (const auto* const jkt : {"", "k", "other"}) {
        const auto t = present_refresh(g, 3, g.head_nonce, request_fit::fits, at(1ms),
                                       with_key(jkt), windowed());
        REQUIRE(t.says == verdict::rotated);
        CHECK(t.next->jkt == "k");
        CHECK(t.next->jkt_since == 2);
    }
}

TEST_CASE("what hands out no new token binds nothing", "[grant][DPOP-13]") {
    const auto unchanged = [](const transition& t) { return !t.next || t.next->jkt.empty(); };
    const auto ask = [](const grant_life& g, std::uint32_t generation, milliseconds when,
                        const grant_rules& rules) {
        return present_refresh(g, generation, g.head_nonce, request_fit::fits, at(when),
                               with_key("k"), rules);
    };
    CHECK(unchanged(ask(active(1), 1, idle / 8, without_rotation())));
    CHECK(unchanged(ask(active(2, {0ms}), 1, 1ms, windowed())));
    CHECK(unchanged(ask(active(2, {0ms}), 1, window, windowed())));
    CHECK(unchanged(ask(active(4, {2'000ms, 1'000ms, 0ms}), 4, 3'000ms, windowed())));
}
