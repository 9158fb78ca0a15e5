#include "testing/sockets.hpp"

#ifdef MCP_OAUTH_TESTING_HAS_POSIX

#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace mcp_oauth {
inline namespace v0 {
namespace testing {

namespace {

constexpr int pending_connections = 64;

descriptor new_socket(int family) {
    descriptor made{::socket(family, SOCK_STREAM, 0)};
    if (made) (void)::fcntl(made.number(), F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
    const int on = 1;
    if (made) (void)::setsockopt(made.number(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    return made;
}

template <class Address> const sockaddr* generic(const Address& address) noexcept {
    return reinterpret_cast<const sockaddr*>(&address);
}

} // namespace

descriptor::~descriptor() {
    if (number_ < 0) return;
    (void)::shutdown(number_, SHUT_RDWR);
    (void)::close(number_);
}

long send_quietly(int to, const void* octets, std::size_t count) noexcept {
#ifdef MSG_NOSIGNAL
    return static_cast<long>(::send(to, octets, count, MSG_NOSIGNAL));
#else
    return static_cast<long>(::send(to, octets, count, 0));
#endif
}

void never_block(int socket) noexcept {
    (void)::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL, 0) | O_NONBLOCK);
}
void never_delay(int socket) noexcept {
    const int on = 1;
    (void)::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

descriptor listen_on_loopback(std::uint16_t& port) {
    auto made = new_socket(AF_INET);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (!made || ::bind(made.number(), generic(address), size) != 0 ||
        ::listen(made.number(), pending_connections) != 0 ||
        ::getsockname(made.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return {};
    port = ntohs(address.sin_port);
    return made;
}

descriptor connect_to_port(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return {};
    descriptor connected;
    for (const auto* each = found; each != nullptr && !connected; each = each->ai_next) {
        auto made = new_socket(each->ai_family);
        if (made && ::connect(made.number(), each->ai_addr, each->ai_addrlen) == 0)
            connected = std::move(made);
    }
    ::freeaddrinfo(found);
    return connected;
}

descriptor connect_to_socket(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return {};
    std::memcpy(address.sun_path, path.data(), path.size());
    auto made = new_socket(AF_UNIX);
    if (!made || ::connect(made.number(), generic(address), sizeof address) != 0) return {};
    return made;
}

std::pair<descriptor, descriptor> connected_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return {};
    for (const int end : ends) (void)::fcntl(end, F_SETFD, FD_CLOEXEC);
    return {descriptor{ends[0]}, descriptor{ends[1]}};
}

} // namespace testing
} // namespace v0
} // namespace mcp_oauth

#endif
