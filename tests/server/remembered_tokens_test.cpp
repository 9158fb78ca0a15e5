// A token that was here before is good no longer than one that was not.

#include <string>

#include "foreign.hpp"

using namespace foreign;

namespace {

resource_server_config own(std::size_t remembered, policy rules = {}) {
    auto c = gates::config(std::move(rules));
    c.remembered_tokens = remembered;
    return c;
}

} // namespace

TEST_CASE("a token that was here before ends when it expires, to the second",
          "[gate][remembered][AT-13][JOSE-13]") {
    const std::size_t remembered = GENERATE(std::size_t{0}, std::size_t{1024});
    policy rules;
    rules.gate.leeway = seconds{5};
    const gates::gate g{own(remembered, rules)};
    const auto token = gates::gate::jwt(g.claims());
    CHECK(g.admits(token));
    CHECK(g.admits(token));
    g.clock.advance(seconds{604});
    CHECK(g.admits(token));
    g.clock.advance(seconds{1});
    CHECK(gates::is_invalid_token(g.refusal(token)));
}

TEST_CASE("what is remembered says the same as what was verified", "[gate][remembered]") {
    const gates::gate g{own(1024)};
    const auto token = gates::gate::jwt(g.claims());
    const auto first = std::get<principal>(g.admit(token));
    const auto again = std::get<principal>(g.admit(token));
    CHECK(again.issuer() == first.issuer());
    CHECK(again.subject() == first.subject());
    CHECK(again.client_id() == first.client_id());
    CHECK(again.scopes() == first.scopes());
    CHECK(again.grant_id() == first.grant_id());
    CHECK(again.expires_at() == first.expires_at());
}

TEST_CASE("a token that was good for one resource is not for another",
          "[gate][remembered][AT-12][BCP-10][ATK-RS-05]") {
    const gates::gate g{own(1024)};
    const auto token = gates::gate::jwt(g.claims());
    CHECK(g.admits(token, {}, gates::notes));
    CHECK_FALSE(g.admits(token, {}, gates::other));
    CHECK(g.admits(token, {}, gates::notes));
}

TEST_CASE("scopes are judged anew for a token that was here before",
          "[gate][remembered][OA21-RS-01]") {
    const gates::gate g{own(1024)};
    const auto token = gates::gate::jwt(g.claims());
    CHECK(g.admits(token, {"mcp"}));
    CHECK(g.refusal(token, {"admin"}).status == 403);
}

TEST_CASE("another text than the one that was here is verified",
          "[gate][remembered][JOSE-01][ATK-JW-09]") {
    const gates::gate g{own(1024)};
    const auto token = gates::gate::jwt(g.claims());
    CHECK(g.admits(token));
    auto changed = token;
    auto& octet = changed[changed.size() - 10];
    octet = octet == 'A' ? 'B' : 'A';
    CHECK_FALSE(g.admits(changed));
    CHECK_FALSE(g.admits(token + "="));
    CHECK_FALSE(g.admits(token.substr(0, token.size() - 1)));
}

TEST_CASE("a key that its issuer removed ends the tokens that it signed, remembered or not",
          "[gate][remembered][trusted][JOSE-15][AT-11]") {
    auto trusted = trust(alpha);
    trusted.jwks_uri = alpha_jwks;
    auto c = config({trusted});
    c.remembered_tokens = GENERATE(std::size_t{0}, std::size_t{1024});
    gate g{std::move(c)};
    const auto token = gate::jwt(g.claims()); // the same octets each time
    CHECK(g.status(token) == 0);
    CHECK(g.status(token) == 0);
    g.site.serve(alpha_jwks, jwks({&next_key_of_alpha()}));
    SECTION("when the set is due") {
        g.wait(seconds{300});
        CHECK(g.status(token) == 401);
    }
    SECTION("when another token made it fetched") {
        g.wait(seconds{30});
        CHECK(g.status(token) == 0);
        CHECK(g.status(gate::jwt(g.claims(), next_key_of_alpha())) == 0);
        CHECK(g.status(token) == 401);
    }
    SECTION("not while the issuer is away, and then 503") {
        g.site.is_down = true;
        g.wait(seconds{3899});
        CHECK(g.status(token) == 0);
        g.wait(seconds{1});
        CHECK(g.status(token) == 503);
    }
}
