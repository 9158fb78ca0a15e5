// expect: is private within this context | private constructor
#include "mcp_oauth/rfc/7636_pkce.hpp"

mcp_oauth::expected<mcp_oauth::code_challenge, mcp_oauth::error> read(std::string_view text) {
#ifndef WITHOUT_THE_MISUSE
    return mcp_oauth::code_challenge{text};
#else
    return mcp_oauth::code_challenge::parse(text);
#endif
}
