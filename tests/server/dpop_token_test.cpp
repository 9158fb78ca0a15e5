// Proofs at the token endpoint: what they bind, and what a bad one leaves untouched.

#include "dpop.hpp"
#include "mcp_oauth/server/driver.hpp"

using namespace given;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

std::string payload_of(const std::string& jwt) {
    const auto begin = jwt.find('.') + 1;
    return decode_base64url(jwt.substr(begin, jwt.rfind('.') - begin)).value_or("");
}

/// The usual client's proof, changed.
template <class Change> std::string changed_proof(const server& s, Change change) {
    auto claims = token_claims(s);
    change(claims);
    return proofs::proof(client_key(), claims);
}

} // namespace

TEST_CASE("A proof binds the access token to its key, and without one it is a bearer token",
          "[dpop][DPOP-12][DPOP-16][MCP-DPOP-02][MCP-DPOP-01][BCP-08]") {
    const server s;
    const auto bound = redeem_bound(s, s.code());
    REQUIRE(bound.status == 200);
    CHECK(member(bound, "token_type") == "DPoP");
    CHECK(payload_of(member(bound, "access_token"))
              .find(R"("cnf":{"jkt":")" + thumbprint_of(client_key()) + "\"}") !=
          std::string::npos);
    const auto bearer = s.redeem(s.code());
    CHECK(member(bearer, "token_type") == "Bearer");
    CHECK(payload_of(member(bearer, "access_token")).find("cnf") == std::string::npos);
    const auto metadata = s.as.handle(get("/.well-known/oauth-authorization-server"));
    CHECK(metadata.body.find(R"("dpop_signing_alg_values_supported":["ES256","ES384","EdDSA",)"
                             R"("RS256","PS256"])") != std::string::npos);
}

TEST_CASE("A bad proof is told as one, and the code is good afterwards",
          "[dpop][DPOP-11][DPOP-27][OA21-CODE-12][ATK-DP-02][ATK-DP-03][ATK-DP-04][ATK-DP-05]") {
    const server s;
    const auto code = s.code();
    const auto now = to_unix_seconds(s.clock.now());
    const auto good = token_claims(s);
    const std::vector<std::pair<std::string, std::string>> bad{
        {"dpop_malformed", "garbage"},
        {"dpop_malformed", token_proof(s) + ", " + token_proof(s)},
        {"dpop_wrong_method", changed_proof(s, [](auto& c) { c.htm = "GET"; })},
        {"dpop_wrong_url", changed_proof(s, [](auto& c) { c.htu = resource; })},
        {"dpop_wrong_url", changed_proof(s, [](auto& c) { c.htu = "https://evil.example/token"; })},
        {"dpop_out_of_time", changed_proof(s, [&](auto& c) { c.iat = now - 300; })},
        {"dpop_out_of_time", changed_proof(s, [&](auto& c) { c.iat = now + 301; })},
        {"dpop_wrong_type", proofs::signed_by(client_key(),
                                              R"({"typ":"at+jwt","alg":"ES256","jwk":)" +
                                                  proofs::jwk_of(client_key().public_key()) + "}",
                                              good.text())},
        {"dpop_bad_signature",
         proofs::signed_by(thief_key(), proofs::header_of(client_key()), good.text())},
    };
    for (const auto& [reason, proof] : bad) {
        CAPTURE(reason);
        static_cast<void>(s.events.take());
        const auto response = with_proof(s, server::redemption(code), proof);
        CHECK(outcome(response) == "400 invalid_dpop_proof");
        CHECK_FALSE(response.header("DPoP-Nonce"));
        const auto events = s.events.take();
        REQUIRE(events.size() == 1);
        CHECK(events[0].reason == reason);
    }
    auto twice = post("/token", server::redemption(code));
    twice.headers.push_back({"DPoP", token_proof(s)});
    twice.headers.push_back({"dpop", token_proof(s)});
    CHECK(outcome(s.as.handle(twice)) == "400 invalid_dpop_proof");
    CHECK(redeem_bound(s, code).status == 200);
}

TEST_CASE("Whatever host the request names, a proof is for the configured URL",
          "[dpop][DPOP-08][ATK-DS-01]") {
    const server s;
    auto request = post("/token", server::redemption(s.code()));
    request.headers.push_back({"Host", "evil.example"});
    request.headers.push_back({"X-Forwarded-Host", "evil.example"});
    auto forged = request;
    forged.headers.push_back(
        {"DPoP", changed_proof(s, [](auto& c) { c.htu = "https://evil.example/token"; })});
    CHECK(outcome(s.as.handle(forged)) == "400 invalid_dpop_proof");
    request.headers.push_back({"DPoP", token_proof(s)});
    CHECK(s.as.handle(request).status == 200);
}

