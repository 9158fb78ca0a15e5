// expect: could not convert | invalid initialization | no known conversion | no viable conversion
#include <string>

#include "mcp_oauth/base/secret.hpp"

void keep(const mcp_oauth::secret& password);

void read(const std::string& line) {
#ifndef WITHOUT_THE_MISUSE
    keep(line); // a copy that nobody wipes would stay behind unnoticed
#else
    keep(mcp_oauth::secret{line});
#endif
}
