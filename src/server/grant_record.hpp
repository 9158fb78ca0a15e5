#pragma once

#include <algorithm>

#include "mcp_oauth/grant/record.hpp"
#include "mcp_oauth/grant/transition.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/server/policy.hpp"
#include "server/record_keys.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// `g` as a record of the store, written under `version`.
///
/// It may be cleaned away once nothing of the grant can be presented any more: a live one after its
/// absolute end (not its idle end: replays of an idle grant stay recognisable), one that never
/// lived after its code and every page of its ticket have expired, or a second page would begin it
/// anew.
[[nodiscard]] inline record to_record(const grant& g, const record_version& version,
                                      const policy& rules, std::string_view issuer) {
    const auto margin = (std::max)(rules.operation_limit, milliseconds{60'000});
    record r;
    r.key = record_keys::grant(issuer, g.id);
    r.kind = record_kind::grant;
    r.version = version;
    r.subject_owner = record_keys::subject_owner(issuer, g.subject);
    r.client_owner = record_keys::client_owner(issuer, g.client_id);
    r.expires_at = (g.life.redeemed_at ? g.life.absolute_end
                                       : g.life.code_deadline + 2 * rules.consent.page_lifetime) +
                   margin;
    r.body = encode(g);
    return r;
}

/// The policy as far as it concerns the state machine of `g`.
[[nodiscard]] inline grant_rules rules_for(const grant& g, const policy& p) {
    grant_rules rules;
    rules.retry_window = p.refresh.retry_window;
    rules.retry_depth = p.refresh.retry_depth;
    rules.operation_limit = p.operation_limit;
    rules.idle = p.refresh.idle;
    rules.min_epoch = p.min_epoch;
    const bool is_public = g.method == client_authentication_method::none;
    rules.rotate = is_public ? g.life.jkt.empty() || p.refresh.bound == bound_rotation::rotate
                             : p.refresh.confidential == confidential_rotation::rotate;
    return rules;
}

} // namespace v0
} // namespace mcp_oauth
