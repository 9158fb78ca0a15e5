// Bound tokens at the resource: what is taken, what is refused, and how the refusal reads.

#include "dpop.hpp"

using namespace given;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// A server, a gate beside it, and a token that is bound to the client's key.
struct bound_session {
    explicit bound_session(policy rules = policy::mcp())
        : s(std::move(rules)),
          gate(gate_beside(s)),
          token(member(redeem_bound(s, s.code()), "access_token")) {
        REQUIRE_FALSE(token.empty());
        static_cast<void>(s.events.take());
    }
    bool admits(const http_request& request) const {
        return std::holds_alternative<principal>(gate.admit(request));
    }
    http_response refusal(const http_request& request, const scope_set& needed = {}) const {
        auto decided = gate.admit(request, needed);
        REQUIRE(std::holds_alternative<http_response>(decided));
        return std::get<http_response>(std::move(decided));
    }
    /// `status error`, and the reason of the event.
    std::string verdict(const http_request& request) const {
        const auto refused = refusal(request);
        const auto events = s.events.take();
        REQUIRE(events.size() == 1);
        return outcome(refused) + " " + std::string{events[0].reason};
    }
    template <class Change> http_request changed_call(Change change) const {
        auto claims = call_claims(s, token);
        change(claims);
        return call("DPoP", token, proofs::proof(client_key(), claims));
    }
    server s;
    resource_server gate;
    std::string token;
};

std::string challenge_of(const http_response& response) {
    return std::string{response.header("WWW-Authenticate").value_or("")};
}
const std::string context =
    R"(resource_metadata="https://as.example/.well-known/oauth-protected-resource/mcp")";
const std::string algs = R"(algs="ES256 ES384 EdDSA RS256 PS256")";

} // namespace

TEST_CASE("A bound token comes with a proof under its own scheme, and the host hears of the key",
          "[dpop][DPOP-23][MCP-DPOP-03][BCP-08]") {
    for (const auto format : {access_token_format::jwt, access_token_format::opaque}) {
        auto rules = policy::mcp();
        rules.access_token.format = format;
        const bound_session b{rules};
        for (const auto* const scheme : {"DPoP", "dpop", "DPOP"}) {
            const auto proof = proofs::proof(client_key(), call_claims(b.s, b.token));
            const auto decided = b.gate.admit(call(scheme, b.token, proof));
            REQUIRE(std::holds_alternative<principal>(decided));
            CHECK(std::get<principal>(decided).key_thumbprint() == thumbprint_of(client_key()));
            CHECK(std::get<principal>(decided).subject() == "alice");
        }
    }
}

TEST_CASE("A stolen bound token is worth nothing without the key",
          "[dpop][DPOP-24][MCP-DPOP-06][ATK-DP-06]") {
    const bound_session b;
    CHECK(b.verdict(call("Bearer", b.token, "")) == "401 invalid_token bound_token_as_bearer");
    const auto proof = proofs::proof(client_key(), call_claims(b.s, b.token));
    CHECK(b.verdict(call("Bearer", b.token, proof)) == "401 invalid_token bound_token_as_bearer");
    CHECK(b.verdict(call("DPoP", b.token, "")) == "401 invalid_dpop_proof dpop_missing");
    CHECK(b.verdict(proven_call(b.s, b.token, thief_key())) ==
          "401 invalid_token dpop_another_key");
    CHECK(b.admits(proven_call(b.s, b.token)));
}

TEST_CASE("A bound token is none for a bearer where DPoP is switched off later",
          "[dpop][DPOP-24]") {
    const bound_session b;
    auto rules = policy::mcp();
    rules.dpop.enabled = false;
    const auto gate = resource_server::make({issuer,
                                             {resource_config{resource, {}, {}, {}, {}}},
                                             {the_signing_key().public_key()},
                                             {},
                                             rules},
                                            {nullptr, nullptr, &b.s.clock, nullptr});
    REQUIRE(gate);
    for (const auto& request : {call("Bearer", b.token, ""), proven_call(b.s, b.token)})
        CHECK(std::holds_alternative<http_response>(gate->admit(request)));
}

