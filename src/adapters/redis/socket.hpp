#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "adapters/redis/address.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace redis {

using deadline = std::chrono::steady_clock::time_point;

/// A connected stream whose every wait ends at a deadline, and whose writes raise no signal.
///
/// hiredis has sockets of its own, but bounds each read rather than the whole answer, and writes to
/// a closed peer by a call that raises SIGPIPE in the host.
class socket {
public:
    /// Tries each of the host's addresses. Errors: why none of them answered.
    [[nodiscard]] static expected<socket, std::string> connect(const address& to, deadline until);

    socket(socket&& other) noexcept;
    socket& operator=(socket&& other) noexcept;
    socket(const socket&) = delete;
    socket& operator=(const socket&) = delete;
    ~socket();

    /// Whether the peer is still there and has nothing to say: then, and only then, may a pooled
    /// connection be used again.
    [[nodiscard]] bool quiet() const noexcept;
    /// Returns: whether all of it was handed to the system. If not, the peer never sees its end.
    [[nodiscard]] bool send(std::string_view octets, deadline until) noexcept;
    /// Returns: how many octets arrived, at least one; 0 where the peer is gone or time is up.
    [[nodiscard]] std::size_t receive(char* to, std::size_t size, deadline until) noexcept;

private:
    explicit socket(int fd) noexcept : fd_(fd) {}
    int fd_;
};

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
