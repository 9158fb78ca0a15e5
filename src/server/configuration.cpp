#include <algorithm>
#include <string>
#include <utility>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "server/server_state.hpp"

/// `authorization_server::make`: everything that can be wrong with a configuration is found here, before the
/// first request, and said by the member's name.
namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t most_scopes = 128; // a ticket holds one bit for each
constexpr std::size_t most_resources = 64;

unexpected<config_error> wrong(std::string member, std::string problem) {
    return unexpected<config_error>{config_error{std::move(member), std::move(problem)}};
}

expected<scope_set, config_error> scopes_of(const char* member,
                                            const std::vector<std::string>& texts) {
    scope_set scopes;
    for (const auto& text : texts) {
        if (!is_scope_token(text)) return wrong(member, "is no scope token: " + text);
        scopes.add(text);
    }
    return scopes;
}

expected<std::vector<resource_identifier>, config_error>
resources_of(const std::vector<std::string>& texts) {
    std::vector<resource_identifier> resources;
    for (const auto& text : texts) {
        auto parsed = resource_identifier::parse(text);
        if (!parsed)
            return wrong("resources",
                         "must be https (http on a loopback host) without fragment: " + text);
        for (const auto& each : resources)
            if (each.same_as(text)) return wrong("resources", "is there twice: " + text);
        resources.push_back(std::move(*parsed));
    }
    if (resources.empty()) return wrong("resources", "at least one is required");
    if (resources.size() > most_resources) return wrong("resources", "are too many");
    return resources;
}

expected<std::map<std::string, client, std::less<>>, config_error>
clients_of(std::vector<client> clients, const policy& rules) {
    std::map<std::string, client, std::less<>> found;
    for (auto& each : clients) {
        const auto id = each.client_id;
        if (id.empty() || id.size() > rules.limits.client_id)
            return wrong("clients", "client_id is empty or too long: " + id);
        if (each.is_public() != each.secrets.empty())
            return wrong("clients", "the method and the secrets do not fit: " + id);
        for (const auto& uri : each.redirect_uris)
            if (uri.size() > rules.limits.redirect_uri || !uri::parse(uri))
                return wrong("clients", "a redirect URI of this client is not acceptable: " + id);
        each.provenance = client_provenance::configured;
        if (!found.emplace(id, std::move(each)).second)
            return wrong("clients", "is there twice: " + id);
    }
    return found;
}

endpoint_paths paths_of(const issuer_identifier& issuer, const uri& base) {
    const std::string prefix{base.path() == "/" ? std::string_view{} : base.path()};
    endpoint_paths paths;
    paths.authorization = prefix + "/authorize";
    paths.token = prefix + "/token";
    paths.registration = prefix + "/register";
    paths.revocation = prefix + "/revoke";
    paths.jwks = prefix + "/.well-known/jwks.json";
    paths.metadata = server_metadata_paths(issuer);
    return paths;
}

/// The one object that both the metadata and the routing are written from (ASM-11).
server_capabilities capabilities_of(const policy& rules, const endpoint_paths& paths,
                                    const std::string& origin, const std::string& issuer) {
    server_capabilities can;
    can.issuer = issuer;
    can.authorization_endpoint = origin + paths.authorization;
    can.token_endpoint = origin + paths.token;
    can.revocation_endpoint = origin + paths.revocation;
    can.jwks_uri = origin + paths.jwks;
    if (rules.registration.access != registration_access::off)
        can.registration_endpoint = origin + paths.registration;
    if (rules.refresh.issue == refresh_issuance::never) can.grant_types = {"authorization_code"};
    return can;
}

/// Names the lists that the bits of a ticket point into, in their order.
std::string binding_of(const scope_set& scopes, const std::vector<resource_identifier>& resources) {
    octet_writer lists;
    for (const auto& scope : scopes) lists.field(scope);
    lists.field("");
    for (const auto& resource : resources) lists.field(resource.text());
    return std::string{as_view(sha256(lists.view()))};
}

