// expect: is private within this context | private constructor
#include "mcp_oauth/rfc/7636_pkce.hpp"

mcp_oauth::pkce_proof skip(const mcp_oauth::missing_pkce_waiver& granted) {
#ifndef WITHOUT_THE_MISUSE
    (void)granted;
    return mcp_oauth::pkce_proof::waived_by_migration(mcp_oauth::missing_pkce_waiver{});
#else
    return mcp_oauth::pkce_proof::waived_by_migration(granted);
#endif
}
