#pragma once

#include <cstring>
#include <optional>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#endif

#include "mcp_oauth/grammar/ip_address.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The address in a socket address.
///
/// Errors: nothing for a family other than IPv4 and IPv6, and for an IPv6 address with a scope: it
///         names an interface, and no two machines agree on those.
[[nodiscard]] inline std::optional<ip_address> address_in(const sockaddr* socket) noexcept {
    // Copied octet by octet: the object behind a `sockaddr` is of another type.
    if (socket->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, socket, sizeof v4);
        ip_address::v4_octets octets{};
        std::memcpy(octets.data(), &v4.sin_addr, octets.size());
        return ip_address{octets};
    }
    if (socket->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, socket, sizeof v6);
        if (v6.sin6_scope_id != 0) return std::nullopt;
        ip_address::v6_octets octets{};
        std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
        return ip_address{octets};
    }
    return std::nullopt;
}

} // namespace v0
} // namespace mcp_oauth
