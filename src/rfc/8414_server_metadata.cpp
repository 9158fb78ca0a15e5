#include "mcp_oauth/rfc/8414_server_metadata.hpp"

#include "mcp_oauth/grammar/json_writer.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

using methods = std::vector<client_authentication_method>;

std::vector<std::string> names(const methods& all) {
    std::vector<std::string> spelled;
    for (const auto method : all) spelled.emplace_back(name(method));
    return spelled;
}

// A public client proves nothing, so it may not introspect (RFC 7662 §4; INT-02).
methods proving(const methods& all) {
    methods some;
    for (const auto method : all)
        if (method != client_authentication_method::none) some.push_back(method);
    return some;
}

void add_endpoints(json_object_writer& json, const server_capabilities& server) {
    json.add("issuer", server.issuer)
        .add_if("authorization_endpoint", server.authorization_endpoint)
        .add_if("token_endpoint", server.token_endpoint)
        .add_if("jwks_uri", server.jwks_uri)
        .add_if("registration_endpoint", server.registration_endpoint)
        .add_if("revocation_endpoint", server.revocation_endpoint)
        .add_if("introspection_endpoint", server.introspection_endpoint);
}

void add_authentication(json_object_writer& json, const server_capabilities& server) {
    const auto& served = server.token_endpoint_auth_methods;
    if (server.token_endpoint)
        json.add_unless_empty("token_endpoint_auth_methods_supported", names(served));
    if (server.revocation_endpoint)
        json.add_unless_empty("revocation_endpoint_auth_methods_supported", names(served));
    if (server.introspection_endpoint)
        json.add_unless_empty("introspection_endpoint_auth_methods_supported",
                              names(proving(served)));
}

} // namespace

std::string server_metadata(const server_capabilities& server) {
    json_object_writer json;
    add_endpoints(json, server);
    const auto& scopes = server.scopes_supported;
    json.add_unless_empty("scopes_supported",
                          std::vector<std::string>{scopes.begin(), scopes.end()})
        .add_unless_empty("response_types_supported", server.response_types)
        .add_unless_empty("response_modes_supported", server.response_modes)
        .add_unless_empty("grant_types_supported", server.grant_types);
    add_authentication(json, server);
    json.add_unless_empty("code_challenge_methods_supported", server.code_challenge_methods)
        .add_flag("authorization_response_iss_parameter_supported", server.iss_in_responses)
        .add_unless_empty("protected_resources", server.protected_resources)
        .add_unless_empty("dpop_signing_alg_values_supported", server.dpop_signing_algorithms)
        .add_unless_empty("subject_types_supported", server.subject_types)
        .add_unless_empty("id_token_signing_alg_values_supported",
                          server.id_token_signing_algorithms)
        .add_flag("request_parameter_supported", false)
        .add_flag("request_uri_parameter_supported", false)
        .add_if("service_documentation", server.service_documentation)
        .add_if("op_policy_uri", server.policy_uri)
        .add_if("op_tos_uri", server.tos_uri);
    return json.take();
}

std::vector<std::string> server_metadata_paths(const issuer_identifier& issuer) {
    const std::string oauth = "/.well-known/oauth-authorization-server";
    const std::string openid = "/.well-known/openid-configuration";
    const std::string path{issuer.location().path()};
    if (path.empty()) return {oauth, openid};
    return {oauth + path, openid + path, path + openid, path + oauth};
}

} // namespace v0
} // namespace mcp_oauth
