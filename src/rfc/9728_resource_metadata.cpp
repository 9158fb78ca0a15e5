#include "mcp_oauth/rfc/9728_resource_metadata.hpp"

#include <string_view>

#include "mcp_oauth/grammar/json_writer.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {
constexpr std::string_view suffix = "oauth-protected-resource";
}

std::string resource_metadata(const protected_resource& resource) {
    std::vector<std::string> scopes;
    for (const auto& scope : resource.scopes_supported)
        if (scope != "offline_access") scopes.push_back(scope);
    json_object_writer json;
    json.add("resource", resource.id.text())
        .add_unless_empty("authorization_servers", resource.authorization_servers)
        .add_unless_empty("scopes_supported", scopes)
        .add("bearer_methods_supported", std::vector<std::string>{"header"})
        .add_unless_empty("resource_name", resource.resource_name)
        .add_unless_empty("resource_documentation", resource.resource_documentation)
        .add_unless_empty("dpop_signing_alg_values_supported", resource.dpop_signing_algorithms);
    if (resource.dpop_bound_access_tokens_required)
        json.add_flag("dpop_bound_access_tokens_required", true);
    return json.take();
}

std::string metadata_url(const resource_identifier& resource) {
    return well_known_inserted(resource.location(), suffix);
}

std::string metadata_path(const resource_identifier& resource) {
    const auto url = metadata_url(resource);
    const auto begin = resource.location().origin().size();
    const auto end = url.find('?');
    return url.substr(begin, end == std::string::npos ? end : end - begin);
}

std::string root_metadata_path() { return "/.well-known/" + std::string{suffix}; }

} // namespace v0
} // namespace mcp_oauth
