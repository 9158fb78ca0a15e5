// expect: ignoring return value | ignoring returned value
#include <string>

#include "mcp_oauth/base/expected.hpp"

mcp_oauth::expected<std::string, int> load();

void misuse() {
#ifndef WITHOUT_THE_MISUSE
    load();
#else
    (void)load();
#endif
}
