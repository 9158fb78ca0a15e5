// expect: assigned is only what moves without throwing
#include "mcp_oauth/base/expected.hpp"

struct fragile {
    fragile() = default;
    fragile(fragile&&) noexcept(false) {}
};

void assign(mcp_oauth::expected<fragile, int>& target) {
#ifndef WITHOUT_THE_MISUSE
    target = fragile{};
#else
    (void)target;
#endif
}
