#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/catch.hpp"

/// A socket that listens on the loopback, at a port that was free.
class listener {
public:
    explicit listener(int backlog = 8) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        auto* const name = reinterpret_cast<sockaddr*>(&at);
        REQUIRE(::bind(socket_, name, size) == 0);
        REQUIRE(::listen(socket_, backlog) == 0);
        REQUIRE(::getsockname(socket_, name, &size) == 0);
        address_ = at;
    }
    ~listener() { (void)::close(socket_); }
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    [[nodiscard]] int port() const noexcept { return ntohs(address_.sin_port); }
    /// The next connection, or a negative number once the listening has ended.
    [[nodiscard]] int accept() const { return ::accept(socket_, nullptr, nullptr); }
    /// Lets `socket` begin to connect. Returns: whether it did so at once.
    bool let_connect(int socket) const {
        return ::connect(socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) ==
               0;
    }
    void end() const { (void)::shutdown(socket_, SHUT_RDWR); }

private:
    int socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address_{};
};
