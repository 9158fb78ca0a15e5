// expect: is private within this context | private constructor
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"

using mcp_oauth::verified_access_token;

mcp_oauth::expected<verified_access_token, mcp_oauth::token_refusal>
believe(std::string_view token, const mcp_oauth::key_set& keys,
        const mcp_oauth::access_token_expectations& expected) {
#ifndef WITHOUT_THE_MISUSE
    (void)token;
    (void)keys;
    (void)expected;
    return verified_access_token{mcp_oauth::access_token_claims{}};
#else
    return mcp_oauth::verify_access_token(token, keys, expected);
#endif
}
