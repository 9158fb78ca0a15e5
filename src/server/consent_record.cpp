#include "server/consent_record.hpp"

#include <algorithm>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "server/record_keys.hpp"

namespace mcp_oauth {
inline namespace v0 {

std::string consent_key(const server_state& server, const ticket& t, const scope_set& scopes) {
    std::vector<std::string> sorted(scopes.begin(), scopes.end());
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::string> resources = t.resources;
    std::sort(resources.begin(), resources.end());
    octet_writer all;
    all.field(t.user->subject);
    all.field(t.client_id);
    all.field(t.redirect_uri);
    for (const auto& resource : resources) all.field(resource);
    all.field("");
    for (const auto& scope : sorted) all.field(scope);
    const auto& ring = server.ring();
    const auto name = ring.mac(key_purpose::consent_record, ring.current(), all.view());
    return record_keys::consent(server.common->issuer, base64url(as_view(*name)));
}

std::optional<record> consent_record(const exchange& x, const ticket& t, const scope_set& scopes) {
    record r;
    if (!x.server().random.fill(r.version.data(), r.version.size())) return std::nullopt;
    r.key = consent_key(x.server(), t, scopes);
    r.kind = record_kind::consent;
    r.subject_owner = record_keys::subject_owner(x.server().common->issuer, t.user->subject);
    r.client_owner = record_keys::client_owner(x.server().common->issuer, t.client_id);
    r.expires_at = x.arrived() + x.rules().consent.lifetime;
    json_object_writer body;
    body.add("v", std::int64_t{1}).add("expires_at", to_unix_ms(r.expires_at));
    r.body = body.take();
    return r;
}

bool consent_counts(const record& stored, instant now) {
    const auto body = json_document::parse(stored.body);
    if (!body) return false;
    const auto end = body->root().integer_at("expires_at");
    return end && now < from_unix_ms(*end);
}

bool may_remember(const policy& rules, const std::string& redirect_uri) {
    if (rules.consent.remember != remembered_consent::for_https_redirects) return false;
    const auto parsed = uri::parse(redirect_uri);
    return parsed && parsed->scheme_is("https") && !parsed->host_is_loopback();
}

} // namespace v0
} // namespace mcp_oauth
