#include "mcp_oauth/rfc/7636_pkce.hpp"

mcp_oauth::pkce_proof skip(const mcp_oauth::missing_pkce_waiver& granted) {
// expect: is private within this context | private constructor
#if MISUSE == 1
    return mcp_oauth::pkce_proof::waived_by_migration(mcp_oauth::missing_pkce_waiver{});
#endif
    return mcp_oauth::pkce_proof::waived_by_migration(granted);
}
