// Which tokens open the gate: authentic, of the right kind and issuer, for this resource, in time.
#include "gates.hpp"
#include "mcp_oauth/grant/handle.hpp"

using namespace gates;

namespace {

policy opaque_rules() {
    policy rules;
    rules.access_token.format = access_token_format::opaque;
    return rules;
}
std::string claims_json(const access_token_claims& c) { return to_json(c); }
std::string header_with_typ(std::string_view typ) {
    return R"({"alg":"ES256","typ":")" + std::string{typ} + R"(","kid":")" + kid() + "\"}";
}
handle some_handle(handle_kind kind) {
    handle h;
    h.kind = kind;
    h.key = the_ring().current();
    h.generation = kind == handle_kind::code ? 0 : 1;
    return h;
}
// Each octet of `text` exchanged for another that its alphabet has.
template <class Check> void for_each_change(const std::string& text, Check check) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto changed = text;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        check(changed, i);
    }
}

} // namespace

TEST_CASE("RFC 9068 §4: a JWT must say that it is an access token", "[gate][AT-10][JBCP-08][D19]") {
    const gate g;
    const auto payload = claims_json(g.claims());
    for (const auto* const typ : {"at+jwt", "at+JWT", "AT+JWT", "application/at+jwt"})
        CHECK(g.admits(sign_json(header_with_typ(typ), payload)));
    for (const auto* const typ : {"JWT", "jwt", "", "at", "at+jwt ", "text/at+jwt", "dpop+jwt"}) {
        CHECK(is_invalid_token(g.refusal(sign_json(header_with_typ(typ), payload))));
        CHECK(g.reason() == "wrong_type");
    }
    CHECK(!g.admits(sign_json(R"({"alg":"ES256"})", payload)));
}

TEST_CASE("RFC 9068 §4: only this issuer's tokens are accepted, to the letter",
          "[gate][AT-11][MCP-TOK-06]") {
    const gate g;
    for (const auto* const of : {"https://as.example/", "https://AS.example", "http://as.example",
                                 "https://as.example/tenant", "https://evil.example"}) {
        auto claims = g.claims();
        claims.issuer = of;
        CHECK(is_invalid_token(g.refusal(gate::jwt(claims))));
        CHECK(g.reason() == "wrong_issuer");
    }
}

TEST_CASE("RFC 9068 §4: a token of another key is refused, whatever name it gives the key",
          "[gate][AT-11][AT-13][ATK-JW-05]") {
    const gate g;
    const auto stranger = *signing_key::generate_es256();
    const auto under = [&](std::string_view name) {
        return sign(signing_input(g.claims(), name, signature_algorithm::es256), stranger);
    };
    CHECK(is_invalid_token(g.refusal(under(kid()))));
    CHECK(g.reason() == "bad_signature");
    CHECK(is_invalid_token(g.refusal(under(jwk_thumbprint(stranger.public_key())))));
    CHECK(g.reason() == "unknown_key");
}

TEST_CASE("RFC 9068 §4: the audience must name this resource, and no other will do",
          "[gate][AT-12][BCP-10][MCP-TOK-05][MCP-TOK-07][ATK-RS-05][ATK-RS-08]") {
    const gate g;
    auto claims = g.claims();
    for (const std::string audience :
         {other, "https://mcp.example", "https://mcp.example/mcp/", "https://mcp.example/mcp/sub",
          "https://mcp.example/MCP", "https://mcp.example/mcp?x", "https://evil.example/mcp", "mcp",
          "", issuer}) {
        claims.audience = {audience};
        CHECK(is_invalid_token(g.refusal(gate::jwt(claims))));
        CHECK(g.reason() == "wrong_audience");
    }
    claims.audience = {};
    CHECK(!g.admits(gate::jwt(claims)));
    claims.audience = {std::string{other}, std::string{notes}};
    CHECK(g.admits(gate::jwt(claims)));
    CHECK(g.admits(gate::jwt(claims), {}, other));
    claims.audience = {"https://MCP.example:443/mcp"}; // MCP-RES-06
    CHECK(g.admits(gate::jwt(claims)));
}

TEST_CASE("a token for one resource is refused at the one beside it",
          "[gate][AT-12][ATK-RS-05][pain-24]") {
    const gate g;
    CHECK(g.admits(gate::jwt(g.claims())));
    CHECK(g.refusal(gate::jwt(g.claims()), {}, other).status == 401);
}

TEST_CASE("a token is good up to the millisecond before it expires",
          "[gate][AT-13][OA21-RS-01][OA21-RS-08][D21]") {
    const gate g;
    const auto token = gate::jwt(g.claims());
    g.clock.set(from_unix_seconds(g.claims().expires_at) - 1ms);
    CHECK(g.admits(token));
    g.clock.advance(1ms);
    CHECK(is_invalid_token(g.refusal(token)));
    CHECK(g.reason() == "expired");
}

TEST_CASE("the leeway is for clocks that disagree, at either end of a token's life",
          "[gate][AT-13][policy]") {
    policy rules;
    rules.gate.leeway = 60s;
    const gate g{rules};
    const auto claims = g.claims();
    auto payload = claims_json(claims);
    payload.insert(1, "\"nbf\":" + std::to_string(claims.issued_at + 60) + ",");
    const auto token = sign_json(header_with_typ("at+jwt"), payload);
    CHECK(g.admits(token));
    g.clock.advance(-1ms);
    CHECK(is_invalid_token(g.refusal(token)));
    CHECK(g.reason() == "not_yet_valid");
    g.clock.set(from_unix_seconds(claims.expires_at) + 60s - 1ms);
    CHECK(g.admits(token));
    g.clock.advance(1ms);
    CHECK(g.refusal(token).status == 401);
}

TEST_CASE("a JWT with any character changed is refused, and always in the same words",
          "[gate][AT-13][AT-14][BEAR-02][MCP-ERR-03][D21][MCP-PRM-04]") {
    const gate g;
    const auto token = gate::jwt(g.claims());
    for_each_change(token, [&](const std::string& changed, std::size_t i) {
        INFO(i);
        CHECK(is_invalid_token(g.refusal(changed)));
    });
    for (std::size_t size = 1; size < token.size(); size += 7)
        CHECK(is_invalid_token(g.refusal(token.substr(0, size))));
}

TEST_CASE("what is no token at all is an invalid one", "[gate][AT-14][OA21-RS-08][MCP-ERR-09]") {
    const gate jwts;
    const gate sealed{opaque_rules()};
    for (const auto& text :
         {std::string{"x"}, std::string{"a.b.c"}, std::string{"..."}, std::string(8000, 'A'),
          std::string{"mcpo_at_"}, "mcpo_at_" + std::string(240, 'A'), std::string{"eyJ.eyJ.x"},
          "eyJhbGciOiJub25lIn0." + base64url(claims_json(jwts.claims())) + "."})
        for (const auto* const g : {&jwts, &sealed}) CHECK(is_invalid_token(g->refusal(text)));
}

TEST_CASE("codes and refresh tokens are no access tokens, and the event says what came",
          "[gate][ATK-TK-10]") {
    const gate jwts;
    const gate sealed{opaque_rules()};
    for (const auto kind : {handle_kind::code, handle_kind::refresh_token})
        for (const auto* const g : {&jwts, &sealed}) {
            const auto text = mint(some_handle(kind), the_ring());
            CHECK(is_invalid_token(g->refusal(std::string{text->reveal()})));
            CHECK(g->reason() == "wrong_type");
        }
}
