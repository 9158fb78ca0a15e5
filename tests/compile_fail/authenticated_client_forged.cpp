#include "mcp_oauth/rfc/6749_client_authentication.hpp"

mcp_oauth::expected<mcp_oauth::authenticated_client, mcp_oauth::error>
trust(const mcp_oauth::client& known, const mcp_oauth::presented_credentials& presented,
      mcp_oauth::instant now) {
// expect: no matching function | no matching constructor
#if MISUSE == 1
    return mcp_oauth::authenticated_client{};
// expect: is private within this context | private constructor
#elif MISUSE == 2
    return mcp_oauth::authenticated_client{known};
#endif
    return mcp_oauth::authenticate_client(known, presented, now);
}
