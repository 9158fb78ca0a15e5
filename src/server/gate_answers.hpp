#pragma once

#include "mcp_oauth/rfc/6750_bearer.hpp"
#include "server/resource_state.hpp"

/// What the gate answers where it lets nobody in.
namespace mcp_oauth {
inline namespace v0 {

/// What was wrong, and with a token of which scheme.
struct complaint {
    error why;
    token_scheme scheme;
};

/// The refusal with its challenge, for `scope`.
[[nodiscard]] http_response refuse_with(const resource_server::state& server,
                                        const guarded_resource& resource, const scope_set& scope,
                                        const complaint& about);

/// The 401 where there is no token.
[[nodiscard]] http_response ask_for_token(const resource_server::state& server,
                                          const guarded_resource& resource, const scope_set& scope);

/// The 503 where nobody can tell.
[[nodiscard]] http_response try_again();

} // namespace v0
} // namespace mcp_oauth
