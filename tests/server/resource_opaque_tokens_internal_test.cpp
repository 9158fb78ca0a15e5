// Opaque access tokens: sealed claims, checked like a JWT's. A shared library hides their making.
#include "gates.hpp"
#include "mcp_oauth/grant/record.hpp"
#include "server/access_token.hpp"
#include "server/record_keys.hpp"

using namespace gates;

namespace {

policy opaque_rules() {
    policy rules;
    rules.access_token.format = access_token_format::opaque;
    return rules;
}
std::string opaque(const gate& g, const access_token_claims& claims) {
    return *mint_opaque(claims, the_ring(), g.random);
}

} // namespace

TEST_CASE(
    "an opaque token is good up to the millisecond before it expires, and the leeway after it",
    "[gate][AT-13][policy]") {
    for (const auto leeway : {0s, 60s}) {
        auto rules = opaque_rules();
        rules.gate.leeway = leeway;
        const gate g{rules};
        const auto token = opaque(g, g.claims());
        g.clock.set(from_unix_seconds(g.claims().expires_at) + leeway - 1ms);
        CHECK(g.admits(token));
        g.clock.advance(1ms);
        CHECK(is_invalid_token(g.refusal(token)));
        CHECK(g.reason() == "expired");
    }
}

TEST_CASE("the format is the server's setting, and nothing in a token chooses another",
          "[gate][policy][JBCP-01]") {
    gate jwts;
    gate sealed{opaque_rules()};
    CHECK(jwts.admits(gate::jwt(jwts.claims())));
    CHECK(is_invalid_token(sealed.refusal(gate::jwt(sealed.claims()))));
    CHECK(sealed.admits(opaque(sealed, sealed.claims())));
    CHECK(is_invalid_token(jwts.refusal(opaque(jwts, jwts.claims()))));
}

TEST_CASE("an opaque token tells the gate the same as a JWT", "[gate][MCP-TOK-14][OA21-RS-01]") {
    gate g{opaque_rules()};
    auto claims = g.claims();
    claims.auth_time = 1'700'000'000;
    claims.acr = "loa2";
    claims.amr = {"pwd", "otp"};
    const auto who = std::get<principal>(g.admit(opaque(g, claims), {"notes:read"}));
    CHECK(who.issuer() == issuer);
    CHECK(who.subject() == "alice");
    CHECK(who.client_id() == "app");
    CHECK(who.scopes() == claims.scope);
    CHECK(who.grant_id() == claims.grant_id);
    CHECK(who.expires_at() == from_unix_seconds(claims.expires_at));
    const auto opened = open_opaque(opaque(g, claims), the_ring());
    REQUIRE(opened);
    CHECK(to_json(*opened) == to_json(claims));
}

TEST_CASE("an opaque token is checked for issuer and audience like any other",
          "[gate][AT-11][AT-12][MCP-TOK-05][MCP-TOK-06][MCP-RES-13]") {
    gate g{opaque_rules()};
    auto claims = g.claims();
    claims.audience = {other};
    CHECK(is_invalid_token(g.refusal(opaque(g, claims))));
    CHECK(g.reason() == "wrong_audience");
    CHECK(g.admits(opaque(g, claims), {}, other));
    claims = g.claims();
    claims.issuer = "https://evil.example";
    CHECK(is_invalid_token(g.refusal(opaque(g, claims))));
    CHECK(g.reason() == "wrong_issuer");
    const auto foreign = mint_opaque(g.claims(), the_ring("https://other.example"), g.random);
    CHECK(is_invalid_token(g.refusal(*foreign)));
    CHECK(g.reason() == "malformed");
}

TEST_CASE("an opaque token with any character changed is refused", "[gate][AT-14]") {
    gate g{opaque_rules()};
    const auto token = opaque(g, g.claims());
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK(is_invalid_token(g.refusal(changed)));
    }
    for (std::size_t size = 1; size < token.size(); size += 7)
        CHECK(is_invalid_token(g.refusal(token.substr(0, size))));
    CHECK(is_invalid_token(g.refusal(token + "A")));
}

TEST_CASE("an opaque token shows nothing of its claims, and no two are alike",
          "[gate][OA21-GEN-05]") {
    gate g{opaque_rules()};
    const auto token = opaque(g, g.claims());
    CHECK(token.substr(0, 8) == "mcpo_at_");
    CHECK(decode_base64url(token.substr(8))->find("alice") == std::string::npos);
    CHECK(token != opaque(g, g.claims()));
}

TEST_CASE("claims that make a token longer than any that is read make none", "[gate]") {
    gate g{opaque_rules()};
    auto claims = g.claims();
    claims.subject.assign(6'000, 's');
    CHECK(!mint_opaque(claims, the_ring(), g.random));
    claims.subject.assign(128, 's');
    g.random.fail_after(0);
    CHECK(!mint_opaque(claims, the_ring(), g.random));
}

TEST_CASE("the grant is loaded for an opaque token as for a JWT", "[gate][policy]") {
    auto rules = opaque_rules();
    rules.gate.revocation = gate_revocation::at_once;
    const gate g{rules};
    const auto token = opaque(g, g.claims());
    CHECK(is_invalid_token(g.refusal(token)));
    CHECK(g.reason() == "unknown_grant");
    grant live;
    live.client_id = "app";
    live.subject = "alice";
    live.life.state = grant_state::active;
    live.life.head = 1;
    record r;
    r.key = record_keys::grant(issuer, g.claims().grant_id);
    r.body = encode(live);
    (void)g.memory.create(r);
    CHECK(g.admits(token));
}