registration_rules registration_of(const policy& rules, const scope_set& scopes) {
    registration_rules registration;
    registration.redirects.localhost_is_loopback = rules.redirect.localhost_is_loopback;
    registration.redirects.private_use_schemes = rules.redirect.private_use_schemes;
    registration.redirects.dotless_schemes = rules.redirect.dotless_schemes;
    registration.redirects.largest = rules.limits.redirect_uri;
    registration.scopes_offered = scopes;
    registration.web = rules.registration.web;
    registration.limits.document_octets = rules.limits.body;
    registration.limits.json_depth = rules.limits.json_depth;
    registration.limits.redirect_uris = rules.limits.redirect_uris;
    registration.limits.display_string = rules.limits.display_string;
    return registration;
}

} // namespace

expected<authorization_server, config_error>
authorization_server::make(authorization_server_config config, server_ports ports) {
    auto issuer = issuer_identifier::parse(config.issuer);
    if (!issuer)
        return wrong("issuer", "must be https (http on a loopback host), without query, fragment "
                               "and trailing slash");
    const auto base =
        uri::parse(config.endpoint_base.empty() ? config.issuer : config.endpoint_base);
    if (!base || base->query() || base->fragment() || base->text().back() == '/')
        return wrong("endpoint_base", "must be a URL without query, fragment and trailing slash");
    auto rules = checked_policy::make(std::move(config.policy));
    if (!rules)
        return wrong("policy." + std::string{rules.error().member},
                     std::string{rules.error().problem});
    auto scopes = scopes_of("scopes_supported", config.scopes_supported);
    if (!scopes) return unexpected<config_error>{scopes.error()};
    if (scopes->size() > most_scopes) return wrong("scopes_supported", "are too many");
    auto defaults = scopes_of("default_scopes", config.default_scopes);
    if (!defaults) return unexpected<config_error>{defaults.error()};
    if (!scopes->contains_all(*defaults)) return wrong("default_scopes", "are not all supported");
    auto resources = resources_of(config.resources);
    if (!resources) return unexpected<config_error>{resources.error()};
    auto clients = clients_of(std::move(config.clients), **rules);
    if (!clients) return unexpected<config_error>{clients.error()};
    auto ring = key_ring::make(config.secrets, config.issuer);
    if (!ring)
        return wrong("secrets",
                     "exactly one must be current, each different and 32 octets or more");
    if (config.signing_keys.empty()) return wrong("signing_keys", "at least one is required");
    const bool needs_token =
        (*rules)->registration.access == registration_access::initial_access_token;
    if (needs_token && config.initial_access_token.empty())
        return wrong("initial_access_token", "is required by policy.registration.access");

    std::vector<verification_key> keys;
    for (const auto& key : config.signing_keys) keys.push_back(key.public_key());
    auto paths = paths_of(*issuer, *base);
    auto capabilities = capabilities_of(**rules, paths, base->origin(), config.issuer);
    capabilities.scopes_supported = *scopes;
    for (const auto& resource : *resources)
        capabilities.protected_resources.push_back(resource.text());
    auto set = key_set::of(keys);
    const auto metadata = server_metadata(capabilities);
    const auto jwks = set.text();
    auto registration = registration_of(**rules, *scopes);
    auto hierarchy = rules->hierarchy();
    const auto binding = binding_of(*scopes, *resources);
    const auto key_id = set.keys().front().kid;
    auto own = std::make_shared<default_ports>();
    auto common = std::make_shared<const shared>(shared{config.issuer, std::move(*ring),
                                                        std::move(config.signing_keys),
                                                        std::move(*rules), *scopes});

    return authorization_server{std::make_shared<const state>(
        state{std::move(common),
              std::move(*issuer),
              std::move(*resources),
              std::move(*defaults),
              std::move(hierarchy),
              std::move(*clients),
              std::move(registration),
              std::move(set),
              std::move(config.initial_access_token),
              std::move(config.may_refresh),
              std::move(capabilities),
              std::move(paths),
              metadata,
              jwks,
              key_id,
              binding,
              own,
              ports.store,
              ports.clients,
              ports.limiter,
              ports.events,
              ports.clock != nullptr ? *ports.clock : own->clock,
              ports.random != nullptr ? *ports.random : own->random})};
}

} // namespace v0
} // namespace mcp_oauth
