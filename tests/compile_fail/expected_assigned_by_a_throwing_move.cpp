#include "mcp_oauth/base/expected.hpp"

struct fragile {
    fragile() = default;
    fragile(fragile&&) noexcept(false) {}
};

void assign(mcp_oauth::expected<fragile, int>& target) {
// expect: assigned is only what moves without throwing
#if MISUSE == 1
    target = fragile{};
#endif
}
