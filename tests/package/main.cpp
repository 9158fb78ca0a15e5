// The program that every consumer builds. It needs the compiled part, so it proves the link too.
#include <mcp_oauth/base/crypto.hpp>
#include <mcp_oauth/base/version.hpp>
#if __has_include(<mcp_oauth/mcp_oauth.hpp>)
#include <mcp_oauth/mcp_oauth.hpp>
#endif

int main() {
    static_assert(MCP_OAUTH_VERSION >= 100);
    return mcp_oauth::sha256("abc")[0] == 0xba ? 0 : 1; // FIPS 180-4: ba7816bf…
}
