// expect: use of deleted function | call to deleted constructor
#include "mcp_oauth/base/secret.hpp"

mcp_oauth::secret duplicate(const mcp_oauth::secret& password) {
#ifndef WITHOUT_THE_MISUSE
    return password;
#else
    return password.clone();
#endif
}
