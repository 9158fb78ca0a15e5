#include <string>

#include "mcp_oauth/base/secret.hpp"

void keep(const mcp_oauth::secret& password);

void read(const std::string& line) {
// expect: could not convert | invalid initialization | no known conversion | no viable conversion
#if MISUSE == 1
    keep(line); // a copy that nobody wipes would stay behind unnoticed
#endif
    keep(mcp_oauth::secret{line});
}
