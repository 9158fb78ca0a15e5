// expect: cannot convert | no matching | no viable conversion | no known conversion | invalid init
#include "mcp_oauth/rfc/7636_pkce.hpp"

mcp_oauth::pkce_proof skip(const mcp_oauth::plain_pkce_waiver& plain,
                           const mcp_oauth::missing_pkce_waiver& missing) {
#ifndef WITHOUT_THE_MISUSE
    (void)missing;
    return mcp_oauth::pkce_proof::waived_by_migration(plain);
#else
    (void)plain;
    return mcp_oauth::pkce_proof::waived_by_migration(missing);
#endif
}
