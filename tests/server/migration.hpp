#pragma once

#include "registration.hpp"

/// Requests that each break one migration rule and no other, and who sends them.
namespace given {

/// The usual configuration with two clients more: one that registered a scope, and one with a
/// scheme without a period where the policy lets it be.
inline authorization_server_config migrating(policy rules = policy::migration()) {
    const bool with_scheme = !rules.redirect.dotless_schemes.empty();
    auto c = config(std::move(rules));
    auto scoped = public_client();
    scoped.client_id = "scoped";
    scoped.scope = scope_set{"mcp"};
    c.clients.push_back(std::move(scoped));
    if (with_scheme) {
        auto editor = public_client();
        editor.client_id = "editor";
        editor.redirect_uris = {"cursor://callback"};
        c.clients.push_back(std::move(editor));
    }
    return c;
}

/// Whether the request comes as far as the consent page.
inline bool is_served(const server& s, const fields& request) {
    const auto begun = s.authorize(request);
    if (!std::holds_alternative<interaction>(begun)) return false;
    return std::holds_alternative<consent_view>(
        s.as.authenticated(std::get<interaction>(begun).ticket, s.alice()));
}

inline const fields without_pkce{{"code_challenge", ""}, {"code_challenge_method", ""}};
inline const fields with_plain{{"code_challenge", verifier}, {"code_challenge_method", "plain"}};

/// A request that breaks `rule`.
struct offence {
    migration_rule rule;
    const char* client_id;
    std::string (*prepare)(const server& s); ///< what the client does before
    milliseconds later;                      ///< and how long after that it breaks the rule
    bool (*commit)(const server& s, const std::string& prepared);
};

inline std::string nothing(const server&) { return {}; }
inline std::string rotated(const server& s) {
    auto first = s.first_refresh_token();
    CHECK(s.refresh(first).status == 200);
    return first;
}
inline bool refreshes(const server& s, const std::string& token) {
    return s.refresh(token).status == 200;
}
template <const fields& Request> bool authorizes(const server& s, const std::string&) {
    return is_served(s, Request);
}

inline const fields without_resource{{"resource", ""}};
inline const fields unknown_scope{{"scope", "mcp unheard-of"}};
inline const fields beyond{{"client_id", "scoped"}, {"scope", "mcp notes:read"}};
inline const fields dotless{{"client_id", "editor"}, {"redirect_uri", "cursor://callback"}};
inline bool registers_as_web(const server& s, const std::string&) {
    return registered(s, R"({"redirect_uris":["http://127.0.0.1:1/cb"],"application_type":"web"})")
               .status == 201;
}

inline const offence every_offence[] = {
    {migration_rule::pkce_missing, "app", nothing, {}, authorizes<without_pkce>},
    {migration_rule::pkce_plain, "app", nothing, {}, authorizes<with_plain>},
    {migration_rule::refresh_token_reused, "app", rotated, seconds{60}, refreshes},
    {migration_rule::refresh_retried, "app", rotated, milliseconds{59'999}, refreshes},
    {migration_rule::resource_missing, "app", nothing, {}, authorizes<without_resource>},
    {migration_rule::scope_unknown, "app", nothing, {}, authorizes<unknown_scope>},
    {migration_rule::scope_beyond_registration, "scoped", nothing, {}, authorizes<beyond>},
    {migration_rule::redirect_scheme_dotless, "editor", nothing, {}, authorizes<dotless>},
    {migration_rule::web_with_native_redirect, "", nothing, {}, registers_as_web},
};

/// The events about migration since the last call.
inline std::vector<event> would_be_refused(const server& s) {
    std::vector<event> found;
    for (auto& each : s.events.take())
        if (each.kind == event_kind::would_be_refused) found.push_back(std::move(each));
    return found;
}

} // namespace given
