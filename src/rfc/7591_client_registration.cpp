#include "mcp_oauth/rfc/7591_client_registration.hpp"

#include <algorithm>

#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/rfc/7517_jwk.hpp"
#include "rfc/display_text.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

using strings = std::vector<std::string>;
using outcome = expected<void, error>;

bool contains(const strings& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

unexpected<error> unacceptable(public_text why) {
    return refuse(error_code::invalid_client_metadata, why);
}

constexpr public_text describe(json_fault fault) noexcept {
    switch (fault) {
    case json_fault::syntax: return "the registration is not JSON";
    case json_fault::too_large: return "the registration is too large";
    case json_fault::too_deep: return "the registration is nested too deeply";
    case json_fault::duplicate_name: return "the registration names a member twice";
    case json_fault::nul: return "the registration holds a NUL character";
    }
    return "the registration is malformed";
}

/// Takes one registration document over, member by member. The order matters where one member
/// decides what another may be: method, grant types, response types, redirect URIs, application
/// type.
class registration_reader {
public:
    registration_reader(json_value root, const registration_rules& rules)
        : root_(root), rules_(rules) {
        draft_.provenance = client_provenance::registered;
    }

    expected<client, error> read() {
        using step = outcome (registration_reader::*)();
        for (const step next :
             {&registration_reader::method, &registration_reader::grant_types,
              &registration_reader::response_types, &registration_reader::redirect_uris,
              &registration_reader::application_type, &registration_reader::scope,
              &registration_reader::display_strings, &registration_reader::uris_for_people,
              &registration_reader::contacts, &registration_reader::keys,
              &registration_reader::dpop_binding}) {
            const auto done = (this->*next)();
            if (!done) return unexpected{done.error()};
        }
        return std::move(draft_);
    }

private:
    // `null` says as little as an absent member.
    [[nodiscard]] std::optional<json_value> find(std::string_view name) const {
        const auto found = root_.find(name);
        if (!found || found->is_null()) return std::nullopt;
        return found;
    }

    // Empty where it is absent.
    [[nodiscard]] expected<std::string_view, error> text(std::string_view name) const {
        const auto found = find(name);
        if (!found) return std::string_view{};
        const auto value = found->string();
        if (!value) return unacceptable("a member must be a string");
        return *value;
    }

    [[nodiscard]] expected<std::optional<strings>, error> list(std::string_view name) const {
        const auto found = find(name);
        if (!found) return std::optional<strings>{};
        auto values = found->strings();
        if (!values) return unacceptable("a member must be an array of strings");
        return std::optional<strings>{std::move(values)};
    }

    outcome method() {
        const auto asked = text("token_endpoint_auth_method");
        if (!asked) return unexpected{asked.error()};
        const auto& served = rules_.methods;
        auto chosen = client_authentication_method_from(*asked);
        if (asked->empty()) {
            chosen = client_authentication_method::client_secret_basic; // RFC 7591 §2
            if (std::find(served.begin(), served.end(), *chosen) == served.end() && !served.empty())
                chosen = served.front();
        }
        if (!chosen || std::find(served.begin(), served.end(), *chosen) == served.end())
            return unacceptable("token_endpoint_auth_method is not supported");
        draft_.method = *chosen;
        return {};
    }

    [[nodiscard]] bool registrable(const std::string& grant_type) const {
        if (grant_type == "implicit" || grant_type == "password") return false; // OAuth 2.1 §10
        if (grant_type == "client_credentials" && draft_.is_public()) return false;
        return contains(rules_.grant_types, grant_type);
    }

    outcome grant_types() {
        const auto asked = list("grant_types");
        if (!asked) return unexpected{asked.error()};
        draft_.grant_types.clear();
        bool useful = false;
        for (const auto& each : asked->value_or(strings{"authorization_code"})) {
            if (!registrable(each) || contains(draft_.grant_types, each)) continue;
            draft_.grant_types.push_back(each);
            useful = useful || each != "refresh_token"; // nothing begins with a refresh token
        }
        if (!useful) return unacceptable("no requested grant type can be registered");
        return {};
    }

    outcome response_types() {
        const auto asked = list("response_types");
        if (!asked) return unexpected{asked.error()};
        draft_.response_types.clear();
        if (!draft_.may_use("authorization_code")) return {};
        if (*asked && !contains(**asked, "code"))
            return unacceptable("grant type authorization_code needs response type code");
        draft_.response_types = {"code"};
        return {};
    }

    outcome redirect_uris() {
        constexpr auto code = error_code::invalid_redirect_uri;
        const auto asked = list("redirect_uris");
        if (!asked) return refuse(code, "redirect_uris must be an array of strings");
        const auto& uris = asked->value_or(strings{});
        if (uris.size() > rules_.limits.redirect_uris)
            return refuse(code, "there are too many redirect URIs");
        if (uris.empty() && draft_.may_use("authorization_code"))
            return refuse(code, "redirect_uris is required");
        for (const auto& each : uris) {
            const auto checked = check_redirect_uri(each, rules_.redirects);
            if (!checked) return unexpected{checked.error()};
            if (!checked->scheme_is("https") || checked->host_is_loopback()) suits_web_ = false;
            if (!contains(draft_.redirect_uris, each)) draft_.redirect_uris.push_back(each);
        }
        return {};
    }

    // Absent or unknown, it is read off the redirects: OpenID's default `web` would lock out every
    // desktop client that leaves it out.
    outcome application_type() {
        const auto asked = text("application_type");
        if (!asked) return unexpected{asked.error()};
        const bool native = *asked == "native" || !suits_web_;
        if (*asked == "web" && !suits_web_ && rules_.web == impossible_web::refuse)
            return refuse(error_code::invalid_redirect_uri,
                          "a web application needs https redirect URIs that are not local");
        draft_.application =
            native ? mcp_oauth::application_type::native : mcp_oauth::application_type::web;
        return {};
    }

    outcome scope() {
        const auto asked = text("scope");
        if (!asked) return unexpected{asked.error()};
        if (asked->empty()) return {};
        const auto parsed = scope_set::parse(*asked);
        if (!parsed) return unacceptable("scope is malformed");
        scope_set kept;
        for (const auto& token : *parsed)
            if (rules_.scopes_offered.contains(token)) kept.add(token);
        if (!kept.empty()) draft_.scope = std::move(kept);
        return {};
    }

    outcome display_strings() {
        const std::pair<std::string_view, std::string*> members[] = {
            {"client_name", &draft_.client_name},
            {"software_id", &draft_.software_id},
            {"software_version", &draft_.software_version}};
        for (const auto& [name, target] : members) {
            const auto value = text(name);
            if (!value) return unexpected{value.error()};
            const auto fine = check_display(*value);
            if (!fine) return fine;
            *target = *value;
        }
        return {};
    }

    [[nodiscard]] outcome check_display(std::string_view value) const {
        if (value.size() > rules_.limits.display_string)
            return unacceptable("a display string is too long");
        if (!is_display_text(value))
            return unacceptable("a display string holds a control or formatting character");
        return {};
    }

    outcome uris_for_people() {
        std::string ignored; // `jwks_uri` is checked like its neighbours and belongs to `keys`
        const std::pair<std::string_view, std::string*> members[] = {
            {"client_uri", &draft_.client_uri},
            {"logo_uri", &draft_.logo_uri},
            {"tos_uri", &draft_.tos_uri},
            {"policy_uri", &draft_.policy_uri},
            {"jwks_uri", &ignored}};
        for (const auto& [name, target] : members) {
            const auto value = text(name);
            if (!value) return unexpected{value.error()};
            if (value->empty()) continue;
            if (!is_web_uri(*value))
                return unacceptable("a URI of the client is no http or https URI");
            *target = *value;
        }
        return {};
    }

    [[nodiscard]] bool is_web_uri(std::string_view value) const {
        if (value.size() > rules_.limits.uri_octets) return false;
        const auto parsed = uri::parse(value);
        if (!parsed || parsed->host().empty() || parsed->userinfo()) return false;
        return parsed->scheme_is("https") || parsed->scheme_is("http");
    }

    outcome contacts() {
        const auto asked = list("contacts");
        if (!asked) return unexpected{asked.error()};
        if (!*asked) return {};
        if ((*asked)->size() > rules_.limits.contacts)
            return unacceptable("there are too many contacts");
        for (const auto& each : **asked) {
            const auto fine = check_display(each);
            if (!fine) return fine;
        }
        draft_.contacts = **asked;
        return {};
    }

    // Not used yet for authentication; a set that cannot be right is refused all the same.
    outcome keys() {
        const auto set = find("jwks");
        if (!set) return {};
        if (find("jwks_uri")) return unacceptable("jwks and jwks_uri exclude each other");
        const auto keys = set->find("keys");
        if (!keys || !keys->is_array()) return unacceptable("jwks is no JWK Set");
        bool acceptable = true;
        keys->for_each_element([&acceptable](json_value key) {
            acceptable = acceptable && key.string_at("kty") && key.string_at("kty") != "oct";
            acceptable = acceptable && !holds_private_members(key);
        });
        if (!acceptable) return unacceptable("jwks must hold public keys only");
        return {};
    }

    outcome dpop_binding() {
        const auto asked = find("dpop_bound_access_tokens");
        if (!asked) return {};
        if (!asked->boolean()) return unacceptable("dpop_bound_access_tokens must be a boolean");
        draft_.dpop_bound_access_tokens = rules_.dpop && *asked->boolean();
        return {};
    }

    json_value root_;
    const registration_rules& rules_;
    client draft_;
    bool suits_web_ = true;
};

} // namespace

expected<client_registration, error> client_registration::parse(std::string_view body,
                                                                const registration_rules& rules) {
    const auto parsed =
        json_document::parse(body, {rules.limits.document_octets, rules.limits.json_depth});
    if (!parsed) return unacceptable(describe(parsed.error()));
    if (!parsed->root().is_object()) return unacceptable("the registration is no JSON object");
    auto draft = registration_reader{parsed->root(), rules}.read();
    if (!draft) return unexpected{draft.error()};
    return client_registration{std::move(*draft)};
}

} // namespace v0
} // namespace mcp_oauth
