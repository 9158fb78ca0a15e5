#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#define MCP_OAUTH_TESTING_HAS_POSIX 1

/// The few things that the kit asks of POSIX sockets.
namespace mcp_oauth {
inline namespace v0 {
namespace testing {

/// A file descriptor, closed in the end.
class descriptor {
public:
    descriptor() noexcept = default;
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~descriptor(); // shuts a socket down, though a forked child may still hold it

    [[nodiscard]] int number() const noexcept { return number_; }
    /// The caller closes it.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }
    explicit operator bool() const noexcept { return number_ >= 0; }

private:
    int number_ = -1;
};

/// Sends without the signal that ends a process whose peer is gone. Returns: as `send`.
long send_quietly(int to, const void* octets, std::size_t count) noexcept;
void never_block(int socket) noexcept;
void never_delay(int socket) noexcept;

/// Each is without a number where it fails.
descriptor listen_on_loopback(std::uint16_t& port);
descriptor connect_to_port(const std::string& host, std::uint16_t port);
descriptor connect_to_socket(const std::string& path);
/// Two ends of one stream, for two threads or processes.
std::pair<descriptor, descriptor> connected_pair();

} // namespace testing
} // namespace v0
} // namespace mcp_oauth

#endif
