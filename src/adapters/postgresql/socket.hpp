#pragma once

#include <chrono>
#include <cstdint>

/// Waiting for a socket: the only part of this adapter that depends on the operating system.
namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

using steady_clock = std::chrono::steady_clock;
using deadline = steady_clock::time_point;

enum class until : std::uint8_t { readable, writable, either };

/// Returns: whether the socket became ready before `end`. An error on it counts as ready: whoever
/// then reads or writes is told.
[[nodiscard]] bool wait(int socket, until what, deadline end) noexcept;

/// Whether something arrived, the peer's farewell included. Does not wait.
[[nodiscard]] bool has_arrivals(int socket) noexcept;

/// Makes a close discard what was not delivered yet, and tell the peer by a reset.
void drop_unsent_at_close(int socket) noexcept;

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
