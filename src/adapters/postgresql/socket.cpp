#include "adapters/postgresql/socket.hpp"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

namespace {

short events_of(until what) noexcept {
    switch (what) {
    case until::readable: return POLLIN;
    case until::writable: return POLLOUT;
    case until::either: return POLLIN | POLLOUT;
    }
    return POLLIN;
}

} // namespace

bool wait(int socket, until what, deadline end) noexcept {
    constexpr std::int64_t longest = 60'000; // a poll's time is an `int`
    pollfd waited{socket, events_of(what), 0};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
        if (left.count() <= 0) return false;
        const int ready = ::poll(&waited, 1, static_cast<int>(std::min(left.count(), longest)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

bool has_arrivals(int socket) noexcept {
    pollfd looked_at{socket, POLLIN, 0};
    return ::poll(&looked_at, 1, 0) != 0;
}

void drop_unsent_at_close(int socket) noexcept {
    const linger none{1, 0};
    static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_LINGER, &none, sizeof none));
}

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
