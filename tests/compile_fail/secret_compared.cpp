// expect: no match for 'operator==' | invalid operands to binary expression
#include "mcp_oauth/base/secret.hpp"

bool same(const mcp_oauth::secret& a, const mcp_oauth::secret& b) {
#ifndef WITHOUT_THE_MISUSE
    return a == b;
#else
    return equal_in_constant_time(a, b);
#endif
}
