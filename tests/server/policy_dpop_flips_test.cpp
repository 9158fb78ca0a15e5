// Flips of what the policy says about DPoP.

#include "dpop.hpp"
#include "policy_flips.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

bool has_challenge(const server& s, const char* scheme) {
    const auto answer = std::get<http_response>(gate_beside(s).admit(post("/mcp", {})));
    return answer.header("WWW-Authenticate")->find(scheme) != std::string_view::npos;
}

} // namespace

void flips::dpop_enabled() {
    const auto type = [](bool enabled) {
        const server s{with([&](policy& p) { p.dpop.enabled = enabled; })};
        CHECK(has_challenge(s, "DPoP ") == enabled);
        const auto metadata = s.as.handle(get("/.well-known/oauth-authorization-server")).body;
        CHECK((metadata.find("dpop_signing_alg_values_supported") != std::string::npos) == enabled);
        return member(redeem_bound(s, s.code()), "token_type");
    };
    CHECK(type(true) == "DPoP");
    CHECK(type(false) == "Bearer");
}

void flips::dpop_required() {
    const auto redeemed = [](bool required) {
        const server s{with([&](policy& p) { p.dpop.required = required; })};
        CHECK(has_challenge(s, "Bearer ") != required);
        return outcome(s.redeem(s.code()));
    };
    CHECK(redeemed(false) == "200");
    CHECK(redeemed(true) == "400 invalid_dpop_proof");
}

void flips::dpop_required_for() {
    const auto redeemed = [](std::vector<std::string> resources) {
        const server s{with([&](policy& p) { p.dpop.required_for = std::move(resources); })};
        return outcome(s.redeem(s.code()));
    };
    CHECK(redeemed({}) == "200");
    CHECK(redeemed({"https://other.example/mcp"}) == "200");
    CHECK(redeemed({"https://AS.example/mcp"}) == "400 invalid_dpop_proof");
}

void flips::dpop_nonces() {
    const auto redeemed = [](bool nonces) {
        const server s{with([&](policy& p) { p.dpop.nonces = nonces; })};
        return outcome(redeem_bound(s, s.code()));
    };
    CHECK(redeemed(false) == "200");
    CHECK(redeemed(true) == "400 use_dpop_nonce");
}

void flips::dpop_nonce_lifetime() {
    const auto after = [](milliseconds time) {
        const server s{with([](policy& p) {
            p.dpop.nonces = true;
            p.dpop.nonce_lifetime = 10s;
        })};
        const auto code = s.code();
        const std::string nonce{*redeem_bound(s, code).header("DPoP-Nonce")};
        s.clock.advance(time);
        auto claims = token_claims(s);
        claims.more = nonce_member(nonce);
        return outcome(
            with_proof(s, server::redemption(code), proofs::proof(client_key(), claims)));
    };
    CHECK(after(9s) == "200");
    CHECK(after(10s) == "400 use_dpop_nonce");
}

void flips::dpop_proof_lifetime() {
    const auto after = [](milliseconds time) {
        const server s{with([](policy& p) { p.dpop.proof_lifetime = 10s; })};
        const auto code = s.code();
        const auto proof = token_proof(s);
        s.clock.advance(time);
        return outcome(with_proof(s, server::redemption(code), proof));
    };
    CHECK(after(9s) == "200");
    CHECK(after(10s) == "400 invalid_dpop_proof");
}

void flips::dpop_gate_replay() {
    const auto seen_elsewhere = [](dpop_replay where) {
        const server s{with([&](policy& p) { p.dpop.gate_replay = where; })};
        const auto token = member(redeem_bound(s, s.code()), "access_token");
        const auto request = proven_call(s, token);
        CHECK(std::holds_alternative<principal>(gate_beside(s).admit(request)));
        return std::holds_alternative<http_response>(gate_beside(s).admit(request));
    };
    CHECK_FALSE(seen_elsewhere(dpop_replay::in_memory));
    CHECK(seen_elsewhere(dpop_replay::in_store));
}

void flips::refresh_bound() {
    const auto rotates = [](bound_rotation bound, bool with_key) {
        const server s{with([&](policy& p) { p.refresh.bound = bound; })};
        const auto tokens = with_key ? redeem_bound(s, s.code()) : s.redeem(s.code());
        const auto first = member(tokens, "refresh_token");
        const auto next = with_key ? given::refresh_bound(s, first) : s.refresh(first);
        CHECK(next.status == 200);
        return member(next, "refresh_token") != first;
    };
    CHECK(rotates(bound_rotation::rotate, true));
    CHECK_FALSE(rotates(bound_rotation::keep, true));
    CHECK(rotates(bound_rotation::keep, false));
}
