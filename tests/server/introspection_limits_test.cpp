// How often an issuer is asked: answers that are used again, and strangers who bring garbage.

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "asking.hpp"

using namespace asking;

namespace {

introspected_issuer remembered_for(seconds span) {
    auto t = trust();
    t.endpoint = asked_at;
    t.remembered = span;
    return t;
}
introspected_issuer with_limits(introspection_limits limits) {
    auto t = remembered_for(0s);
    t.limits = limits;
    return t;
}

} // namespace

TEST_CASE("RFC 7662 §4: an answer is used again for as long as is configured, to the second",
          "[gate][introspection][remembered][INT-09]") {
    gate g{remembered_for(10s)};
    CHECK(g.status("good") == 0);
    CHECK(g.status("good") == 0);
    CHECK(g.questions() == 1);
    g.site.tokens.clear(); // it is revoked
    g.clock.advance(seconds{9});
    CHECK(g.status("good") == 0);
    CHECK(g.questions() == 0);
    g.clock.advance(1s);
    CHECK(g.verdict("good") == "401 token_refused inactive");
    CHECK(g.questions() == 1);
}

TEST_CASE("an answer counts from when it was asked for, not from when it came",
          "[gate][introspection][remembered][INT-09]") {
    gate g{remembered_for(10s)};
    g.site.meanwhile = [&g] { g.clock.advance(4s); };
    CHECK(g.status("good") == 0);
    g.site.meanwhile = nullptr;
    g.clock.advance(5s);
    CHECK(g.status("good") == 0);
    CHECK(g.questions() == 1);
    g.clock.advance(1s);
    CHECK(g.status("good") == 0);
    CHECK(g.questions() == 1);
}

TEST_CASE("an answer is not used beyond the token's end, with leeway and without",
          "[gate][introspection][remembered][INT-09][AT-13]") {
    auto t = remembered_for(60s);
    t.leeway = GENERATE(0s, 5s);
    const auto leeway = t.leeway;
    gate g{std::move(t)};
    g.site.tokens["t"] = g.active("", 20s);
    CHECK(g.status("t") == 0);
    g.clock.advance(seconds{19} + leeway);
    CHECK(g.status("t") == 0);
    CHECK(g.questions() == 1);
    g.clock.advance(1s);
    CHECK(g.verdict("t") == "401 token_refused expired");
    CHECK(g.questions() == 1);
}

TEST_CASE("remembering can be switched off, for answers and for all",
          "[gate][introspection][remembered][INT-09]") {
    auto c = config(remembered_for(GENERATE(0s, 60s)));
    if (c.introspected->remembered != 0s) c.remembered_tokens = 0;
    gate g{std::move(c)};
    for (int i = 0; i < 3; ++i) CHECK(g.status("good") == 0);
    CHECK(g.questions() == 3);
}

TEST_CASE("a clock that is set back does not lengthen what is remembered",
          "[gate][introspection][remembered][INT-09]") {
    gate g{remembered_for(10s)};
    CHECK(g.status("good") == 0);
    g.clock.advance(-1s);
    CHECK(g.status("good") == 0);
    CHECK(g.questions() == 2);
}

TEST_CASE("an answer for one resource is none for the other",
          "[gate][introspection][remembered][AT-12][ATK-RS-05]") {
    gate g{remembered_for(60s)};
    CHECK(g.status("good") == 0);
    const auto decided = g.rs.admit(gates::request("good"), {}, gates::other);
    REQUIRE(std::holds_alternative<http_response>(decided));
    CHECK(std::get<http_response>(decided).status == 401);
    CHECK(g.status("good") == 0);
}

TEST_CASE("that a token is no good is not remembered", "[gate][introspection][remembered]") {
    gate g{remembered_for(60s)};
    CHECK(g.status("late") == 401);
    g.know("late");
    CHECK(g.status("late") == 0);
}

TEST_CASE("garbage does not push out what is remembered of good tokens",
          "[gate][introspection][remembered][JBCP-11]") {
    gate g{remembered_for(60s)};
    CHECK(g.status("good") == 0);
    for (int i = 0; i < 3000; ++i) (void)g.status("garbage" + std::to_string(i));
    (void)g.site.take();
    CHECK(g.status("good") == 0);
    CHECK(g.questions() == 0);
}

TEST_CASE("a stranger's garbage is asked about so often and no more, and nobody else notices",
          "[gate][introspection][JBCP-11]") {
    gate g{remembered_for(0s)};
    for (int i = 0; i < 60; ++i)
        CHECK(g.verdict("g" + std::to_string(i), "stranger") == "401 token_refused inactive");
    CHECK(g.questions() == 60);
    for (int i = 0; i < 500; ++i)
        CHECK(g.verdict("h" + std::to_string(i), "stranger") ==
              "503 throttled introspection_rate_of_source");
    CHECK(g.questions() == 0);
    for (int i = 0; i < 500; ++i) CHECK(g.status("good", "neighbour") == 0);
    CHECK(g.status("unknown", "neighbour") == 401);
    g.clock.advance(1s);
    CHECK(g.status("again", "stranger") == 401);
    CHECK(g.status("and again", "stranger") == 400); // no token at all
    CHECK(g.status("again", "stranger") == 503);
}

