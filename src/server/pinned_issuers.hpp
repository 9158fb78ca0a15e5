#pragma once

#include <vector>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/server/resource_server.hpp"
#include "server/key_refresh.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The issuers of a configuration, each once and with its keys, or where they are.
///
/// Checks: identifiers, which are all different; not both `jwks` and `jwks_uri`, and what is there
///         is one; `algorithms` is not empty; leeway at most a minute; 1 s <= between fetches <=
///         shortest <= longest <= a day, and while unreachable no more than a week; an audience
///         by name only for one resource.
/// Errors: the first fault.
[[nodiscard]] expected<std::vector<pinned_issuer>, config_error>
pin(const resource_server_config& config);

} // namespace v0
} // namespace mcp_oauth
