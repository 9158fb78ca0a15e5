#pragma once

#include <string>
#include <vector>

#include "mcp_message.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/server/resource_server.hpp"
#include "mcp_tools.hpp"

namespace mcp_server {

/// The MCP endpoint: Streamable HTTP with one JSON answer per POST, for the revisions that begin
/// with `initialize` (2025-03-26, 2025-06-18, 2025-11-25) and for the stateless one (2026-07-28).
///
/// It opens no sessions and no streams: every request carries its token, and all that the tools
/// know hangs on the user. A host that does open sessions hands out `resource_server::open_session`
/// IDs in the answer to `initialize`; the check on the way in is here already.
///
/// Threads: any.
class mcp_endpoint {
public:
    explicit mcp_endpoint(const mcp_oauth::resource_server& gate)
        : gate_(gate), needed_(needed_scopes()) {}

    /// Every method, with the whole body read. The gate comes first: nothing of the body is parsed
    /// for a stranger.
    [[nodiscard]] mcp_oauth::http_response respond(const mcp_oauth::http_request& request);

private:
    using response = mcp_oauth::http_response;
    using principal = mcp_oauth::principal;

    [[nodiscard]] response post(const mcp_oauth::http_request& request, const principal& caller);
    [[nodiscard]] response single(const mcp_oauth::http_request& request, const json& value,
                                  const principal& caller);
    [[nodiscard]] response batch(const mcp_oauth::http_request& request, const json& values,
                                 const principal& caller);
    [[nodiscard]] rpc_answer call(const rpc_message& message, bool stateless,
                                  const principal& caller);
    [[nodiscard]] rpc_answer call_tool_of(const rpc_message& message, const principal& caller);

    const mcp_oauth::resource_server& gate_;
    const mcp_oauth::scope_table needed_;
    notebook notes_;
};

} // namespace mcp_server
