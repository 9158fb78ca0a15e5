// The `clients` of the configuration: what a client could have registered (RFC 7591 §2), and its ID
// and secret.
#include <algorithm>
#include <initializer_list>
#include <utility>

#include "config.hpp"
#include "mcp_oauth/rfc/8252_redirect_uri.hpp"

namespace mcp_server {
namespace {

using mcp_oauth::client;
using mcp_oauth::client_authentication_method;

bool is_visible_ascii(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

void read_identity(object_reader& in, client& out) {
    out.client_id = in.required_text("client_id");
    if (!is_visible_ascii(out.client_id))
        throw config_fault(in.at("client_id"), "must be visible ASCII");
    const auto issued = in.whole("client_id_issued_at", {0, 253402300799}, 0);
    out.issued_at = mcp_oauth::from_unix_seconds(issued);
    const auto secret = in.text("client_secret");
    const auto expires = in.whole("client_secret_expires_at", {0, 253402300799}, 0);
    if (!secret) return;
    mcp_oauth::secret_digest digest{mcp_oauth::sha256(*secret), std::nullopt};
    if (expires != 0) digest.expires_at = mcp_oauth::from_unix_seconds(expires);
    out.secrets.push_back(digest);
}

/// Without a name for it, a client with a secret is `client_secret_basic` (RFC 7591 §2), and one
/// without can only be `none`.
void read_method(object_reader& in, client& out) {
    const std::string member = in.at("token_endpoint_auth_method");
    const bool has_secret = !out.secrets.empty();
    const auto text = in.text("token_endpoint_auth_method");
    out.method = has_secret ? client_authentication_method::client_secret_basic
                            : client_authentication_method::none;
    if (!text) return;
    const auto method = mcp_oauth::client_authentication_method_from(*text);
    if (!method) throw config_fault(member, "not built in: " + *text);
    out.method = *method;
    if (out.is_public() && has_secret)
        throw config_fault(in.at("client_secret"), "is not for the method none");
    if (!out.is_public() && !has_secret)
        throw config_fault(in.at("client_secret"), "is required by " + *text);
}

void read_grants(object_reader& in, client& out) {
    out.grant_types =
        in.texts("grant_types").value_or(std::vector<std::string>{"authorization_code"});
    for (std::size_t i = 0; i < out.grant_types.size(); ++i)
        if (out.grant_types[i] != "authorization_code" && out.grant_types[i] != "refresh_token")
            throw config_fault(in.at("grant_types", i), "not built in: " + out.grant_types[i]);
    out.response_types = in.texts("response_types").value_or(std::vector<std::string>{"code"});
    for (std::size_t i = 0; i < out.response_types.size(); ++i)
        if (out.response_types[i] != "code")
            throw config_fault(in.at("response_types", i),
                               "not built in: " + out.response_types[i]);
}

void read_redirects(object_reader& in, client& out, const mcp_oauth::policy& policy) {
    mcp_oauth::redirect_rules rules;
    rules.localhost_is_loopback = policy.redirect.localhost_is_loopback;
    rules.private_use_schemes = policy.redirect.private_use_schemes;
    rules.dotless_schemes = policy.redirect.dotless_schemes;
    rules.largest = policy.limits.redirect_uri;
    out.redirect_uris = in.texts("redirect_uris").value_or(std::vector<std::string>{});
    bool native = false;
    for (std::size_t i = 0; i < out.redirect_uris.size(); ++i) {
        const auto checked = mcp_oauth::check_redirect_uri(out.redirect_uris[i], rules);
        if (!checked)
            throw config_fault(in.at("redirect_uris", i),
                               std::string{checked.error().description.view()});
        native = native || !checked->scheme_is("https");
    }
    if (out.redirect_uris.empty() && out.may_use("authorization_code"))
        throw config_fault(in.at("redirect_uris"), "is required by authorization_code");
    // Where it is not said, loopback and private-use redirects tell.
    const auto type = in.choice("application_type", {"web", "native"}, native ? 1 : 0);
    out.application =
        type == 1 ? mcp_oauth::application_type::native : mcp_oauth::application_type::web;
}

void read_display(object_reader& in, client& out) {
    const std::pair<const char*, std::string*> members[] = {
        {"client_name", &out.client_name},
        {"client_uri", &out.client_uri},
        {"logo_uri", &out.logo_uri},
        {"tos_uri", &out.tos_uri},
        {"policy_uri", &out.policy_uri},
        {"software_id", &out.software_id},
        {"software_version", &out.software_version}};
    for (const auto& [name, member] : members) *member = in.text(name).value_or("");
    out.contacts = in.texts("contacts").value_or(std::vector<std::string>{});
}

} // namespace

client read_client(object_reader in, const mcp_oauth::policy& policy) {
    client out;
    out.provenance = mcp_oauth::client_provenance::configured;
    for (const char* name : {"jwks", "jwks_uri", "software_statement"})
        if (in.has(name)) throw config_fault(in.at(name), "not built in");
    read_identity(in, out);
    read_method(in, out);
    read_grants(in, out);
    read_redirects(in, out, policy);
    read_display(in, out);
    out.dpop_bound_access_tokens = in.flag("dpop_bound_access_tokens", false);
    if (const auto scope = in.text("scope")) {
        out.scope = mcp_oauth::scope_set::parse(*scope);
        if (!out.scope) throw config_fault(in.at("scope"), "is no list of scope tokens");
    }
    in.done();
    return out;
}

} // namespace mcp_server
