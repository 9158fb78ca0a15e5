#pragma once

#include <optional>
#include <string_view>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Where clients are found, for a host that keeps a client table of its own.
///
/// Without one, the authorization server combines the configured clients with those that registered
/// themselves (RFC 7591), which are records of the store. Configured clients always come first.
///
/// Ordering: a disabled or deleted client is seen as such by the next call.
/// Errors:   `unavailable` where it cannot be told (503, never `invalid_client`); nothing for a
///           client that does not exist.
/// Threads:  called concurrently. Must not call back into the library.
class MCP_OAUTH_EXPORT client_registry {
public:
    virtual ~client_registry();
    /// Compares octet for octet: a client under another ID than the one asked for counts as none.
    [[nodiscard]] virtual expected<std::optional<client>, unavailable>
    find(std::string_view client_id) = 0;
};

} // namespace v0
} // namespace mcp_oauth