TEST_CASE("A proof is good once, here and at every server on this store",
          "[dpop][DPOP-10][ATK-DP-01]") {
    const server s;
    const server other{s.store, policy::mcp()};
    const auto proof = token_proof(s);
    const auto token = member(with_proof(s, server::redemption(s.code()), proof), "refresh_token");
    REQUIRE_FALSE(token.empty());
    for (const auto* each : {&s, &other}) {
        CHECK(outcome(with_proof(*each, refresh_body(token), proof)) == "400 invalid_dpop_proof");
        CHECK(outcome(with_proof(*each, server::redemption(s.code()), proof)) ==
              "400 invalid_dpop_proof");
    }
    CHECK(refresh_bound(s, token).status == 200);
}

TEST_CASE("A whole request that is sent again changes nothing, where tokens are good once",
          "[dpop][DPOP-10][ATK-DP-01]") {
    const server s{policy::strict()};
    const auto first = member(redeem_bound(s, s.code()), "refresh_token");
    const auto proof = token_proof(s);
    const auto second = with_proof(s, refresh_body(first), proof);
    REQUIRE(second.status == 200);
    CHECK(outcome(with_proof(s, refresh_body(first), proof)) == "400 invalid_dpop_proof");
    CHECK(refresh_bound(s, member(second, "refresh_token")).status == 200);
}

TEST_CASE("A proof that is refused for another reason may come again",
          "[dpop][DPOP-10][OA21-CODE-12]") {
    const server s;
    const auto code = s.code();
    const auto proof = token_proof(s);
    CHECK(outcome(with_proof(s, server::redemption(code, {{"code_verifier", std::string(43, 'x')}}),
                             proof)) == "400 invalid_grant");
    CHECK(with_proof(s, server::redemption(code), proof).status == 200);
}

TEST_CASE("The mark of a proof outlives the proof, and says nothing of it", "[dpop][DPOP-10]") {
    const server s;
    auto op = [&] {
        auto request = post("/token", server::redemption(s.code()));
        request.headers.push_back({"DPoP", token_proof(s)});
        return s.as.begin(request);
    }();
    const auto ports = step_ports_of(s);
    std::vector<record> marks;
    while (!op.finished()) {
        if (const auto* create = std::get_if<create_step>(&op.next()))
            marks.push_back(create->fresh);
        op.resume(carry_out(op.next(), ports));
    }
    REQUIRE(marks.size() == 1);
    CHECK(marks[0].kind == record_kind::dpop_proof);
    CHECK(marks[0].expires_at ==
          from_unix_seconds(to_unix_seconds(s.clock.now())) + policy{}.dpop.proof_lifetime);
    CHECK(marks[0].subject_owner.empty());
    CHECK(marks[0].client_owner.empty());
    CHECK(marks[0].key.size() == std::string{issuer}.size() + "#dpop_proof/"s.size() + 43);
}

TEST_CASE("A store that does not take the mark gives no tokens, and the code is good afterwards",
          "[dpop][MCP-ERR-07]") {
    const server s;
    const auto code = s.code();
    using testing::store_call;
    s.store.fail(store_call::create, 1, testing::store_fault::unavailable);
    CHECK(outcome(redeem_bound(s, code)) == "503 temporarily_unavailable");
    s.store.fail(store_call::create, 1, testing::store_fault::unknown_lost);
    CHECK(outcome(redeem_bound(s, code)) == "503 temporarily_unavailable");
    s.store.fail(store_call::create, 1, testing::store_fault::unknown_written);
    CHECK(outcome(redeem_bound(s, code)) == "200");
}

TEST_CASE("Where nobody knows whether the mark was written, whose it is tells a replay",
          "[dpop][DPOP-10][ATK-DP-01]") {
    const server s;
    const auto proof = token_proof(s);
    CHECK(with_proof(s, server::redemption(s.code()), proof).status == 200);
    const auto code = s.code();
    for (const auto lost :
         {testing::store_fault::unknown_lost, testing::store_fault::unknown_written}) {
        s.store.fail(testing::store_call::create, 1, lost);
        CHECK(outcome(with_proof(s, server::redemption(code), proof)) == "400 invalid_dpop_proof");
    }
    CHECK(redeem_bound(s, code).status == 200);
}

TEST_CASE("A refresh token of a public client needs the key that it was issued for",
          "[dpop][DPOP-13][ATK-DP-09][RT-09]") {
    const server s;
    auto token = member(redeem_bound(s, s.code()), "refresh_token");
    for (int generation = 1; generation <= 3; ++generation) {
        CHECK(outcome(s.refresh(token)) == "400 invalid_grant");
        CHECK(outcome(refresh_bound(s, token, thief_key())) == "400 invalid_grant");
        const auto next = refresh_bound(s, token);
        REQUIRE(next.status == 200);
        CHECK(member(next, "token_type") == "DPoP");
        token = member(next, "refresh_token");
    }
}

