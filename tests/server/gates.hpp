#pragma once

#include "given.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "mcp_oauth/server/resource_server.hpp"

/// A gate before two resources, and tokens made by hand, the wrong ones included.
namespace gates {

using namespace mcp_oauth;
using namespace std::chrono_literals;
using headers = std::vector<http_header>;

inline constexpr const char* issuer = "https://as.example";
inline constexpr const char* notes = "https://mcp.example/mcp";
inline constexpr const char* other = "https://mcp.example/other";
inline constexpr const char* notes_metadata =
    "https://mcp.example/.well-known/oauth-protected-resource/mcp";

inline server_secret the_secret() {
    return {secret{"0123456789abcdef0123456789abcdef"}, secret_role::current};
}
inline key_ring the_ring(std::string_view of = issuer) {
    std::vector<server_secret> secrets;
    secrets.push_back(the_secret());
    return *key_ring::make(secrets, of);
}

inline resource_server_config config(policy rules = {}) {
    resource_server_config c;
    c.issuer = issuer;
    c.resources = {{notes,
                    {"mcp", "notes:read", "offline_access"},
                    {"mcp"},
                    "Notes",
                    "https://mcp.example/docs"},
                   {other, {}, {}, {}, {}}};
    c.keys = {given::the_signing_key().public_key()};
    c.secrets.push_back(the_secret());
    rules.scope.hierarchy = {{"notes:write", "notes:read"}};
    c.policy = std::move(rules);
    return c;
}

inline std::string sign(std::string input, const signing_key& key = given::the_signing_key()) {
    const auto signature = *key.sign(input);
    return finish_jws(std::move(input), signature);
}
/// A JWT with any header and payload.
inline std::string sign_json(std::string_view header, std::string_view payload) {
    return sign(base64url(header) + "." + base64url(payload));
}
inline std::string kid() { return jwk_thumbprint(given::the_signing_key().public_key()); }

inline http_request request(const std::string& token) {
    auto made = given::post("/mcp", {});
    made.headers = {{"Content-Type", "application/json"}, {"User-Agent", "client/1"}};
    if (!token.empty()) made.headers.push_back({"Authorization", "Bearer " + token});
    return made;
}

class gate {
public:
    explicit gate(policy rules = {}) : gate(config(std::move(rules))) {}
    explicit gate(resource_server_config c) : store(memory), rs(make(std::move(c))) {}

    [[nodiscard]] access_token_claims claims() const {
        access_token_claims c;
        c.issuer = issuer;
        c.subject = "alice";
        c.audience = {notes};
        c.client_id = "app";
        c.scope = {"mcp", "notes:read"};
        c.issued_at = to_unix_seconds(clock.now());
        c.expires_at = c.issued_at + 600;
        c.jti = "jti-1";
        c.grant_id = "AAECAwQFBgcICQoLDA0ODw";
        return c;
    }
    [[nodiscard]] static std::string jwt(const access_token_claims& c) {
        return sign(signing_input(c, kid(), signature_algorithm::es256));
    }

    [[nodiscard]] admission admit(const std::string& token, const scope_set& needed = {},
                                  std::string_view resource = {}) const {
        return rs.admit(request(token), needed, resource);
    }
    /// Whether the token opens the gate.
    [[nodiscard]] bool admits(const std::string& token, const scope_set& needed = {},
                              std::string_view resource = {}) const {
        return std::holds_alternative<principal>(admit(token, needed, resource));
    }
    [[nodiscard]] http_response refusal(const std::string& token, const scope_set& needed = {},
                                        std::string_view resource = {}) const {
        auto decided = admit(token, needed, resource);
        REQUIRE(std::holds_alternative<http_response>(decided));
        return std::get<http_response>(std::move(decided));
    }
    /// The reason of the only event since the last call.
    [[nodiscard]] std::string reason(event_kind kind = event_kind::token_refused) const {
        const auto all = events.take();
        if (all.size() != 1 || all[0].kind != kind) return "events: " + std::to_string(all.size());
        return std::string{all[0].reason};
    }

    mutable memory_store memory;
    mutable testing::faulty_store store;
    mutable testing::manual_clock clock;
    mutable testing::counting_random random;
    mutable testing::recording_events events;
    resource_server rs;

private:
    resource_server make(resource_server_config c) {
        return given::must(resource_server::make(std::move(c), {&store, &events, &clock, &random}));
    }
};

/// The `Bearer` challenge as it is sent: with the one for DPoP behind it.
inline std::string beside_dpop(const std::string& bearer) {
    return bearer + ", DPoP algs=\"ES256 ES384 EdDSA RS256 PS256\"";
}
/// A refusal in full: a challenge makes three headers.
inline headers challenge_headers(const std::string& challenge, bool with_body = true) {
    return {{"Cache-Control", "no-store"},
            with_body ? http_header{"Content-Type", "application/json"}
                      : http_header{"Content-Length", "0"},
            {"WWW-Authenticate", beside_dpop(challenge)},
            {"Access-Control-Expose-Headers", "WWW-Authenticate"}};
}

inline const std::string invalid_token_body =
    R"({"error":"invalid_token","error_description":"the access token is invalid"})";
inline const std::string invalid_token_challenge =
    R"(Bearer error="invalid_token", error_description="the access token is invalid", )"
    R"(scope="mcp", resource_metadata=")" +
    std::string{notes_metadata} + "\"";

inline bool is_invalid_token(const http_response& r) {
    return r.status == 401 && r.body == invalid_token_body &&
           r.headers == challenge_headers(invalid_token_challenge);
}

} // namespace gates