TEST_CASE("A token that is not bound is none under the other scheme", "[dpop][DPOP-24]") {
    const bound_session b;
    const auto bearer = member(b.s.redeem(b.s.code()), "access_token");
    static_cast<void>(b.s.events.take());
    CHECK(b.verdict(proven_call(b.s, bearer)) == "401 invalid_token unbound_token_as_dpop");
    CHECK(b.admits(call("Bearer", bearer, "")));
}

TEST_CASE("A proof is for this method, this URL, this token and this minute",
          "[dpop][DPOP-27][DPOP-08][MCP-DPOP-04][ATK-DP-02][ATK-DP-03][ATK-DP-06]") {
    const bound_session b;
    const auto verdict = [&](auto change) { return b.verdict(b.changed_call(change)); };
    const auto said = "401 invalid_dpop_proof "s;
    CHECK(verdict([](auto& c) { c.htm = "GET"; }) == said + "dpop_wrong_method");
    CHECK(verdict([](auto& c) { c.htu = token_url; }) == said + "dpop_wrong_url");
    CHECK(verdict([](auto& c) { c.htu = "https://evil.example/mcp"; }) == said + "dpop_wrong_url");
    CHECK(verdict([](auto& c) { c.more.clear(); }) == said + "dpop_wrong_token");
    CHECK(verdict([](auto& c) { c.more = R"(,"ath":")" + proofs::ath_of("x") + "\""; }) ==
          said + "dpop_wrong_token");
    CHECK(verdict([](auto& c) { c.iat -= 300; }) == said + "dpop_out_of_time");
    CHECK(verdict([](auto& c) { c.iat += 301; }) == said + "dpop_out_of_time");
    CHECK(b.admits(b.changed_call([](auto& c) { c.htu = "HTTPS://AS.example:443/mcp?x=1"; })));
    auto with_query = proven_call(b.s, b.token);
    with_query.target = "/mcp?x=1";
    CHECK(b.admits(with_query));
}

TEST_CASE("A resource that is served elsewhere than its identifier says so", "[dpop][DPOP-08]") {
    const bound_session b;
    const auto gate = resource_server::beside(
        b.s.as, {resource_config{resource, {}, {}, {}, {}, "https://edge.example/v1/mcp"}},
        {&b.s.store, nullptr, &b.s.clock, &b.s.random});
    REQUIRE(gate);
    const auto at = [&](const std::string& url) {
        return std::holds_alternative<principal>(
            gate->admit(b.changed_call([&](auto& c) { c.htu = url; })));
    };
    CHECK(at("https://edge.example/v1/mcp"));
    CHECK_FALSE(at(resource));
    CHECK_FALSE(resource_server::beside(b.s.as,
                                        {resource_config{resource, {}, {}, {}, {}, "edge.example"}},
                                        {&b.s.store, nullptr, &b.s.clock, &b.s.random}));
}

TEST_CASE("Two proofs, a list of them, or two tokens are refused",
          "[dpop][DPOP-01][DPOP-26][ATK-DP-04][ATK-RS-02]") {
    const bound_session b;
    auto twice = proven_call(b.s, b.token);
    twice.headers.push_back({"dpop", proofs::proof(client_key(), call_claims(b.s, b.token))});
    CHECK(b.verdict(twice) == "401 invalid_dpop_proof dpop_repeated");
    const auto proof = proofs::proof(client_key(), call_claims(b.s, b.token));
    for (const auto& bad : {proof + "," + proof, proof + ", " + proof, "garbage"s, " "s})
        CHECK(b.verdict(call("DPoP", b.token, bad)) == "401 invalid_dpop_proof dpop_malformed");
    auto both = proven_call(b.s, b.token);
    both.headers.push_back({"Authorization", "Bearer " + b.token});
    CHECK(outcome(b.refusal(both)) == "400 invalid_request");
    CHECK(outcome(b.refusal(call("DPoP", b.token + " x", proof))) == "400 invalid_request");
    auto large = call("DPoP", b.token, std::string(8 * 1024 + 1, 'a'));
    CHECK(outcome(b.refusal(large)) == "400 invalid_request");
}

