#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/mcp_oauth.hpp"

// What happens before the interesting part: a server, a user who approved a client, and the refresh
// token that the client got. Done with the blocking calls.
namespace toy {

/// Ends the program: an example that goes wrong must be seen to.
template <class Expected> auto must(Expected value, const char* what) {
    if (!value) {
        std::printf("failed: %s\n", what);
        std::exit(1);
    }
    return std::move(*value);
}

class scenario {
public:
    scenario()
        : key_(must(mcp_oauth::signing_key::generate_es256(), "a key")), issuer_(make_issuer()) {}

    [[nodiscard]] const mcp_oauth::authorization_server& issuer() const noexcept { return issuer_; }

    /// What steps are carried out against: the store, and the key that signs access tokens.
    [[nodiscard]] mcp_oauth::step_ports ports() {
        mcp_oauth::step_ports ports;
        ports.store = &store_;
        ports.sign = [key = key_](const mcp_oauth::sign_step& wanted)
            -> mcp_oauth::expected<std::string, mcp_oauth::unavailable> {
            auto signature = key.sign(wanted.octets);
            if (!signature) return mcp_oauth::unexpected{mcp_oauth::unavailable{}};
            return std::move(*signature);
        };
        return ports;
    }

    /// The whole flow up to the first refresh token.
    [[nodiscard]] std::string refresh_token_of_alice() const {
        constexpr const char* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; // RFC 7636
        mcp_oauth::http_request asks;
        asks.method = "GET";
        asks.target = "/authorize?response_type=code&client_id=desk"
                      "&redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcb&code_challenge_method=S256"
                      "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        auto asked = issuer_.authorize(asks);
        auto& waits = std::get<mcp_oauth::interaction>(asked);
        mcp_oauth::login alice{"alice", mcp_oauth::system_clock{}.now(), "", {"pwd"}, "session"};
        auto known = issuer_.authenticated(waits.ticket, alice);
        auto& view = std::get<mcp_oauth::consent_view>(known);
        auto agreed = issuer_.approve(view.ticket, "session");
        const auto& redirect = std::get<mcp_oauth::http_response>(agreed);
        const auto answer = issuer_.handle(token_request(
            "grant_type=authorization_code&client_id=desk&code=" +
            code_of(redirect.header("location").value_or("")) +
            "&redirect_uri=" + "http%3A%2F%2F127.0.0.1%3A7777%2Fcb&code_verifier=" + verifier));
        return refresh_token_of(answer);
    }

    [[nodiscard]] static mcp_oauth::http_request refresh_request(const std::string& token) {
        return token_request("grant_type=refresh_token&client_id=desk&refresh_token=" + token);
    }
    /// Ends the program where the answer is not a token response.
    [[nodiscard]] static std::string refresh_token_of(const mcp_oauth::http_response& answer) {
        const auto body = must(mcp_oauth::json_document::parse(answer.body), "a JSON answer");
        return std::string{must(body.root().string_at("refresh_token"), answer.body.c_str())};
    }

private:
    mcp_oauth::authorization_server make_issuer() {
        mcp_oauth::system_random random;
        mcp_oauth::client desk;
        desk.client_id = "desk";
        desk.redirect_uris = {"http://127.0.0.1/cb"};
        mcp_oauth::authorization_server_config config;
        config.issuer = "http://127.0.0.1:8080";
        config.resources = {"http://127.0.0.1:8080/mcp"};
        config.scopes_supported = config.default_scopes = {"notes"};
        config.secrets.push_back(must(mcp_oauth::server_secret::generate(random), "a secret"));
        config.signing_keys = {key_};
        config.clients = {desk};
        config.policy = mcp_oauth::policy::mcp();
        return must(mcp_oauth::authorization_server::make(std::move(config), {store_}), "a server");
    }
    [[nodiscard]] static mcp_oauth::http_request token_request(std::string body) {
        mcp_oauth::http_request request;
        request.method = "POST";
        request.target = "/token";
        request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
        request.body = std::move(body);
        return request;
    }
    [[nodiscard]] static std::string code_of(std::string_view location) {
        const auto query = must(mcp_oauth::form::parse(location.substr(location.find('?') + 1)),
                                "a redirect with a query");
        for (const auto& [name, value] : query.parameters())
            if (name == "code") return value;
        return {};
    }

    mcp_oauth::memory_store store_;
    mcp_oauth::signing_key key_;
    mcp_oauth::authorization_server issuer_;
};

} // namespace toy