TEST_CASE("A rotated token with another key, or with none, ends nothing",
          "[dpop][RT-09][DPOP-13]") {
    const server s{policy::strict()};
    const auto first = member(redeem_bound(s, s.code()), "refresh_token");
    const auto second = member(refresh_bound(s, first), "refresh_token");
    CHECK(outcome(refresh_bound(s, first, thief_key())) == "400 invalid_grant");
    CHECK(outcome(s.refresh(first)) == "400 invalid_grant");
    const auto third = refresh_bound(s, second);
    REQUIRE(third.status == 200);
    // With the right key it is a replay like any other.
    CHECK(outcome(refresh_bound(s, first)) == "400 invalid_grant");
    CHECK(outcome(refresh_bound(s, member(third, "refresh_token"))) == "400 invalid_grant");
}

TEST_CASE("A confidential client may change its key between refreshes",
          "[dpop][DPOP-14][ATK-DP-09][C9]") {
    const server s;
    const fields who{{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}};
    const auto ask = [&](const fields& body, const signing_key& key) {
        auto request = post("/token", changed(body, {{"client_id", ""}}));
        request.headers.push_back({"Authorization", "Basic c2VydmljZTpzM2NyZXQ="});
        request.headers.push_back({"DPoP", token_proof(s, key)});
        return s.as.handle(request);
    };
    const auto tokens = ask(server::redemption(s.code(who), who), client_key());
    REQUIRE(tokens.status == 200);
    const auto next = ask(refresh_body(member(tokens, "refresh_token")), thief_key());
    REQUIRE(next.status == 200);
    CHECK(payload_of(member(next, "access_token")).find(thumbprint_of(thief_key())) !=
          std::string::npos);
}

TEST_CASE("A client that takes up proofs is bound from then on, and a replay of before still shows",
          "[dpop][DPOP-13][OA21-REF-06]") {
    const auto upgraded = [](const server& s, std::string& old) {
        old = s.first_refresh_token();
        const auto next = refresh_bound(s, old);
        REQUIRE(next.status == 200);
        return member(next, "refresh_token");
    };
    std::string old;
    const server s{policy::strict()};
    const auto bound = upgraded(s, old);
    CHECK(outcome(s.refresh(bound)) == "400 invalid_grant");
    CHECK(outcome(refresh_bound(s, bound, thief_key())) == "400 invalid_grant");
    const auto next = refresh_bound(s, bound);
    CHECK(next.status == 200);
    // A thief binds a stolen token to a key of his own; the client, without a key, ends the grant.
    const server stolen{policy::strict()};
    const auto thiefs = upgraded(stolen, old);
    CHECK(outcome(stolen.refresh(old)) == "400 invalid_grant");
    CHECK(outcome(refresh_bound(stolen, thiefs)) == "400 invalid_grant");
}

TEST_CASE("A code that was asked for with a key is redeemed with that key only",
          "[dpop][DPOP-17][ATK-DP-08]") {
    const server s;
    const auto jkt = thumbprint_of(client_key());
    const auto code = s.code({{"dpop_jkt", jkt}});
    CHECK(outcome(s.redeem(code)) == "400 invalid_grant");
    CHECK(outcome(redeem_bound(s, code, thief_key())) == "400 invalid_grant");
    CHECK(redeem_bound(s, code).status == 200);
    for (const auto& bad : {"x"s, jkt + "A", jkt.substr(1) + "*", std::string(43, 'B')})
        CHECK(parameter(s.postponed({{"dpop_jkt", bad}}), "error") == "invalid_request");
}

