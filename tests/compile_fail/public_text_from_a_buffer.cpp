#include "mcp_oauth/rfc/6749_errors.hpp"

mcp_oauth::error describe(char (&buffer)[64]) {
// expect: use of deleted function | deleted
#if MISUSE == 1
    return mcp_oauth::error{mcp_oauth::error_code::invalid_token, buffer};
#endif
    return mcp_oauth::error{mcp_oauth::error_code::invalid_token, "bad token"};
}
