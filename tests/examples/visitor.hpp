#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "assembly.hpp"
#include "config.hpp"
#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "support/catch.hpp"

/// The example server without its socket, and somebody who calls it.
namespace visiting {

using mcp_oauth::http_request;
using mcp_oauth::http_response;
using nlohmann::json;
using headers = std::vector<mcp_oauth::http_header>;
using fields = std::vector<std::pair<std::string, std::string>>;

inline const std::string origin = "http://127.0.0.1:8080";
inline const std::string redirect = "http://127.0.0.1:33418/callback";

inline std::string form_text(const fields& values) {
    std::string text;
    for (const auto& [name, value] : values)
        text += (text.empty() ? "" : "&") + mcp_oauth::form_encode(name) + '=' +
                mcp_oauth::form_encode(value);
    return text;
}

/// The value of one parameter in a query or form; empty where it is missing.
inline std::string parameter(std::string_view text, std::string_view name) {
    const auto question = text.find('?');
    if (question != std::string_view::npos) text.remove_prefix(question + 1);
    const auto form = mcp_oauth::form::parse(text);
    REQUIRE(form);
    for (const auto& [key, value] : form->parameters())
        if (key == name) return value;
    return {};
}

/// The value of a page's first hidden field of this name.
inline std::string hidden_field(const http_response& page, const std::string& name) {
    const std::string start = "name=\"" + name + "\" value=\"";
    const auto at = page.body.find(start);
    if (at == std::string::npos) return {};
    const auto begin = at + start.size();
    return page.body.substr(begin, page.body.find('"', begin) - begin);
}

class visitor {
public:
    explicit visitor(const std::string& configuration = "{}")
        : servers_(mcp_server::assembly::make(mcp_server::parse_config(configuration), origin,
                                              nullptr)) {}
    /// Another browser at the same server.
    [[nodiscard]] visitor newcomer() const {
        visitor other = *this;
        other.cookie.clear();
        return other;
    }

    http_response send(const std::string& method, const std::string& target, headers with = {},
                       std::string body = {}) {
        http_request request;
        request.method = method;
        request.target = target;
        request.headers = std::move(with);
        bool has_host = false;
        for (const auto& each : request.headers)
            has_host = has_host || mcp_oauth::equal_ignoring_case(each.name, "host");
        if (!has_host) request.headers.push_back({"Host", "127.0.0.1:8080"});
        if (!cookie.empty()) request.headers.push_back({"Cookie", cookie});
        request.body = std::move(body);
        request.source = "192.0.2.1";
        auto answer = servers_->web().respond(request);
        for (const auto& each : answer.headers)
            if (each.name == "Set-Cookie") cookie = each.value.substr(0, each.value.find(';'));
        return answer;
    }
    http_response post_form(const std::string& target, const fields& values) {
        return send("POST", target, {{"Content-Type", "application/x-www-form-urlencoded"}},
                    form_text(values));
    }
    http_response post_json(const std::string& target, const json& value, headers with = {}) {
        with.push_back({"Content-Type", "application/json"});
        return send("POST", target, std::move(with), value.dump());
    }

    std::string register_client(const json& more = json::object()) {
        json metadata{{"redirect_uris", {redirect}},
                      {"client_name", "Visitor"},
                      {"token_endpoint_auth_method", "none"},
                      {"grant_types", {"authorization_code", "refresh_token"}}};
        metadata.update(more);
        const auto answer = post_json("/register", metadata);
        REQUIRE(answer.status == 201);
        return json::parse(answer.body).at("client_id").get<std::string>();
    }
    /// The target of an ordinary authorization request.
    static std::string authorization(const std::string& client_id, const fields& more = {}) {
        fields query{{"response_type", "code"},
                     {"client_id", client_id},
                     {"redirect_uri", redirect},
                     {"state", "a state"},
                     {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
                     {"code_challenge_method", "S256"}};
        query.insert(query.end(), more.begin(), more.end());
        return "/authorize?" + form_text(query);
    }
    http_response log_in(const http_response& page, const std::string& username = "alice",
                         const std::string& password = "wonderland") {
        return post_form("/login", {{"form_token", hidden_field(page, "form_token")},
                                    {"ticket", hidden_field(page, "ticket")},
                                    {"username", username},
                                    {"password", password}});
    }
    http_response decide(const http_response& page, const std::string& decision) {
        return post_form("/consent", {{"form_token", hidden_field(page, "form_token")},
                                      {"ticket", hidden_field(page, "ticket")},
                                      {"decision", decision}});
    }
    /// An access token, by the whole way.
    std::string access_token(const std::string& scope, const std::string& username = "alice",
                             const std::string& password = "wonderland") {
        const auto client_id = register_client();
        const auto first = send("GET", authorization(client_id, {{"scope", scope}}));
        const auto page = log_in(first, username, password);
        const auto back = decide(page, "allow");
        REQUIRE(back.status == 303);
        const auto answer =
            post_form("/token", {{"grant_type", "authorization_code"},
                                 {"client_id", client_id},
                                 {"redirect_uri", redirect},
                                 {"code", parameter(back.header("location").value_or(""), "code")},
                                 {"code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}});
        REQUIRE(answer.status == 200);
        return json::parse(answer.body).at("access_token").get<std::string>();
    }

    std::string cookie; ///< `name=value`

private:
    std::shared_ptr<mcp_server::assembly> servers_;
};

} // namespace visiting
