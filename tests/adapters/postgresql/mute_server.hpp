#pragma once

#include <cerrno>
#include <string>
#include <thread>

#include "support/listener.hpp"

/// A peer that says of itself what it is told to, lets one session in, and answers nothing more.
namespace postgresql_tests {

class mute_server {
public:
    explicit mute_server(const std::string& version)
        : greeting_(message('R', std::string(4, '\0')) + parameter("server_version", version) +
                    parameter("server_encoding", "UTF8") + parameter("in_hot_standby", "off") +
                    parameter("default_transaction_read_only", "off") + message('Z', "I")) {
        thread_ = std::thread([this] { let_one_in(); });
    }
    mute_server(const mute_server&) = delete;
    mute_server& operator=(const mute_server&) = delete;
    ~mute_server() {
        if (thread_.joinable()) (void)was_reset();
    }
    [[nodiscard]] std::string connection() const {
        return "host=127.0.0.1 port=" + std::to_string(listener_.port()) +
               " user=tester dbname=postgres sslmode=disable gssencmode=disable";
    }
    /// Once the client has closed the session: whether it did so by a reset.
    [[nodiscard]] bool was_reset() {
        listener_.end();
        thread_.join();
        return reset_;
    }

private:
    // Chapter "Message Formats" of PostgreSQL's manual.
    static std::string message(char type, const std::string& content) {
        const auto size = htonl(static_cast<std::uint32_t>(content.size() + 4));
        return type + std::string{reinterpret_cast<const char*>(&size), sizeof size} + content;
    }
    static std::string parameter(const std::string& name, const std::string& value) {
        return message('S', name + '\0' + value + '\0');
    }

    void let_one_in() {
        const int client = listener_.accept();
        if (client < 0) return;
        char octets[4096];
        ssize_t got = ::recv(client, octets, sizeof octets, 0); // the start-up message
        (void)::send(client, greeting_.data(), greeting_.size(), MSG_NOSIGNAL);
        while (got > 0) got = ::recv(client, octets, sizeof octets, 0);
        reset_ = got < 0 && errno == ECONNRESET;
        (void)::close(client);
    }

    const listener listener_{1};
    std::string greeting_;
    bool reset_ = false;
    std::thread thread_;
};

} // namespace postgresql_tests
