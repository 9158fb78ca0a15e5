#include "adapters/redis/socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace mcp_oauth {
inline namespace v0 {
namespace redis {
namespace {

#ifdef MSG_NOSIGNAL
constexpr int no_signal = MSG_NOSIGNAL;
#else
constexpr int no_signal = 0; // the option SO_NOSIGPIPE serves instead
#endif

std::string text_of(int error) { return std::generic_category().message(error); }

bool would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

/// Whether `event` came before the deadline. The wait is rounded up, or its end would be spun for.
bool wait_for(int fd, short event, deadline until) noexcept {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd waiting{fd, event, 0};
        const int ready =
            ::poll(&waiting, 1, static_cast<int>(std::min<long long>(left.count(), 60'000)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

bool prepare(int fd, int family) noexcept {
    const int on = 1;
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return false;
    if (::fcntl(fd, F_SETFL, O_NONBLOCK) != 0) return false;
#ifdef SO_NOSIGPIPE
    (void)::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    if (family == AF_UNIX) return true;
    (void)::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    return ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
}

/// A connected descriptor, or minus the error's number.
int connect_to(int family, const sockaddr* to, socklen_t size, deadline until) noexcept {
    const int fd = ::socket(family, SOCK_STREAM, 0);
    if (fd < 0) return -errno;
    int error = prepare(fd, family) && ::connect(fd, to, size) == 0 ? 0 : errno;
    if (error == EINPROGRESS || error == EINTR) {
        socklen_t length = sizeof error;
        if (!wait_for(fd, POLLOUT, until))
            error = ETIMEDOUT;
        else if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
            error = errno;
    }
    if (error == 0) return fd;
    (void)::close(fd);
    return -error;
}

int connect_unix(const std::string& path, deadline until) noexcept {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path.size() >= sizeof to.sun_path) return -ENAMETOOLONG;
    std::memcpy(to.sun_path, path.data(), path.size());
    return connect_to(AF_UNIX, reinterpret_cast<const sockaddr*>(&to), sizeof to, until);
}

expected<int, std::string> connect_tcp(const address& to, deadline until) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(to.host.c_str(), to.port.c_str(), &hints, &found);
    if (failed != 0) return unexpected<std::string>{::gai_strerror(failed)};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    int last = -EADDRNOTAVAIL;
    for (const auto* each = found; each != nullptr; each = each->ai_next) {
        last = connect_to(each->ai_family, each->ai_addr, each->ai_addrlen, until);
        if (last >= 0) return last;
    }
    return unexpected<std::string>{text_of(-last)};
}

} // namespace

expected<socket, std::string> socket::connect(const address& to, deadline until) {
    if (to.socket_path.empty()) {
        auto fd = connect_tcp(to, until);
        if (!fd) return unexpected<std::string>{std::move(fd).error()};
        return socket{*fd};
    }
    const int fd = connect_unix(to.socket_path, until);
    if (fd < 0) return unexpected<std::string>{text_of(-fd)};
    return socket{fd};
}

socket::socket(socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
socket& socket::operator=(socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}
socket::~socket() {
    if (fd_ >= 0) (void)::close(fd_);
}

bool socket::quiet() const noexcept {
    char octet = 0;
    return ::recv(fd_, &octet, 1, MSG_PEEK) < 0 && would_block(errno);
}

bool socket::send(std::string_view octets, deadline until) noexcept {
    while (!octets.empty()) {
        const auto sent = ::send(fd_, octets.data(), octets.size(), no_signal);
        if (sent >= 0) {
            octets.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (errno == EINTR) continue;
        if (!would_block(errno) || !wait_for(fd_, POLLOUT, until)) return false;
    }
    return true;
}

std::size_t socket::receive(char* to, std::size_t size, deadline until) noexcept {
    while (wait_for(fd_, POLLIN, until)) {
        const auto got = ::recv(fd_, to, size, 0);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno != EINTR && !would_block(errno)) return 0;
    }
    return 0;
}

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
