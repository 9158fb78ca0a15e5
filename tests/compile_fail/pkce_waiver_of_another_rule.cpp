#include "mcp_oauth/rfc/7636_pkce.hpp"

mcp_oauth::pkce_proof skip(const mcp_oauth::plain_pkce_waiver& plain,
                           const mcp_oauth::missing_pkce_waiver& missing) {
// expect: cannot convert | no matching | no viable conversion | no known conversion | invalid init
#if MISUSE == 1
    return mcp_oauth::pkce_proof::waived_by_migration(plain);
#endif
    return mcp_oauth::pkce_proof::waived_by_migration(missing);
}
