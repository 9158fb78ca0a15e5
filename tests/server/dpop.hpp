#pragma once

#include <atomic>
#include <string>

#include "given.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "mcp_oauth/server/resource_server.hpp"
#include "registration.hpp"
#include "rfc/proofs.hpp"

/// Clients that prove to hold a key, and thieves that hold another.
namespace given {

inline const signing_key& client_key() {
    static const signing_key key = *signing_key::generate_es256();
    return key;
}
inline const signing_key& thief_key() {
    static const signing_key key = *signing_key::generate_es256();
    return key;
}
inline std::string thumbprint_of(const signing_key& key) {
    return jwk_thumbprint(key.public_key());
}
inline std::string fresh_jti() {
    static std::atomic<int> count{0};
    return "jti-" + std::to_string(++count);
}

inline const std::string token_url = std::string{issuer} + "/token";

/// What a good proof for the token endpoint says now.
inline proofs::claims token_claims(const server& s) {
    return {"POST", token_url, to_unix_seconds(s.clock.now()), fresh_jti(), {}};
}
inline std::string token_proof(const server& s, const signing_key& key = client_key()) {
    return proofs::proof(key, token_claims(s));
}
inline std::string nonce_member(std::string_view nonce) {
    return nonce.empty() ? std::string{} : R"(,"nonce":")" + std::string{nonce} + "\"";
}

/// `body` at the token endpoint, with this proof.
inline http_response with_proof(const server& s, const fields& body, std::string proof) {
    auto request = post("/token", body);
    request.headers.push_back({"DPoP", std::move(proof)});
    return s.as.handle(request);
}
inline http_response redeem_bound(const server& s, const std::string& code,
                                  const signing_key& key = client_key(), const fields& with = {}) {
    return with_proof(s, server::redemption(code, with), token_proof(s, key));
}
inline fields refresh_body(const std::string& token, const fields& with = {}) {
    return changed(
        {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", "app"}}, with);
}
inline http_response refresh_bound(const server& s, const std::string& token,
                                   const signing_key& key = client_key()) {
    return with_proof(s, refresh_body(token), token_proof(s, key));
}

/// `200`, or the error's code.
inline std::string outcome(const http_response& response) {
    if (response.status == 200) return "200";
    return std::to_string(response.status) + " " + member(response, "error");
}

/// The gate beside a server, with whatever the server has.
inline resource_server gate_beside(const server& s) {
    return must(resource_server::beside(s.as, {resource_config{resource, {}, {}, {}, {}}},
                                        {&s.store, &s.events, &s.clock, &s.random}));
}

/// What a good proof for the resource says now.
inline proofs::claims call_claims(const server& s, std::string_view token) {
    return {"POST", resource, to_unix_seconds(s.clock.now()), fresh_jti(),
            R"(,"ath":")" + proofs::ath_of(token) + "\""};
}
/// A call with a token of this scheme, and with a proof unless it is empty.
inline http_request call(const std::string& scheme, const std::string& token,
                         const std::string& proof) {
    auto request = post("/mcp", {});
    request.headers = {{"Content-Type", "application/json"},
                       {"Authorization", scheme + " " + token}};
    if (!proof.empty()) request.headers.push_back({"DPoP", proof});
    return request;
}
inline http_request proven_call(const server& s, const std::string& token,
                                const signing_key& key = client_key()) {
    return call("DPoP", token, proofs::proof(key, call_claims(s, token)));
}

} // namespace given
