#include <string>

#include "mcp_oauth/base/expected.hpp"

mcp_oauth::expected<std::string, int> load();

void misuse() {
// expect: ignoring return value | ignoring returned value
#if MISUSE == 1
    load();
#endif
    (void)load();
}
