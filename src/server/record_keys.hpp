#pragma once

#include <string>
#include <string_view>

#include "mcp_oauth/grant/handle.hpp"
#include "mcp_oauth/server/grant_listing.hpp"

/// What records are called in the store, and whom they belong to. Every name begins with the
/// issuer, so several issuers may share a store; an issuer has no `#` (RFC 8414 §2: no fragment),
/// so the names of two issuers never meet.
namespace mcp_oauth {
inline namespace v0 {
namespace record_keys {

[[nodiscard]] inline std::string join(std::string_view issuer, std::string_view kind,
                                      std::string_view id) {
    std::string key;
    key.reserve(issuer.size() + kind.size() + id.size());
    key.append(issuer).append(kind).append(id);
    return key;
}

/// `id` as text: what an access token carries.
[[nodiscard]] inline std::string grant(std::string_view issuer, std::string_view id) {
    return join(issuer, "#grant/", id);
}
[[nodiscard]] inline std::string grant(std::string_view issuer, const grant_id& id) {
    return grant(issuer, std::string_view{to_text(id)});
}
[[nodiscard]] inline std::string client(std::string_view issuer, std::string_view client_id) {
    return join(issuer, "#client/", client_id);
}
/// `digest` names user, client, redirect, resource and scopes together.
[[nodiscard]] inline std::string consent(std::string_view issuer, std::string_view digest) {
    return join(issuer, "#consent/", digest);
}
/// `digest` names target, key and `jti` together.
[[nodiscard]] inline std::string dpop_proof(std::string_view issuer, std::string_view digest) {
    return join(issuer, "#dpop_proof/", digest);
}
[[nodiscard]] inline std::string secret_check(std::string_view issuer) {
    return join(issuer, "#secret_check", {});
}
[[nodiscard]] inline std::string signing_keys(std::string_view issuer) {
    return join(issuer, "#signing_keys", {});
}

/// `record::subject_owner`.
[[nodiscard]] inline std::string subject_owner(std::string_view issuer, std::string_view subject) {
    return join(issuer, "#subject/", subject);
}
/// `record::client_owner`.
[[nodiscard]] inline std::string client_owner(std::string_view issuer, std::string_view client_id) {
    return join(issuer, "#client/", client_id);
}
[[nodiscard]] inline std::string owner(std::string_view issuer, const grant_owner& whose) {
    return whose.is_subject() ? subject_owner(issuer, whose.id())
                              : client_owner(issuer, whose.id());
}

} // namespace record_keys
} // namespace v0
} // namespace mcp_oauth
