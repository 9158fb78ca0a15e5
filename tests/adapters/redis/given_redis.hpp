#pragma once

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "mcp_oauth/adapters/redis.hpp"
#include "mcp_oauth/testing/fault_proxy.hpp"
#include "ports/records.hpp"
#include "support/catch.hpp"

/// A Redis server that a test may do anything to, and stores in it that share no key.
namespace given_redis {

using namespace record_tests;

/// What a command of the shell prints, without the last line's end.
inline std::string output_of(const std::string& shell_command) {
    FILE* pipe = ::popen((shell_command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
        text.push_back(static_cast<char>(c));
    (void)::pclose(pipe);
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

inline std::string quoted(const std::string& text) { return "'" + text + "'"; }

/// A TCP port of the loopback address that nobody listens on.
inline std::string free_port() {
    sockaddr_in at{};
    do {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        at = {};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&at), size) == 0);
        REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0);
        (void)::close(fd);
    } while (ntohs(at.sin_port) > 55535); // a cluster takes the port 10,000 above, too
    return std::to_string(ntohs(at.sin_port));
}

class server {
public:
    /// The one that the test program was started beside; it is still there afterwards.
    server() : own_(false) {
        const char* const folder = std::getenv("MCP_OAUTH_TEST_SERVER");
        if (folder == nullptr) FAIL("MCP_OAUTH_TEST_SERVER names no folder of server.sh");
        folder_ = folder;
        script("start");
    }
    /// One of this test's own, with more lines of redis.conf; it ends with this.
    explicit server(const std::vector<std::string>& configuration)
        : folder_("/tmp/mcp_oauth_redis_test." + std::to_string(::getpid()) + '.' +
                  std::to_string(count()++)),
          own_(true) {
        std::string lines;
        for (const auto& each : configuration) lines += ' ' + quoted(each);
        configuration_ = lines;
        script("start");
    }
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() {
        if (own_) script("stop");
    }

    void script(const std::string& verb) const {
        const auto printed = output_of("sh adapters/redis/server.sh " + verb + ' ' +
                                       quoted(folder_) + configuration_);
        if (!printed.empty()) FAIL(printed);
    }
    [[nodiscard]] std::string text_of(const char* file) const {
        std::ifstream in(folder_ + '/' + file);
        std::string line;
        std::getline(in, line);
        return line;
    }
    [[nodiscard]] std::string uri() const { return text_of("uri"); }
    [[nodiscard]] std::string socket_path() const { return text_of("socket"); }
    void signal(const char* name) const {
        (void)output_of(std::string{"kill -"} + name + ' ' + text_of("pid"));
    }
    /// What redis-cli prints.
    [[nodiscard]] std::string cli(const std::string& arguments) const {
        return output_of("redis-cli -s " + quoted(socket_path()) + ' ' + arguments);
    }

    /// Options with a prefix that nobody else has.
    [[nodiscard]] redis_options options() const {
        redis_options o;
        o.uri = uri();
        o.key_prefix = "test." + std::to_string(::getpid()) + '.' + std::to_string(count()++) + ':';
        return o;
    }
    [[nodiscard]] redis_store store() const { return opened(options()); }
    [[nodiscard]] static redis_store opened(const redis_options& o) {
        auto made = redis_store::open(o);
        if (!made) FAIL(made.error().problem);
        return std::move(*made);
    }
    /// A way into the server that breaks when it is told to, and options that take it.
    [[nodiscard]] std::shared_ptr<testing::fault_proxy> proxy() const {
        std::shared_ptr<testing::fault_proxy> made = testing::fault_proxy::to_socket(socket_path());
        REQUIRE(made);
        return made;
    }
    [[nodiscard]] static redis_options through(const testing::fault_proxy& proxy, redis_options o) {
        o.uri = "redis://127.0.0.1:" + std::to_string(proxy.port());
        return o;
    }
    /// Why it does not open.
    [[nodiscard]] static std::string problem(const redis_options& o) {
        const auto made = redis_store::open(o);
        return made ? "" : made.error().problem;
    }

private:
    static std::atomic<int>& count() {
        static std::atomic<int> made{0};
        return made;
    }
    std::string folder_;
    bool own_;
    std::string configuration_;
};

/// A record that is of use for an hour from now.
inline record current(std::string key, std::uint64_t version = 1) {
    auto r = record_of(std::move(key), version);
    r.expires_at = system_clock{}.now() + 1h;
    return r;
}

inline bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace given_redis