TEST_CASE("A proof is good once at the gate, and a 403 does not use it up",
          "[dpop][DPOP-10][ATK-DP-01]") {
    for (const auto replay : {dpop_replay::in_memory, dpop_replay::in_store}) {
        auto rules = policy::mcp();
        rules.dpop.gate_replay = replay;
        const bound_session b{rules};
        const auto request = proven_call(b.s, b.token);
        CHECK(b.refusal(request, {"offline_access"}).status == 403);
        CHECK(b.admits(request));
        static_cast<void>(b.s.events.take());
        CHECK(b.verdict(request) == "401 invalid_dpop_proof dpop_replayed");
        // What another gate has seen is in the store, or nowhere.
        CHECK(std::holds_alternative<principal>(gate_beside(b.s).admit(request)) ==
              (replay == dpop_replay::in_memory));
        CHECK(b.admits(proven_call(b.s, b.token)));
    }
}

TEST_CASE("A store that does not take the mark lets nobody in", "[dpop][MCP-ERR-07]") {
    auto rules = policy::mcp();
    rules.dpop.gate_replay = dpop_replay::in_store;
    const bound_session b{rules};
    using namespace testing;
    b.s.store.fail(store_call::create, 1, store_fault::unavailable);
    CHECK(b.refusal(proven_call(b.s, b.token)).status == 503);
    b.s.store.fail(store_call::create, 1, store_fault::unknown_lost);
    CHECK(b.refusal(proven_call(b.s, b.token)).status == 503);
    b.s.store.fail(store_call::create, 1, store_fault::unknown_written);
    CHECK(b.admits(proven_call(b.s, b.token)));
    const auto seen = proven_call(b.s, b.token);
    CHECK(b.admits(seen));
    b.s.store.fail(store_call::create, 1, store_fault::unknown_lost);
    CHECK(outcome(b.refusal(seen)) == "401 invalid_dpop_proof");
}

TEST_CASE("The gate asks for its own nonce, and no other server's will do",
          "[dpop][DPOP-20][DPOP-21][DPOP-25][MCP-DPOP-05][ATK-DP-07][BEAR-06]") {
    auto rules = policy::mcp();
    rules.dpop.nonces = true;
    const server s{rules};
    const auto gate = gate_beside(s);
    const auto asked = with_proof(s, server::redemption("x"), token_proof(s));
    const auto code = s.code();
    const auto redeem_with = [&](std::string_view nonce) {
        auto claims = token_claims(s);
        claims.more = nonce_member(nonce);
        return with_proof(s, server::redemption(code), proofs::proof(client_key(), claims));
    };
    const std::string issuers{*redeem_with("").header("DPoP-Nonce")};
    const auto token = member(redeem_with(issuers), "access_token");
    const auto call_with = [&](std::string_view nonce) {
        auto claims = call_claims(s, token);
        claims.more += nonce_member(nonce);
        return gate.admit(call("DPoP", token, proofs::proof(client_key(), claims)));
    };
    const auto refused = std::get<http_response>(call_with(""));
    CHECK(outcome(refused) == "401 use_dpop_nonce");
    CHECK(refused.header("Access-Control-Expose-Headers") == "WWW-Authenticate, DPoP-Nonce");
    CHECK(challenge_of(refused).find(R"(, DPoP error="use_dpop_nonce")") != std::string::npos);
    const std::string nonce{*refused.header("DPoP-Nonce")};
    CHECK(outcome(std::get<http_response>(call_with(issuers))) == "401 use_dpop_nonce");
    CHECK(outcome(redeem_with(nonce)) == "400 use_dpop_nonce");
    CHECK(std::holds_alternative<principal>(call_with(nonce)));
    s.clock.advance(299s);
    CHECK(std::holds_alternative<principal>(call_with(nonce)));
    s.clock.advance(1s);
    CHECK(outcome(std::get<http_response>(call_with(nonce))) == "401 use_dpop_nonce");
}

