// What a server says of itself when a session begins: a peer that says anything, and can do nothing.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <thread>

#include "database.hpp"

using namespace postgresql_tests;

namespace {

/// A message of the server (chapter "Message Formats" of PostgreSQL's manual).
std::string message(char type, const std::string& content) {
    const auto size = htonl(static_cast<std::uint32_t>(content.size() + 4));
    return type + std::string{reinterpret_cast<const char*>(&size), sizeof size} + content;
}
std::string parameter(const std::string& name, const std::string& value) {
    return message('S', name + '\0' + value + '\0');
}

/// Lets one client in without a password, and hangs up at its first statement.
class server_of_version {
public:
    explicit server_of_version(const std::string& version)
        : greeting_(message('R', std::string(4, '\0')) + parameter("server_version", version) +
                    parameter("server_encoding", "UTF8") + parameter("in_hot_standby", "off") +
                    parameter("default_transaction_read_only", "off") + message('Z', "I")) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        auto* const name = reinterpret_cast<sockaddr*>(&at);
        REQUIRE(::bind(listener_, name, size) == 0);
        REQUIRE(::listen(listener_, 1) == 0);
        REQUIRE(::getsockname(listener_, name, &size) == 0);
        port_ = ntohs(at.sin_port);
        thread_ = std::thread([this] { let_one_in(); });
    }
    server_of_version(const server_of_version&) = delete;
    server_of_version& operator=(const server_of_version&) = delete;
    ~server_of_version() {
        (void)::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        (void)::close(listener_);
    }
    [[nodiscard]] std::string connection() const {
        return "host=127.0.0.1 port=" + std::to_string(port_) +
               " user=tester dbname=postgres sslmode=disable gssencmode=disable";
    }

private:
    void let_one_in() const {
        const int client = ::accept(listener_, nullptr, nullptr);
        if (client < 0) return;
        char octets[4096];
        if (::recv(client, octets, sizeof octets, 0) > 0) { // the start-up message
            (void)::send(client, greeting_.data(), greeting_.size(), MSG_NOSIGNAL);
            (void)::recv(client, octets, sizeof octets, 0);
        }
        (void)::close(client);
    }

    int listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    int port_ = 0;
    std::string greeting_;
    std::thread thread_;
};

} // namespace

TEST_CASE("a server before version 14 is refused, and version 14 is not", "[postgresql][open]") {
    database db;
    auto o = db.options();
    o.open_limit = 5s;
    {
        const server_of_version old{"13.99"};
        o.connection = old.connection();
        CHECK(has(database::problem(o), "older than PostgreSQL 14"));
    }
    const server_of_version oldest{"14.0"};
    o.connection = oldest.connection();
    CHECK(has(database::problem(o), "cannot be used or made")); // it went on to the schema
}
