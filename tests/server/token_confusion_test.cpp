// Nothing that this server hands out is taken for anything but what it is.

#include "dpop.hpp"
#include "gates.hpp"

using namespace given;

namespace {

constexpr const char* invitation = "an-initial-access-token";

authorization_server_config by_invitation(access_token_format format) {
    auto c = config(policy::mcp());
    c.policy.access_token.format = format;
    c.policy.registration.access = registration_access::initial_access_token;
    c.initial_access_token = secret{invitation};
    return c;
}
/// One of each kind, and all of them good.
struct handed_out {
    explicit handed_out(const server& s)
        : code(s.code()),
          login_ticket(the_interaction(s.authorize()).ticket),
          consent_ticket(s.consent().ticket) {
        const auto tokens = s.redeem(s.code());
        access_token = member(tokens, "access_token");
        refresh_token = member(tokens, "refresh_token");
    }
    std::string code, login_ticket, consent_ticket, access_token, refresh_token;
};
http_response registered_with(const server& s, const std::string& token) {
    auto request = registration_request(plain_registration);
    request.headers.push_back({"Authorization", "Bearer " + token});
    return s.as.handle(request);
}
std::string at_gate(const resource_server& gate, const std::string& token) {
    const auto decided = gate.admit(gates::request(token));
    if (std::holds_alternative<principal>(decided)) return "in";
    return outcome(std::get<http_response>(decided));
}

} // namespace

TEST_CASE("ATK-TK-10: what is good in one place is refused in every other", "[ATK-TK-10][AT-10]") {
    for (const auto format : {access_token_format::jwt, access_token_format::opaque}) {
        const server s{by_invitation(format)};
        const handed_out good{s};
        const auto gate = gate_beside(s);
        for (const auto& other : {good.access_token, good.code, good.login_ticket,
                                  good.consent_ticket, std::string{invitation}})
            CHECK(outcome(s.refresh(other)) == "400 invalid_grant");
        for (const auto& other : {good.access_token, good.refresh_token, good.login_ticket,
                                  good.consent_ticket, std::string{invitation}})
            CHECK(outcome(s.redeem(other)) == "400 invalid_grant");
        for (const auto& other : {good.code, good.refresh_token, good.login_ticket,
                                  good.consent_ticket, std::string{invitation}})
            CHECK(at_gate(gate, other) == "401 invalid_token");
        for (const auto& other : {good.access_token, good.code, good.refresh_token,
                                  good.login_ticket, good.consent_ticket})
            CHECK(outcome(registered_with(s, other)) == "401 invalid_token");
        for (const auto& other :
             {good.access_token, good.code, good.refresh_token, std::string{invitation}}) {
            check_spent(s.as.authenticated(other, s.alice()));
            check_spent(s.as.approve(other, "session-1"));
        }
        // And each of them is still good where it belongs.
        CHECK(at_gate(gate, good.access_token) == "in");
        CHECK(s.refresh(good.refresh_token).status == 200);
        CHECK(s.redeem(good.code).status == 200);
        CHECK(registered_with(s, invitation).status == 201);
        the_redirect(s.as.approve(good.consent_ticket, "session-1"));
        the_view(s.as.authenticated(good.login_ticket, s.alice()));
    }
}

TEST_CASE("ATK-TK-21: an access token is no DPoP proof, and a proof is no access token",
          "[dpop][ATK-TK-21][JBCP-08]") {
    const server s;
    const auto gate = gate_beside(s);
    const auto token = member(redeem_bound(s, s.code()), "access_token");
    const auto proof = proofs::proof(client_key(), call_claims(s, token));
    CHECK(at_gate(gate, proof) == "401 invalid_token");
    const auto refused = [&](const std::string& scheme, const std::string& as_token,
                             const std::string& as_proof) {
        return outcome(std::get<http_response>(gate.admit(call(scheme, as_token, as_proof))));
    };
    CHECK(refused("DPoP", proof, proof) == "401 invalid_token");
    CHECK(refused("DPoP", token, token) == "401 invalid_dpop_proof");
    const auto code = s.code();
    CHECK(outcome(with_proof(s, server::redemption(code), token)) == "400 invalid_dpop_proof");
    CHECK(outcome(s.revoke(proof)) == "200"); // unknown here, which is what revoking asks for
    CHECK(std::holds_alternative<principal>(gate.admit(call("DPoP", token, proof))));
    CHECK(redeem_bound(s, code).status == 200);
}

TEST_CASE("ATK-JW-16: an encrypted token is refused at once, whatever it asks for",
          "[gate][ATK-JW-16][JBCP-11]") {
    const gates::gate g;
    const auto claims = base64url(to_json(g.claims()));
    for (const std::string header :
         {R"({"typ":"at+jwt","alg":"dir","enc":"A128GCM","zip":"DEF"})",
          R"({"typ":"at+jwt","alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2s":"AAAA",)"
          R"("p2c":2147483647})",
          R"({"typ":"at+jwt","alg":"ES256","enc":"A128GCM","zip":"DEF"})"}) {
        const auto head = base64url(header);
        for (const auto& text : {head + "..AAAA." + claims + ".AAAA", // JWE: five parts
                                 head + '.' + claims + ".AAAA", head + ".." + claims}) {
            INFO(header);
            CHECK(gates::is_invalid_token(g.refusal(text)));
        }
    }
}
