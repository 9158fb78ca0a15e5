#include "server/access_request.hpp"

#include <algorithm>
#include <string_view>

#include "mcp_oauth/rfc/8707_resource_indicators.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

bool names(std::string_view requested, const std::string& granted) {
    if (requested == granted) return true;
    const auto resource = resource_identifier::parse(granted);
    return resource && resource->same_as(requested);
}

scope_set still_offered(const scope_set& granted, const scope_set& offered) {
    if (offered.contains_all(granted)) return granted;
    scope_set left;
    for (const auto& each : granted)
        if (offered.contains(each)) left.add(each);
    return left;
}

bool is_served(const std::string& granted, const server_state& server) {
    const auto& served = server.common->resources;
    return std::any_of(served.begin(), served.end(),
                       [&](const auto& each) { return each.same_as(granted); });
}

/// Returns: false where the request asks for what is not granted, or nothing is left of it.
bool narrow_scope(access_request& access, const parameters& body, const server_state& server) {
    const auto scope = body.find("scope");
    if (!scope) return !access.scope.empty();
    const auto requested = scope_set::parse(*scope);
    if (!requested || !server.hierarchy.satisfies(access.scope, *requested)) return false;
    access.scope = *requested;
    return server.common->scopes_supported.contains_all(access.scope);
}

/// A token is for one resource: scopes that two would share cannot be told apart (AT-08).
bool narrow_resource(access_request& access, const grant& g, const parameters& body,
                     const server_state& server) {
    const auto find = [&](auto fits) {
        const auto found = std::find_if(g.resources.begin(), g.resources.end(), fits);
        return found == g.resources.end() || !is_served(*found, server) ? nullptr : &*found;
    };
    const std::string* chosen = nullptr;
    for (const auto text : body.find_all("resource")) {
        const auto* const named = find([&](const auto& each) { return names(text, each); });
        if (named == nullptr || (chosen != nullptr && chosen != named)) return false;
        chosen = named;
    }
    if (chosen == nullptr) chosen = find([&](const auto& each) { return is_served(each, server); });
    if (chosen != nullptr) access.resource = *chosen;
    return chosen != nullptr || g.resources.empty();
}

} // namespace

access_request narrow(const grant& g, const parameters& body, const server_state& server) {
    access_request access;
    access.scope = still_offered(g.scope, server.common->scopes_supported);
    if (!narrow_scope(access, body, server))
        access.fit = request_fit::invalid_scope;
    else if (!narrow_resource(access, g, body, server))
        access.fit = request_fit::invalid_target;
    return access;
}

} // namespace v0
} // namespace mcp_oauth
