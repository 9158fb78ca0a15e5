#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "mcp_oauth/rfc/7591_client_registration.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::string_view spelled(application_type type) noexcept {
    return type == application_type::web ? "web" : "native";
}

constexpr std::string_view spelled(client_provenance provenance) noexcept {
    return provenance == client_provenance::registered ? "registered" : "configured";
}

std::optional<application_type> application_from(std::string_view text) noexcept {
    if (text == "web") return application_type::web;
    if (text == "native") return application_type::native;
    return std::nullopt;
}

std::optional<client_provenance> provenance_from(std::string_view text) noexcept {
    if (text == "registered") return client_provenance::registered;
    if (text == "configured") return client_provenance::configured;
    return std::nullopt;
}

// The metadata under its registered names (RFC 7591 §2), the same on the wire and in a store.
void add_metadata(json_object_writer& json, const client& c) {
    json.add_unless_empty("redirect_uris", c.redirect_uris)
        .add("token_endpoint_auth_method", name(c.method))
        .add("grant_types", c.grant_types)
        .add("response_types", c.response_types)
        .add("application_type", spelled(c.application))
        .add_unless_empty("client_name", c.client_name)
        .add_unless_empty("client_uri", c.client_uri)
        .add_unless_empty("logo_uri", c.logo_uri);
    if (c.scope) json.add("scope", c.scope->text());
    json.add_unless_empty("contacts", c.contacts)
        .add_unless_empty("tos_uri", c.tos_uri)
        .add_unless_empty("policy_uri", c.policy_uri)
        .add_unless_empty("software_id", c.software_id)
        .add_unless_empty("software_version", c.software_version);
    if (c.dpop_bound_access_tokens) json.add_flag("dpop_bound_access_tokens", true);
}

std::string encode_secrets(const std::vector<secret_digest>& secrets) {
    std::string array = "[";
    for (const auto& each : secrets) {
        if (array.size() > 1) array += ',';
        json_object_writer json;
        json.add("sha256", base64url(as_view(each.octets)));
        if (each.expires_at) json.add("expires_at_ms", to_unix_ms(*each.expires_at));
        array += json.take();
    }
    return array + ']';
}

std::optional<std::vector<secret_digest>> decode_secrets(json_value array) {
    std::vector<secret_digest> secrets;
    bool readable = array.is_array();
    array.for_each_element([&](json_value each) {
        secret_digest digest;
        const auto text = each.string_at("sha256");
        const auto octets = text ? decode_base64url(*text) : std::nullopt;
        const auto fixed = octets ? as_array<32>(*octets) : std::nullopt;
        const auto expiry = each.find("expires_at_ms");
        if (!fixed || (expiry && !expiry->integer())) return void(readable = false);
        digest.octets = *fixed;
        if (expiry) digest.expires_at = from_unix_ms(*expiry->integer());
        secrets.push_back(digest);
    });
    if (!readable) return std::nullopt;
    return secrets;
}

// Fills `target` if the member is there. Returns: false where it has another type.
bool take_text(json_value root, std::string_view name, std::string& target) {
    const auto found = root.find(name);
    if (!found) return true;
    const auto text = found->string();
    if (text) target = *text;
    return text.has_value();
}

bool take_list(json_value root, std::string_view name, std::vector<std::string>& target) {
    const auto found = root.find(name);
    if (!found) return true;
    auto list = found->strings();
    if (list) target = std::move(*list);
    return list.has_value();
}

bool take_display(json_value root, client& c) {
    return take_text(root, "client_name", c.client_name) &&
           take_text(root, "client_uri", c.client_uri) && take_text(root, "logo_uri", c.logo_uri) &&
           take_text(root, "tos_uri", c.tos_uri) && take_text(root, "policy_uri", c.policy_uri) &&
           take_text(root, "software_id", c.software_id) &&
           take_text(root, "software_version", c.software_version) &&
           take_list(root, "contacts", c.contacts);
}

bool take_scope(json_value root, client& c) {
    std::string text;
    if (!root.find("scope")) return true;
    if (!take_text(root, "scope", text)) return false;
    if (text.empty())
        c.scope = scope_set{};
    else
        c.scope = scope_set::parse(text);
    return c.scope.has_value();
}

} // namespace

std::string registration_response(const client& registered, const secret* client_secret,
                                  std::optional<instant> secret_expires_at) {
    json_object_writer json;
    json.add("client_id", registered.client_id)
        .add("client_id_issued_at", to_unix_seconds(registered.issued_at));
    if (client_secret != nullptr && !registered.is_public()) {
        json.add("client_secret", client_secret->reveal());
        json.add("client_secret_expires_at",
                 secret_expires_at ? to_unix_seconds(*secret_expires_at) : std::int64_t{0});
    }
    add_metadata(json, registered);
    return json.take();
}

std::string encode_client(const client& record) {
    json_object_writer json;
    json.add("client_id", record.client_id)
        .add("provenance", spelled(record.provenance))
        .add("issued_at_ms", to_unix_ms(record.issued_at))
        .add_flag("disabled", record.disabled)
        .add_json("secrets", encode_secrets(record.secrets));
    if (record.expires_at) json.add("expires_at_ms", to_unix_ms(*record.expires_at));
    add_metadata(json, record);
    return json.take();
}

std::optional<client> decode_client(std::string_view json) {
    const auto parsed = json_document::parse(json);
    if (!parsed) return std::nullopt;
    const auto root = parsed->root();
    const auto id = root.string_at("client_id");
    const auto provenance = provenance_from(root.string_at("provenance").value_or(""));
    const auto issued_at = root.integer_at("issued_at_ms");
    const auto expiry = root.find("expires_at_ms");
    const auto disabled = root.boolean_at("disabled");
    const auto method = client_authentication_method_from(
        root.string_at("token_endpoint_auth_method").value_or(""));
    const auto application = application_from(root.string_at("application_type").value_or(""));
    const auto secrets_member = root.find("secrets");
    auto secrets = secrets_member ? decode_secrets(*secrets_member) : std::nullopt;
    if (!id || !provenance || !issued_at || !disabled || !method || !application || !secrets)
        return std::nullopt;
    if (!root.find("grant_types") || !root.find("response_types")) return std::nullopt;
    if (expiry && !expiry->integer()) return std::nullopt;
    const auto bound = root.find("dpop_bound_access_tokens");
    if (bound && !bound->boolean()) return std::nullopt;

    client c;
    c.client_id = *id;
    c.provenance = *provenance;
    c.issued_at = from_unix_ms(*issued_at);
    if (expiry) c.expires_at = from_unix_ms(*expiry->integer());
    c.disabled = *disabled;
    c.dpop_bound_access_tokens = bound && *bound->boolean();
    c.method = *method;
    c.application = *application;
    c.secrets = std::move(*secrets);
    const bool readable = take_list(root, "redirect_uris", c.redirect_uris) &&
                          take_list(root, "grant_types", c.grant_types) &&
                          take_list(root, "response_types", c.response_types) &&
                          take_scope(root, c) && take_display(root, c);
    if (!readable) return std::nullopt;
    return c;
}

} // namespace v0
} // namespace mcp_oauth
