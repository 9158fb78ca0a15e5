#include <string>

#include "mcp_oauth/rfc/6749_errors.hpp"

mcp_oauth::error describe(const std::string& token) {
// expect: could not convert | no viable conversion | no matching constructor
#if MISUSE == 1
    return mcp_oauth::error{mcp_oauth::error_code::invalid_token, "bad token " + token};
#endif
    return mcp_oauth::error{mcp_oauth::error_code::invalid_token, "bad token"};
}
