#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"

/// RFC 6750, as OAuth 2.1 §5 narrows it: how a token comes with a request, and what is said when it
/// does not do.
namespace mcp_oauth {
inline namespace v0 {

/// The bearer token of a request (OAuth 2.1 §5.1.1).
///
/// Checks:  one `Authorization` field at most (OA21-RS-05, ATK-RS-02); the scheme `Bearer` in any
///          case, one or more spaces, and a token68 up to the end (OA21-RS-02, ATK-RS-03). A form
///          body that holds another `access_token` beside the header is a second transport
///          (OA21-RS-05).
/// Ignores: `access_token` in the query (OA21-RS-03) and, without the header, in the body
///          (OA21-RS-04).
/// Errors:  `invalid_request`.
/// Returns: a view into the request; nothing where there is no token. Another scheme counts as
///          none.
[[nodiscard]] MCP_OAUTH_EXPORT expected<std::optional<std::string_view>, error>
bearer_token(const http_request& request);

/// What every challenge of one resource has in common.
struct bearer_challenge_context {
    /// Where the metadata of the resource is (RFC 9728 §5.1; MCP-PRM-04). From configuration.
    std::string resource_metadata;
    /// All that the request needs, not what the token has (BEAR-03; MCP-SCO-01, MCP-SCO-06).
    scope_set scope;
    std::string realm; ///< left out where it is empty
};

/// The `WWW-Authenticate` for a request without a token: no `error`, since nobody made one
/// (OA21-RS-07, MCP-ERR-02).
[[nodiscard]] MCP_OAUTH_EXPORT std::string
bearer_challenge(const bearer_challenge_context& context);

/// The `WWW-Authenticate` for `why`, one of `invalid_request`, `invalid_token` and
/// `insufficient_scope` (RFC 6750 §3; BEAR-01, BEAR-02, MCP-SCO-05, MCP-ERR-03).
///
/// Each parameter comes once, and holds nothing of the request (OA21-RS-09, ATK-RS-07).
[[nodiscard]] MCP_OAUTH_EXPORT std::string bearer_challenge(const bearer_challenge_context& context,
                                                            const error& why);

} // namespace v0
} // namespace mcp_oauth
