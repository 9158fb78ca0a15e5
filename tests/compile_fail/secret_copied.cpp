#include "mcp_oauth/base/secret.hpp"

mcp_oauth::secret duplicate(const mcp_oauth::secret& password) {
// expect: use of deleted function | call to deleted constructor
#if MISUSE == 1
    return password;
#endif
    return password.clone();
}
