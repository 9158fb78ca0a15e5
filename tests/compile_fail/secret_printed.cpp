#include <ostream>

#include "mcp_oauth/base/secret.hpp"

void log(std::ostream& out, const mcp_oauth::secret& password) {
// expect: use of deleted function | overload resolution selected deleted operator
#if MISUSE == 1
    out << password;
#endif
    out << password.reveal();
}
