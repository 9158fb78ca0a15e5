#include "mcp_oauth/rfc/7636_pkce.hpp"

mcp_oauth::expected<mcp_oauth::code_challenge, mcp_oauth::error> read(std::string_view text) {
// expect: is private within this context | private constructor
#if MISUSE == 1
    return mcp_oauth::code_challenge{text};
#endif
    return mcp_oauth::code_challenge::parse(text);
}
