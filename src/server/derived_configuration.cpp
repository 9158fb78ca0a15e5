#include "server/derived_configuration.hpp"

#include <utility>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

std::vector<std::string> grant_types_of(const policy& rules) {
    if (rules.refresh.issue == refresh_issuance::never) return {"authorization_code"};
    return {"authorization_code", "refresh_token"};
}

} // namespace

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
    can.grant_types = grant_types_of(rules);
    if (rules.dpop.enabled) can.dpop_signing_algorithms = algorithm_set::all().names();
    return can;
}

std::string metadata_with_plain(server_capabilities can) {
    can.code_challenge_methods.emplace_back("plain");
    return server_metadata(can);
}

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
    registration.grant_types = grant_types_of(rules);
    registration.web = rules.registration.web;
    registration.dpop = rules.dpop.enabled;
    registration.limits.document_octets = rules.limits.body;
    registration.limits.json_depth = rules.limits.json_depth;
    registration.limits.redirect_uris = rules.limits.redirect_uris;
    registration.limits.display_string = rules.limits.display_string;
    return registration;
}

} // namespace v0
} // namespace mcp_oauth
