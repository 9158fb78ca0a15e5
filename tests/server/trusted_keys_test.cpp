// How long a trusted issuer's keys are used, and how often they are asked for.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "foreign.hpp"
#include "mcp_oauth/server/driver.hpp"

using namespace foreign;

namespace {

// A token that names a key which nobody has published.
std::string of_unknown_key(const gate& g, const std::string& kid = "no-such-key") {
    return gates::sign(signing_input(g.claims(), kid, signature_algorithm::es256), key_of_alpha());
}

trusted_issuer with_max_age_up_to(seconds longest) {
    auto trusted = trust(alpha);
    trusted.jwks_uri = alpha_jwks;
    trusted.freshness.longest = longest;
    return trusted;
}

operation<admission> begin(gate& g) {
    return g.rs.begin_admit(gates::request(gate::jwt(g.claims())));
}

} // namespace

TEST_CASE("a flood of unknown key names costs one fetch in its interval, and no valid token",
          "[gate][trusted][ATK-JW-04][JOSE-15][JBCP-11][D20]") {
    gate g{with_max_age_up_to(seconds{3600})};
    CHECK(g.status() == 0);
    g.wait(seconds{30});
    g.site.asked.clear();
    for (int i = 0; i < 200; ++i) CHECK(g.status(of_unknown_key(g, std::to_string(i))) == 401);
    CHECK(g.site.take().size() == 1);
    CHECK(g.status() == 0);
    g.wait(seconds{29});
    CHECK(g.status(of_unknown_key(g)) == 401);
    CHECK(g.site.take().empty());
    g.wait(seconds{1});
    CHECK(g.status(of_unknown_key(g)) == 401);
    CHECK(g.site.take().size() == 1);
}

TEST_CASE("a new key is found when the first token that it signed comes",
          "[gate][trusted][JOSE-15][JOSE-18][ATK-JW-14]") {
    gate g{with_max_age_up_to(seconds{3600})};
    CHECK(g.status() == 0);
    g.wait(seconds{30});
    g.site.serve(alpha_jwks, jwks({&next_key_of_alpha(), &key_of_alpha()}));
    CHECK(g.status(gate::jwt(g.claims(), next_key_of_alpha())) == 0);
    CHECK(g.status() == 0);
}

TEST_CASE("a key that was removed counts no longer than the set it came in",
          "[gate][trusted][JOSE-15][AT-11]") {
    gate g{with_max_age_up_to(seconds{3600})};
    CHECK(g.status() == 0);
    g.site.serve(alpha_jwks, jwks({&next_key_of_alpha()}));
    g.wait(seconds{299});
    CHECK(g.status() == 0);
    g.wait(seconds{1});
    CHECK(g.status() == 401);
    CHECK(g.status(gate::jwt(g.claims(), next_key_of_alpha())) == 0);
    // All of them, too.
    g.site.serve(alpha_jwks, R"({"keys":[]})");
    g.wait(seconds{300});
    CHECK(g.status(gate::jwt(g.claims(), next_key_of_alpha())) == 401);
}

TEST_CASE("max-age counts within its bounds, and nothing else counts for it",
          "[gate][trusted][JOSE-15]") {
    struct lifetime {
        const char* field;
        seconds wanted;
    };
    const auto each = GENERATE(
        lifetime{"max-age=900", seconds{900}}, lifetime{"public, MAX-AGE=\"900\"", seconds{900}},
        lifetime{"max-age=1", seconds{300}},
        lifetime{"max-age=99999999999999999999", seconds{3600}},
        lifetime{"no-store, max-age=900", seconds{300}}, lifetime{"max-age=-1", seconds{300}},
        lifetime{"s-maxage=900", seconds{300}}, lifetime{"max-age=", seconds{300}},
        lifetime{"", seconds{300}});
    gate g{with_max_age_up_to(seconds{3600})};
    g.site.serve(alpha_jwks, jwks({&key_of_alpha()}), {{"Cache-Control", each.field}});
    CHECK(g.status() == 0);
    g.site.asked.clear();
    g.wait(each.wanted - seconds{1});
    CHECK(g.status() == 0);
    CHECK(g.site.take().empty());
    g.wait(seconds{1});
    CHECK(g.status() == 0);
    CHECK(g.site.take().size() == 1);
}

TEST_CASE("keys outlive their issuer's outage for as long as the policy says, and then it is 503",
          "[gate][trusted][MCP-ERR-07][AT-14]") {
    auto trusted = with_max_age_up_to(seconds{3600});
    trusted.freshness.while_unreachable = seconds{600};
    gate g{trusted};
    CHECK(g.status() == 0);
    g.site.is_down = true;
    g.wait(seconds{899});
    CHECK(g.status() == 0);
    CHECK(g.events.count(event_kind::issuer_unavailable) == 1);
    g.wait(seconds{1});
    const auto decided = g.admit(gate::jwt(g.claims()));
    REQUIRE(std::holds_alternative<http_response>(decided));
    const auto& answer = std::get<http_response>(decided);
    CHECK(answer.status == 503);
    CHECK(answer.header("retry-after") == "1");
    CHECK_FALSE(answer.header("www-authenticate"));
    CHECK(answer.body.find("invalid_token") == std::string::npos);
    g.site.is_down = false;
    g.wait(seconds{29});
    CHECK(g.status() == 0);
}

