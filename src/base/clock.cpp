#include "mcp_oauth/base/clock.hpp"

namespace mcp_oauth {
inline namespace v0 {

clock::~clock() = default;

instant system_clock::now() const noexcept {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

} // namespace v0
} // namespace mcp_oauth