TEST_CASE("good tokens are never too many", "[gate][introspection]") {
    gate g{with_limits({1, {1, 1}})};
    for (int i = 0; i < 1000; ++i) CHECK(g.status("good") == 0);
    CHECK(g.questions() == 1000);
}

TEST_CASE("garbage of many sources together is bounded too, and good tokens wait with it",
          "[gate][introspection][JBCP-11]") {
    gate g{with_limits({64, {10, 60}})};
    for (int i = 0; i < 10; ++i) CHECK(g.status("g", std::to_string(i)) == 401);
    (void)g.events.take();
    for (int i = 10; i < 200; ++i)
        CHECK(g.verdict("g", std::to_string(i)) == "503 throttled introspection_rate");
    CHECK(g.status("good", "somebody") == 503);
    CHECK(g.questions() == 10);
    g.clock.advance(1s);
    CHECK(g.status("good", "somebody") == 0);
    CHECK(g.status("good", "somebody") == 0);
}

TEST_CASE("an issuer that is away is asked so often and no more, and nobody is blamed",
          "[gate][introspection][MCP-ERR-07]") {
    gate g{with_limits({64, {10, 60}})};
    g.site.is_down = true;
    for (int i = 0; i < 100; ++i) CHECK(g.status("good", "one source") == 503);
    CHECK(g.questions() == 10);
    g.site.is_down = false;
    g.clock.advance(1s);
    for (int i = 0; i < 100; ++i) CHECK(g.status("good", "one source") == 0);
}

TEST_CASE("so many questions are under way and no more, and one that is dropped makes room",
          "[gate][introspection][JBCP-11]") {
    gate g{with_limits({2, {600, 600}})};
    std::optional<operation<admission>> first{g.rs.begin_admit(gates::request("good"))};
    auto second = g.rs.begin_admit(gates::request("good"));
    CHECK_FALSE(first->finished());
    CHECK_FALSE(second.finished());
    CHECK(g.verdict("good") == "503 throttled introspection_at_once");
    SECTION("answered") {
        second.resume(fetch_answer{http_response{200, {}, g.active()}});
        REQUIRE(second.finished());
        CHECK(std::holds_alternative<principal>(std::move(second).result()));
    }
    SECTION("dropped") { first.reset(); }
    CHECK(g.status("good") == 0);
    CHECK(g.status("good") == 0);
}

TEST_CASE("a host's limiter decides about sources, and one that throws decides nothing",
          "[gate][introspection]") {
    struct hosts final : attempt_limiter {
        std::optional<seconds> admit(attempt what, std::string_view key, instant) override {
            counted += std::to_string(static_cast<int>(what)) + std::string{key} + ' ';
            if (is_broken) throw 1;
            return std::nullopt;
        }
        std::optional<seconds> peek(attempt, std::string_view key, instant) override {
            if (is_broken) throw 1;
            return key == "barred" ? std::optional{seconds{1}} : std::nullopt;
        }
        std::string counted;
        bool is_broken = false;
    } limiter;
    gate g{config(remembered_for(0s)), &limiter};
    CHECK(g.status("good", "a") == 0);
    CHECK(limiter.counted.empty());
    CHECK(g.status("unknown", "b") == 401);
    CHECK(limiter.counted == std::to_string(static_cast<int>(attempt::refused_token)) + "b ");
    CHECK(g.status("good", "barred") == 503);
    limiter.is_broken = true;
    CHECK(g.status("good", "barred") == 0);
    CHECK(g.status("unknown", "c") == 401);
}

TEST_CASE(
    "threads at once with one token all get in, and the issuer is asked once for each at most",
    "[gate][introspection][threads]") {
    gate g; // where it is asked is looked up by the first
    CHECK(g.status("good") == 0);
    (void)g.site.take();
    g.know("other");
    std::atomic<int> in{0};
    std::atomic<int> refused{0};
    std::atomic<int> odd{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            for (int n = 0; n < 50; ++n) {
                const int good = g.status("other", std::to_string(i));
                const int bad = g.status("bad" + std::to_string(n), std::to_string(i));
                ++(good == 0 ? in : odd);
                ++(bad == 401 ? refused : odd);
            }
        });
    for (auto& each : threads) each.join();
    CHECK(in == 200);
    CHECK(refused == 200);
    CHECK(odd == 0);
    std::size_t about_other = 0;
    for (const auto& each : g.site.take())
        for (const auto& [name, value] : each.sent)
            if (name == "token" && value == "other") ++about_other;
    CHECK(about_other >= 1);
    CHECK(about_other <= 4);
}

TEST_CASE("no event names a token or a secret", "[gate][introspection][OA21-GEN-05][ATK-RG-07]") {
    gate g{remembered_for(0s)};
    (void)g.status("bad-token-1");
    g.site.status = 401;
    (void)g.status("bad-token-2");
    g.site.is_down = true;
    (void)g.status("bad-token-3");
    const auto told = g.events.take();
    CHECK(told.size() == 3);
    for (const auto& e : told)
        for (const auto& text : {std::string{e.reason}, e.grant_id, e.client_id, e.subject,
                                 e.source, e.user_agent, e.correlation_id}) {
            CHECK(text.find("bad-token") == std::string::npos);
            CHECK(text.find("s3cret") == std::string::npos);
        }
}