TEST_CASE("an issuer that is down is asked once in an interval, and nobody's token is invalid",
          "[gate][trusted][MCP-ERR-07][ATK-JW-04]") {
    gate g{with_max_age_up_to(seconds{3600})};
    g.site.is_down = true;
    for (int i = 0; i < 50; ++i) CHECK(g.status() == 503);
    CHECK(g.site.take().size() == 1);
    g.wait(seconds{30});
    g.site.is_down = false;
    CHECK(g.status() == 0);
    // Of a name that is unknown here, an issuer that is down may have told by now.
    g.site.is_down = true;
    g.wait(seconds{30});
    CHECK(g.status(of_unknown_key(g)) == 503);
    CHECK(g.status(of_unknown_key(g)) == 503);
    CHECK(g.status() == 0);
}

TEST_CASE("one operation fetches, and no other does meanwhile",
          "[gate][trusted][JBCP-11][MCP-ERR-07]") {
    gate g{with_max_age_up_to(seconds{3600})};
    auto first = begin(g);
    REQUIRE_FALSE(first.finished());
    CHECK(std::get<fetch_step>(first.next()).wanted.url.text() == alpha_jwks);
    g.wait(seconds{31});
    CHECK(g.status() == 503);
    CHECK(g.site.take().empty());
    first.resume(fetch_answer{http_response{200, {}, jwks({&key_of_alpha()})}});
    REQUIRE(first.finished());
    CHECK(std::holds_alternative<principal>(std::move(first).result()));
    CHECK(g.status() == 0);
}

TEST_CASE("a token that expires while keys are fetched is refused", "[gate][trusted][AT-13]") {
    gate g{with_max_age_up_to(seconds{3600})};
    auto claims = g.claims();
    claims.expires_at = claims.issued_at + 5;
    auto op = g.rs.begin_admit(gates::request(gate::jwt(claims)));
    REQUIRE_FALSE(op.finished());
    g.wait(seconds{5});
    op.resume(fetch_answer{http_response{200, {}, jwks({&key_of_alpha()})}});
    REQUIRE(op.finished());
    const auto decided = std::move(op).result();
    REQUIRE(std::holds_alternative<http_response>(decided));
    CHECK(std::get<http_response>(decided).status == 401);
}

TEST_CASE("a request whose time is before the last fetch uses its keys", "[gate][trusted]") {
    gate g{with_max_age_up_to(seconds{3600})};
    CHECK(g.status() == 0);
    g.clock.advance(-seconds{1});
    g.site.asked.clear();
    CHECK(g.status() == 0);
    CHECK(g.site.take().empty());
}

TEST_CASE("while one operation renews keys, all others go on with the old ones",
          "[gate][trusted][MCP-ERR-07]") {
    gate g{with_max_age_up_to(seconds{3600})};
    CHECK(g.status() == 0);
    g.wait(seconds{300});
    auto first = begin(g);
    REQUIRE_FALSE(first.finished());
    g.site.asked.clear();
    for (int i = 0; i < 5; ++i) CHECK(g.status() == 0);
    CHECK(g.site.take().empty());
}

TEST_CASE("an operation that is dropped or forgotten while it fetches blocks nobody for long",
          "[gate][trusted][MCP-ERR-07]") {
    gate g{with_max_age_up_to(seconds{3600})};
    SECTION("dropped") {
        { const auto dropped = begin(g); }
        CHECK(g.status() == 503);
        g.wait(seconds{30});
        CHECK(g.status() == 0);
    }
    SECTION("forgotten, and late") {
        auto forgotten = begin(g);
        g.wait(seconds{59});
        CHECK(g.status() == 503);
        g.wait(seconds{1});
        CHECK(g.status() == 0);
        // What it brings in the end is older than what is known.
        forgotten.resume(fetch_answer{http_response{200, {}, jwks({&key_of_beta()})}});
        REQUIRE(forgotten.finished());
        CHECK(g.status() == 0);
    }
    SECTION("answered with another kind") {
        auto op = begin(g);
        op.resume(load_answer{unexpected{unavailable{}}});
        REQUIRE(op.finished());
        const auto decided = std::move(op).result();
        REQUIRE(std::holds_alternative<http_response>(decided));
        CHECK(std::get<http_response>(decided).status == 503);
    }
}

TEST_CASE("a clock that is set back does not stop fetches", "[gate][trusted]") {
    gate g{with_max_age_up_to(seconds{3600})};
    g.wait(std::chrono::hours{24});
    CHECK(g.status() == 0);
    g.clock.advance(-std::chrono::hours{23});
    g.site.serve(alpha_jwks, jwks({&next_key_of_alpha()}));
    CHECK(g.status(gate::jwt(g.claims(), next_key_of_alpha())) == 0);
}

TEST_CASE("what a fetch is asked for is bounded in octets and time", "[gate][trusted][JBCP-11]") {
    gate g;
    auto op = begin(g);
    for (int steps = 0; !op.finished(); ++steps) {
        REQUIRE(steps < 4);
        const auto& wanted = std::get<fetch_step>(op.next()).wanted;
        CHECK(wanted.largest_body == 64 * 1024);
        CHECK(wanted.time_limit == milliseconds{5000});
        op.resume(carry_out(op.next(), {nullptr, nullptr, {}, &g.site}));
    }
    CHECK(std::holds_alternative<principal>(std::move(op).result()));
}

TEST_CASE("threads at once get in or are told to try again, and the keys are fetched once",
          "[gate][trusted][threads]") {
    gate g{with_max_age_up_to(seconds{3600})};
    const auto token = gate::jwt(g.claims());
    std::atomic<int> in{0};
    std::atomic<int> odd{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 50; ++n) {
                const int status = g.status(token);
                if (status == 0) ++in;
                if (status != 0 && status != 503) ++odd;
            }
        });
    for (auto& each : threads) each.join();
    CHECK(odd == 0);
    CHECK(in > 0);
    CHECK(g.status(token) == 0);
    CHECK(g.site.take().size() == 1);
}
