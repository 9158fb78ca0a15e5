#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/ports/memory_store.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/driver.hpp"
#include "mcp_oauth/testing/counting_random.hpp"
#include "mcp_oauth/testing/faulty_store.hpp"
#include "mcp_oauth/testing/manual_clock.hpp"
#include "mcp_oauth/testing/recording_events.hpp"
#include "support/catch.hpp"

/// A server under test and everything around it: a clock that obeys, octets that repeat, a store
/// that fails on demand, and a client, a user and a host that do the usual thing.
namespace given {

using namespace mcp_oauth;

inline constexpr const char* issuer = "https://as.example";
inline constexpr const char* resource = "https://as.example/mcp";
inline constexpr const char* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr const char* challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
inline constexpr const char* callback = "http://127.0.0.1:4711/callback";

using fields = std::vector<std::pair<std::string, std::string>>;

inline std::string encode(const fields& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters)
        text += (text.empty() ? "" : "&") + form_encode(name) + "=" + form_encode(value);
    return text;
}

/// `with` in the place of the parameter of that name; an empty value takes it out.
inline fields changed(fields parameters, const fields& with) {
    for (const auto& [name, value] : with) {
        fields next;
        for (auto& each : parameters)
            if (each.first != name) next.push_back(std::move(each));
        if (!value.empty()) next.emplace_back(name, value);
        parameters = std::move(next);
    }
    return parameters;
}

inline http_request post(std::string target, const fields& body) {
    return {
        "POST",       std::move(target), {{"Content-Type", "application/x-www-form-urlencoded"}},
        encode(body), "192.0.2.1",       "request-1"};
}
inline http_request get(std::string target) {
    return {"GET", std::move(target), {}, {}, "192.0.2.1", "request-1"};
}

/// One key for the whole test program: making one costs more than most tests.
inline const signing_key& the_signing_key() {
    static const signing_key key = *signing_key::generate_es256();
    return key;
}

/// What was made. Fails the test where the configuration is wrong.
template <class Made> Made must(expected<Made, config_error> made) {
    if (!made) FAIL(made.error().member + " " + made.error().problem);
    return std::move(*made);
}

inline secret_digest digest_of(std::string_view text) { return {sha256(text), std::nullopt}; }

inline client public_client() {
    client c;
    c.client_id = "app";
    c.client_name = "An app";
    c.redirect_uris = {callback};
    return c;
}
inline client confidential_client(
    client_authentication_method method = client_authentication_method::client_secret_basic) {
    client c;
    c.client_id = "service";
    c.method = method;
    c.secrets = {digest_of("s3cret")};
    c.redirect_uris = {"https://service.example/cb"};
    c.application = application_type::web;
    return c;
}

inline authorization_server_config config(policy rules) {
    authorization_server_config c;
    c.issuer = issuer;
    c.resources = {resource, "https://other.example/mcp"};
    c.scopes_supported = {"mcp", "notes:read", "notes:write", "offline_access"};
    c.default_scopes = {"mcp"};
    c.secrets.push_back({secret{"0123456789abcdef0123456789abcdef"}, secret_role::current});
    c.signing_keys = {the_signing_key()};
    c.clients = {public_client(), confidential_client()};
    rules.scope.hierarchy = {{"notes:write", "notes:read"}};
    c.policy = std::move(rules);
    return c;
}

/// The value of a parameter in a redirect's `Location`, decoded; nothing where it is not there.
inline std::optional<std::string> parameter(const http_response& redirect, std::string_view name) {
    const auto location = redirect.header("Location");
    if (!location) return std::nullopt;
    const auto query = location->find('?');
    if (query == std::string_view::npos) return std::nullopt;
    const auto parsed = form::parse(location->substr(query + 1));
    for (const auto& [key, value] : parsed->parameters())
        if (key == name) return value;
    return std::nullopt;
}
/// A string member of a JSON answer; empty where it is not there.
inline std::string member(const http_response& response, std::string_view name) {
    const auto parsed = json_document::parse(response.body);
    if (!parsed) return {};
    return std::string{parsed->root().string_at(name).value_or("")};
}

