#include "mcp_oauth/base/secret.hpp"

bool same(const mcp_oauth::secret& a, const mcp_oauth::secret& b) {
// expect: no match for 'operator==' | invalid operands to binary expression
#if MISUSE == 1
    return a == b;
#endif
    return equal_in_constant_time(a, b);
}
