#include "mcp_oauth/base/random.hpp"

#include <algorithm>

#include <openssl/rand.h>

#include "base/openssl_handles.hpp"

namespace mcp_oauth {
inline namespace v0 {

random_source::~random_source() = default;

bool system_random::fill(std::uint8_t* octets, std::size_t count) noexcept {
    const error_mark mark;
    constexpr std::size_t most_at_once = 1U << 30U; // OpenSSL counts in int
    while (count > 0) {
        const auto now = std::min(count, most_at_once);
        if (RAND_bytes(octets, static_cast<int>(now)) != 1) return false;
        octets += now;
        count -= now;
    }
    return true;
}

} // namespace v0
} // namespace mcp_oauth