TEST_CASE("Both schemes are offered, Bearer first, and the error is in the one that was used",
          "[dpop][DPOP-25][DPOP-26][PRM-11][MCP-DPOP-06][OA21-RS-07]") {
    const bound_session b;
    auto without = call("x", "y", "");
    without.headers = {};
    CHECK(challenge_of(b.refusal(without)) == "Bearer " + context + ", DPoP " + algs);
    const auto bad_token =
        R"(error="invalid_token", error_description="the access token is invalid")"s;
    CHECK(challenge_of(b.refusal(call("Bearer", b.token, ""))) ==
          "Bearer " + bad_token + ", " + context + ", DPoP " + algs);
    CHECK(challenge_of(b.refusal(call("DPoP", "x", ""))) ==
          "Bearer " + context + ", DPoP " + bad_token + ", " + algs + ", " + context);
    CHECK(challenge_of(b.refusal(call("DPoP", b.token, ""))) ==
          "Bearer " + context + R"(, DPoP error="invalid_dpop_proof", )" +
              R"(error_description="a DPoP proof is required", )" + algs + ", " + context);
}

TEST_CASE("A resource that takes bound tokens only says so, and means it",
          "[dpop][DPOP-25][PRM-10][MCP-PRM-13]") {
    auto rules = policy::mcp();
    rules.dpop.required_for = {resource};
    const bound_session b{rules};
    const auto code = b.s.code();
    CHECK(outcome(b.s.redeem(code)) == "400 invalid_dpop_proof");
    CHECK(outcome(b.s.redeem(b.s.code({{"resource", "https://other.example/mcp"}}))) == "200");
    CHECK(b.admits(proven_call(b.s, b.token)));
    const auto document = b.gate.handle(get("/.well-known/oauth-protected-resource/mcp")).body;
    CHECK(document.find(R"("dpop_signing_alg_values_supported":["ES256","ES384","EdDSA","RS256",)"
                        R"("PS256"],"dpop_bound_access_tokens_required":true)") !=
          std::string::npos);
    auto without = call("x", "y", "");
    without.headers = {};
    CHECK(challenge_of(b.refusal(without)) == "DPoP " + algs + ", " + context);
    // The token was issued before the policy asked for more.
    auto lax = rules;
    lax.dpop.required_for = {};
    const server before{lax};
    const auto bearer = member(before.redeem(before.code()), "access_token");
    static_cast<void>(b.s.events.take());
    CHECK(b.verdict(call("Bearer", bearer, "")) == "401 invalid_token unbound_token");
}

TEST_CASE("A bound token is for its audience like any other", "[dpop][MCP-DPOP-08][AT-12]") {
    const bound_session b;
    const auto elsewhere = b.s.redeem(b.s.code({{"resource", "https://other.example/mcp"}}));
    const auto code = b.s.code({{"resource", "https://other.example/mcp"}});
    const auto token = member(redeem_bound(b.s, code), "access_token");
    static_cast<void>(b.s.events.take());
    CHECK(b.verdict(proven_call(b.s, token)) == "401 invalid_token wrong_audience");
}

TEST_CASE("A scope that a bound token lacks is asked for under its scheme",
          "[dpop][MCP-SCO-05][MCP-SCO-12][DPOP-26]") {
    const bound_session b;
    const auto wanted = R"(DPoP error="insufficient_scope")"s;
    CHECK(challenge_of(b.refusal(proven_call(b.s, b.token), {"offline_access"})).find(wanted) !=
          std::string::npos);
    // What a granted scope implies is not lacked.
    const auto who = std::get<principal>(b.gate.admit(proven_call(b.s, b.token), {"notes:read"}));
    const auto refused = b.gate.require(who, {"offline_access"});
    REQUIRE(refused);
    CHECK(challenge_of(*refused).find(wanted) != std::string::npos);
}

TEST_CASE("What the policy asks of the gate it needs the means for", "[dpop]") {
    const auto fault = [](auto change, bool with_secrets) {
        resource_server_config c;
        c.issuer = issuer;
        c.resources = {resource_config{resource, {}, {}, {}, {}}};
        c.keys = {the_signing_key().public_key()};
        if (with_secrets)
            c.secrets.push_back({secret{"0123456789abcdef0123456789abcdef"}, secret_role::current});
        change(c.policy.dpop);
        const auto made = resource_server::make(std::move(c), {});
        return made ? std::string{} : made.error().member;
    };
    CHECK(fault([](auto&) {}, false).empty());
    CHECK(fault([](auto& d) { d.nonces = true; }, false) == "secrets");
    CHECK(fault([](auto& d) { d.nonces = true; }, true).empty());
    CHECK(fault([](auto& d) { d.gate_replay = dpop_replay::in_store; }, true) == "ports.store");
}
