#pragma once

#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/mcp_oauth.hpp"
#include "mcp_oauth/rfc/7591_client_registration.hpp"

namespace bench {

/// An authorization server with one public client, on the in-memory store or another.
class deployment {
public:
    explicit deployment(mcp_oauth::policy rules, mcp_oauth::signature_algorithm algorithm =
                                                     mcp_oauth::signature_algorithm::es256)
        : key(*mcp_oauth::signing_key::generate(algorithm)), as(make(std::move(rules), store)) {}
    deployment(mcp_oauth::policy rules, mcp_oauth::record_store& over)
        : key(*mcp_oauth::signing_key::generate(mcp_oauth::signature_algorithm::es256)),
          as(make(std::move(rules), over)) {}

    static std::string verifier() { return "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; }

    std::string code() const {
        mcp_oauth::http_request request{
            "GET",
            "/authorize?response_type=code&client_id=client_app&scope=mcp&code_challenge_method="
            "S256"
            "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            "&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb&resource=https%3A%2F%2Fas.example%2Fmcp",
            {},
            {},
            {},
            {}};
        const auto begun = std::get<mcp_oauth::interaction>(as.authorize(request));
        mcp_oauth::login who;
        who.subject = "alice";
        who.session = "session";
        const auto view =
            std::get<mcp_oauth::consent_view>(as.authenticated(begun.ticket, std::move(who)));
        const auto redirect =
            std::get<mcp_oauth::http_response>(as.approve(view.ticket, "session"));
        const std::string location{*redirect.header("Location")};
        const auto from = location.find("code=") + 5;
        return location.substr(from, location.find('&', from) - from);
    }
    mcp_oauth::http_response redeem(const std::string& authorization_code) const {
        return token("grant_type=authorization_code&client_id=client_app&code=" +
                     authorization_code + "&code_verifier=" + verifier());
    }
    mcp_oauth::http_response refresh(const std::string& refresh_token) const {
        return token("grant_type=refresh_token&client_id=client_app&refresh_token=" +
                     refresh_token);
    }
    /// What a client keeps. Cut out, since parsing is the client's expense and not the server's.
    static std::string member(const mcp_oauth::http_response& response, std::string_view name) {
        const std::string opening = '"' + std::string{name} + "\":\"";
        const auto at = response.body.find(opening);
        if (response.status != 200 || at == std::string::npos) std::abort();
        const auto from = at + opening.size();
        return response.body.substr(from, response.body.find('"', from) - from);
    }

    mcp_oauth::memory_store store;
    mcp_oauth::signing_key key;
    mcp_oauth::authorization_server as;

private:
    mcp_oauth::http_response token(std::string body) const {
        return as.handle(
            {"POST",
             "/token",
             {{"Content-Type", "application/x-www-form-urlencoded"}, {"User-Agent", "bench"}},
             std::move(body),
             "192.0.2.1",
             {}});
    }
    mcp_oauth::authorization_server make(mcp_oauth::policy rules, mcp_oauth::record_store& over) {
        mcp_oauth::authorization_server_config config;
        config.issuer = "https://as.example";
        config.resources = {"https://as.example/mcp"};
        config.scopes_supported = {"mcp", "notes:read", "notes:write", "offline_access"};
        config.default_scopes = {"mcp"};
        config.secrets.push_back({mcp_oauth::secret{"0123456789abcdef0123456789abcdef"}});
        config.signing_keys = {key};
        // Not a configured client: a refresh then takes the way of a registered one.
        mcp_oauth::client app;
        app.client_id = "client_app";
        app.redirect_uris = {"http://127.0.0.1/cb"};
        config.policy = std::move(rules);
        mcp_oauth::record r;
        r.key = "https://as.example#client/client_app";
        r.kind = mcp_oauth::record_kind::client;
        r.body = mcp_oauth::encode_client(app);
        const auto created = over.create(r).outcome; // another deployment may share the store
        if (created != mcp_oauth::write_outcome::done &&
            created != mcp_oauth::write_outcome::conflict)
            std::abort();
        return std::move(*mcp_oauth::authorization_server::make(std::move(config), {over}));
    }
};

} // namespace bench
