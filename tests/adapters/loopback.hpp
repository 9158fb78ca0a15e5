#pragma once

#include <httplib.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>

/// A cpp-httplib server on this machine, and a connection to it that sends what it is told to.
namespace loopback {

class server {
public:
    server() = default;
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() {
        http.stop();
        if (thread_.joinable()) thread_.join();
    }
    void start() {
        port_ = http.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { http.listen_after_bind(); });
        while (!http.is_running()) std::this_thread::yield();
    }
    [[nodiscard]] int port() const noexcept { return port_; }
    [[nodiscard]] httplib::Client client() const { return httplib::Client("127.0.0.1", port_); }

    httplib::Server http;

private:
    int port_ = 0;
    std::thread thread_;
};

class connection {
public:
    explicit connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval patience{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        connected_ =
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() { ::close(socket_); }

    [[nodiscard]] bool connected() const noexcept { return connected_; }
    void send(std::string_view octets) const {
        while (!octets.empty()) {
            const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            octets.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// Everything that comes until `end` has come, or nothing has for a second.
    [[nodiscard]] std::string receive(std::string_view end = {}) const {
        std::string received;
        char buffer[4096];
        for (;;) {
            const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
            if (count <= 0) return received;
            received.append(buffer, static_cast<std::size_t>(count));
            if (!end.empty() && received.find(end) != std::string::npos) return received;
        }
    }

private:
    int socket_;
    bool connected_ = false;
};

[[nodiscard]] inline std::size_t count(std::string_view text, std::string_view piece) {
    std::size_t found = 0;
    for (auto at = text.find(piece); at != std::string_view::npos; at = text.find(piece, at + 1))
        ++found;
    return found;
}

} // namespace loopback
