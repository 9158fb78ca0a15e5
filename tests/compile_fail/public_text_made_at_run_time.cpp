// expect: could not convert | no viable conversion | no matching constructor
#include <string>

#include "mcp_oauth/rfc/6749_errors.hpp"

mcp_oauth::error describe(const std::string& token) {
#ifndef WITHOUT_THE_MISUSE
    return mcp_oauth::error{mcp_oauth::error_code::invalid_token, "bad token " + token};
#else
    (void)token;
    return mcp_oauth::error{mcp_oauth::error_code::invalid_token, "bad token"};
#endif
}
