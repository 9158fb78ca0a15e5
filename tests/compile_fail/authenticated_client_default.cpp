// expect: no matching function | no matching constructor
#include "mcp_oauth/rfc/6749_client_authentication.hpp"

mcp_oauth::expected<mcp_oauth::authenticated_client, mcp_oauth::error>
trust(const mcp_oauth::client& known, const mcp_oauth::presented_credentials& presented,
      mcp_oauth::instant now) {
#ifndef WITHOUT_THE_MISUSE
    (void)known;
    (void)presented;
    (void)now;
    return mcp_oauth::authenticated_client{};
#else
    return mcp_oauth::authenticate_client(known, presented, now);
#endif
}
