// expect: use of deleted function | overload resolution selected deleted operator
#include <ostream>

#include "mcp_oauth/base/secret.hpp"

void log(std::ostream& out, const mcp_oauth::secret& password) {
#ifndef WITHOUT_THE_MISUSE
    out << password;
#else
    out << password.reveal();
#endif
}
