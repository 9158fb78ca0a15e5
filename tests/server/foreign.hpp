#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gates.hpp"
#include "mcp_oauth/rfc/7517_jwk.hpp"

/// Other authorization servers, as a web that answers from memory, and a gate that trusts them.
namespace foreign {

using namespace mcp_oauth;
using namespace std::chrono_literals;

inline constexpr const char* alpha = "https://alpha.example";
inline constexpr const char* beta = "https://beta.example/tenant/";
inline constexpr const char* alpha_metadata =
    "https://alpha.example/.well-known/oauth-authorization-server";
inline constexpr const char* alpha_jwks = "https://alpha.example/jwks";

inline const signing_key& key_of_alpha() {
    static const signing_key key = *signing_key::generate_es256();
    return key;
}
inline const signing_key& next_key_of_alpha() {
    static const signing_key key = *signing_key::generate(signature_algorithm::eddsa);
    return key;
}
inline const signing_key& key_of_beta() {
    static const signing_key key = *signing_key::generate_es256();
    return key;
}

inline std::string jwks(const std::vector<const signing_key*>& keys) {
    std::vector<verification_key> all;
    for (const auto* each : keys) all.push_back(each->public_key());
    return key_set::of(all).text();
}
inline std::string metadata(const std::string& issuer, const std::string& jwks_uri) {
    return R"({"issuer":")" + issuer + R"(","jwks_uri":")" + jwks_uri + R"("})";
}

/// Answers from memory, and keeps what it was asked for. What it does not know is a 404.
class web final : public http_fetcher {
public:
    expected<http_response, fetch_error> fetch(const fetch_request& wanted) override {
        asked.push_back(wanted.url.text());
        if (is_down) return unexpected{fetch_error::connection};
        const auto found = pages.find(wanted.url.text());
        if (found == pages.end()) return http_response{404, {}, {}};
        if (found->second.body.size() > wanted.largest_body)
            return unexpected{fetch_error::too_large};
        return found->second;
    }
    void serve(const std::string& url, std::string body, std::vector<http_header> headers = {}) {
        pages[url] = {200, std::move(headers), std::move(body)};
    }
    /// The URLs since the last call.
    std::vector<std::string> take() { return std::exchange(asked, {}); }

    std::map<std::string, http_response> pages;
    std::vector<std::string> asked;
    bool is_down = false;
};

inline trusted_issuer trust(std::string issuer) {
    trusted_issuer t;
    t.issuer = std::move(issuer);
    return t;
}
inline resource_server_config config(std::vector<trusted_issuer> trusted) {
    resource_server_config c;
    c.resources = {{gates::notes, {"mcp"}, {"mcp"}, "Notes", {}}, {gates::other, {}, {}, {}, {}}};
    c.trusted_issuers = std::move(trusted);
    return c;
}

/// A gate that trusts alpha, whose metadata and keys are on the web.
class gate {
public:
    explicit gate(trusted_issuer trusted = trust(alpha)) : gate(config({std::move(trusted)})) {}
    explicit gate(resource_server_config c) : rs(make(std::move(c))) {
        site.serve(alpha_metadata, metadata(alpha, alpha_jwks));
        site.serve(alpha_jwks, jwks({&key_of_alpha()}));
        site.serve("https://beta.example/tenant/.well-known/openid-configuration",
                   metadata(beta, "https://keys.example/beta"));
        site.serve("https://keys.example/beta", jwks({&key_of_beta()}));
    }

    [[nodiscard]] access_token_claims claims(std::string issuer = alpha) const {
        access_token_claims c;
        c.issuer = std::move(issuer);
        c.subject = "alice";
        c.audience = {gates::notes};
        c.client_id = "app";
        c.scope = {"mcp"};
        c.issued_at = to_unix_seconds(clock.now());
        c.expires_at = c.issued_at + 86400 * 30;
        c.jti = "jti-1";
        return c;
    }
    [[nodiscard]] static std::string jwt(const access_token_claims& c,
                                         const signing_key& key = key_of_alpha()) {
        return gates::sign(signing_input(c, jwk_thumbprint(key.public_key()), key.algorithm()),
                           key);
    }
    [[nodiscard]] admission admit(const std::string& token) {
        return rs.admit(gates::request(token));
    }
    /// The status of what `admit` answers; 0 where it lets the caller in.
    [[nodiscard]] int status(const std::string& token) {
        const auto decided = admit(token);
        const auto* answer = std::get_if<http_response>(&decided);
        return answer == nullptr ? 0 : answer->status;
    }
    [[nodiscard]] int status() { return status(jwt(claims())); }
    void wait(seconds span) { clock.advance(span); }

    web site;
    memory_store store;
    testing::manual_clock clock;
    testing::counting_random random;
    testing::recording_events events;
    resource_server rs;

private:
    resource_server make(resource_server_config c) {
        return given::must(
            resource_server::make(std::move(c), {&store, &events, &clock, &random, &site}));
    }
};

} // namespace foreign
