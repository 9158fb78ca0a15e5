// expect: use of deleted function | deleted
#include "mcp_oauth/rfc/6749_errors.hpp"

mcp_oauth::error describe(char (&buffer)[64]) {
#ifndef WITHOUT_THE_MISUSE
    return mcp_oauth::error{mcp_oauth::error_code::invalid_token, buffer};
#else
    (void)buffer;
    return mcp_oauth::error{mcp_oauth::error_code::invalid_token, "bad token"};
#endif
}