TEST_CASE("A client that registered for bound tokens gets no others",
          "[dpop][DPOP-15][MCP-DPOP-02]") {
    const server s;
    const auto document =
        R"({"redirect_uris":["http://127.0.0.1:4711/callback"],)"
        R"("token_endpoint_auth_method":"none",)"
        R"("grant_types":["authorization_code","refresh_token"],"dpop_bound_access_tokens":true})";
    const auto response = registered(s, document);
    REQUIRE(response.status == 201);
    CHECK(response.body.find(R"("dpop_bound_access_tokens":true)") != std::string::npos);
    const fields who{{"client_id", member(response, "client_id")}};
    const auto code = s.code(who);
    CHECK(outcome(s.redeem(code, who)) == "400 invalid_dpop_proof");
    const auto tokens = redeem_bound(s, code, client_key(), who);
    REQUIRE(tokens.status == 200);
    const auto token = member(tokens, "refresh_token");
    CHECK(outcome(s.refresh(token, who)) == "400 invalid_grant");
    CHECK(with_proof(s, refresh_body(token, who), token_proof(s)).status == 200);
    CHECK(registered(s, R"({"redirect_uris":["https://a.example/"],"dpop_bound_access_tokens":1})")
              .status == 400);
}

TEST_CASE("A nonce is asked for before anything is used up, and one is enough",
          "[dpop][DPOP-19][DPOP-20][DPOP-21][DPOP-22][RT-10][MCP-DPOP-05][OA21-CODE-12]") {
    auto rules = policy::strict();
    rules.dpop.nonces = true;
    rules.resource.missing = missing_resource::default_resource;
    const server s{rules};
    const auto code = s.code();
    const auto with_nonce = [&](std::string_view nonce) {
        return changed_proof(s, [&](auto& c) { c.more = nonce_member(nonce); });
    };
    const auto asked = with_proof(s, server::redemption(code), with_nonce(""));
    CHECK(outcome(asked) == "400 use_dpop_nonce");
    REQUIRE(asked.header("DPoP-Nonce"));
    CHECK(asked.header("Cache-Control") == "no-store");
    const std::string nonce{*asked.header("DPoP-Nonce")};
    for (const char c : nonce) CHECK((c == 0x21 || (c >= 0x23 && c <= 0x7E && c != 0x5C)));
    const auto tokens = with_proof(s, server::redemption(code), with_nonce(nonce));
    REQUIRE(tokens.status == 200);
    REQUIRE(tokens.headers.size() == 4); // and so there is one nonce
    CHECK(tokens.header("Content-Type") == "application/json");
    CHECK(tokens.header("Cache-Control") == "no-store");
    CHECK(tokens.header("Pragma") == "no-cache");
    CHECK(tokens.header("DPoP-Nonce"));
    const auto token = member(tokens, "refresh_token");
    CHECK(outcome(with_proof(s, refresh_body(token), with_nonce(""))) == "400 use_dpop_nonce");
    CHECK(with_proof(s, refresh_body(token), with_nonce(nonce)).status == 200);
}

TEST_CASE("A nonce that is old, made up, or another server's is answered with a good one",
          "[dpop][DPOP-20][ATK-DP-07]") {
    auto rules = policy::mcp();
    rules.dpop.nonces = true;
    const server s{rules};
    const auto code = s.code();
    const auto answer = [&](std::string_view nonce) {
        return with_proof(s, server::redemption(code),
                          changed_proof(s, [&](auto& c) { c.more = nonce_member(nonce); }));
    };
    const std::string nonce{*answer("").header("DPoP-Nonce")};
    const auto gate = gate_beside(s);
    for (std::size_t i = 0; i < nonce.size(); ++i) {
        auto guess = nonce;
        guess[i] = guess[i] == 'A' ? 'B' : 'A';
        const auto refused = answer(guess);
        CHECK(outcome(refused) == "400 use_dpop_nonce");
        CHECK(refused.header("DPoP-Nonce"));
    }
    for (const auto& bad : {"x"s, nonce + "A", std::string(5000, 'A')})
        CHECK(outcome(answer(bad)) == "400 use_dpop_nonce");
    s.clock.advance(300s);
    CHECK(outcome(answer(nonce)) == "400 use_dpop_nonce");
}

TEST_CASE("With proofs an operation takes no more steps than it states", "[dpop][most_steps]") {
    const server s;
    const auto id = registered_id(s, refreshing_registration);
    const fields who{{"client_id", id}};
    const auto steps_of = [&](const fields& body) {
        auto request = post("/token", body);
        request.headers.push_back({"DPoP", token_proof(s)});
        auto op = s.as.begin(request);
        const auto ports = step_ports_of(s);
        std::size_t steps = 0;
        for (; !op.finished(); ++steps) {
            const auto& next = op.next();
            if (std::holds_alternative<replace_step>(next)) {
                op.resume(replace_answer{write_outcome::conflict});
            } else if (const auto* create = std::get_if<create_step>(&next)) {
                static_cast<void>(s.store.create(create->fresh)); // written, and nobody knows
                op.resume(create_answer{write_outcome::unknown, {}});
            } else {
                op.resume(carry_out(next, ports));
            }
        }
        CHECK(std::move(op).result().status == 503);
        return steps;
    };
    const auto code = s.code(who);
    CHECK(steps_of(server::redemption(code, who)) <= most_steps);
    const auto token = member(redeem_bound(s, code, client_key(), who), "refresh_token");
    CHECK(steps_of(refresh_body(token, who)) <= most_steps);
}

TEST_CASE("A bound token is revoked like any other, without a proof", "[dpop][REV-06]") {
    const server s;
    const auto token = member(redeem_bound(s, s.code()), "refresh_token");
    CHECK(s.revoke(token).status == 200);
    CHECK(outcome(refresh_bound(s, token)) == "400 invalid_grant");
}
