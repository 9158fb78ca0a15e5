#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"

using mcp_oauth::verified_access_token;

mcp_oauth::expected<verified_access_token, mcp_oauth::token_refusal>
believe(std::string_view token, const mcp_oauth::key_set& keys,
        const mcp_oauth::access_token_expectations& expected) {
// expect: no matching function | no matching constructor
#if MISUSE == 1
    return verified_access_token{};
// expect: is private within this context | private constructor
#elif MISUSE == 2
    return verified_access_token{mcp_oauth::access_token_claims{}};
#endif
    return mcp_oauth::verify_access_token(token, keys, expected);
}