class server {
public:
    explicit server(policy rules = policy::mcp()) : server(config(std::move(rules))) {}
    explicit server(authorization_server_config c, attempt_limiter* limiter = nullptr,
                    signer* signatures = nullptr)
        : store(memory), as(make(std::move(c), limiter, signatures)) {}
    /// On another store than the one in memory.
    server(record_store& kept, policy rules)
        : store(kept), as(make(config(std::move(rules)), nullptr, nullptr)) {}

    // The host's part.
    static fields request(const fields& with = {}) {
        return changed({{"response_type", "code"},
                        {"client_id", "app"},
                        {"redirect_uri", callback},
                        {"code_challenge", challenge},
                        {"code_challenge_method", "S256"},
                        {"resource", resource},
                        {"scope", "mcp notes:write"},
                        {"state", "xyz"}},
                       with);
    }
    authorize_outcome authorize(const fields& with = {}) const {
        return as.authorize(get("/authorize?" + encode(request(with))));
    }
    login alice(std::string session = "session-1") const {
        login who;
        who.subject = "alice";
        who.at = clock.now();
        who.session = std::move(session);
        return who;
    }
    /// Up to the consent page.
    consent_view consent(const fields& with = {}) const {
        auto begun = authorize(with);
        REQUIRE(std::holds_alternative<interaction>(begun));
        auto known = as.authenticated(std::get<interaction>(begun).ticket, alice());
        REQUIRE(std::holds_alternative<consent_view>(known));
        return std::get<consent_view>(std::move(known));
    }
    http_response approve(const consent_view& view, approval given = {}) const {
        auto decided = as.approve(view.ticket, "session-1", std::move(given));
        REQUIRE(std::holds_alternative<http_response>(decided));
        return std::get<http_response>(std::move(decided));
    }
    std::string code(const fields& with = {}) const {
        const auto redirect = approve(consent(with));
        REQUIRE(redirect.status == 303);
        return parameter(redirect, "code").value_or("");
    }
    /// The redirect that an unacceptable request ends in, once its user is known.
    http_response postponed(const fields& with) const {
        auto begun = authorize(with);
        REQUIRE(std::holds_alternative<interaction>(begun));
        auto known = as.authenticated(std::get<interaction>(begun).ticket, alice());
        REQUIRE(std::holds_alternative<http_response>(known));
        return std::get<http_response>(std::move(known));
    }

    // The client's part.
    static fields redemption(const std::string& code, const fields& with = {}) {
        return changed({{"grant_type", "authorization_code"},
                        {"code", code},
                        {"client_id", "app"},
                        {"redirect_uri", callback},
                        {"code_verifier", verifier}},
                       with);
    }
    http_response token(const fields& body) const { return as.handle(post("/token", body)); }
    http_response redeem(const std::string& code, const fields& with = {}) const {
        return token(redemption(code, with));
    }
    http_response refresh(const std::string& token_text, const fields& with = {}) const {
        return token(changed(
            {{"grant_type", "refresh_token"}, {"refresh_token", token_text}, {"client_id", "app"}},
            with));
    }
    http_response revoke(const std::string& token_text, const fields& with = {}) const {
        return as.handle(
            post("/revoke", changed({{"token", token_text}, {"client_id", "app"}}, with)));
    }
    /// Logs in, and returns the first refresh token.
    std::string first_refresh_token(const fields& with = {}) const {
        const auto tokens = redeem(code(with));
        REQUIRE(tokens.status == 200);
        return member(tokens, "refresh_token");
    }

    mutable memory_store memory;
    mutable testing::faulty_store store;
    mutable testing::manual_clock clock;
    mutable testing::counting_random random{42};
    mutable testing::recording_events events;
    authorization_server as;

private:
    authorization_server make(authorization_server_config c, attempt_limiter* limiter,
                              signer* signatures) {
        server_ports ports{store};
        ports.limiter = limiter;
        ports.events = &events;
        ports.clock = &clock;
        ports.random = &random;
        ports.signatures = signatures;
        return must(authorization_server::make(std::move(c), ports));
    }
};

/// For a driver that carries out the server's steps on the thread of the test.
inline step_ports step_ports_of(const server& s) {
    step_ports ports;
    ports.store = &s.store;
    ports.sign = [](const sign_step& wanted) -> expected<std::string, unavailable> {
        return *the_signing_key().sign(wanted.octets);
    };
    return ports;
}

} // namespace given
