// beast_host [PORT]
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include "http_server.hpp"
#include "site.hpp"

namespace oauth = mcp_oauth;

// [main]
int main(int count, char** arguments) {
    const auto port = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 8080);
    auto keys = oauth::load_or_create_keys("notes.keys"); // made once, mode 0600
    if (!keys) {
        std::fprintf(stderr, "beast_host: %s\n", keys.error().problem.c_str());
        return 2;
    }
    try {
        site notes{"http://127.0.0.1:" + std::to_string(port), std::move(*keys)};
        http_server server{port, [&](const auto& request) { return notes.serve(request); }};
        std::printf("ready http://127.0.0.1:%u\n", unsigned{server.port()});
        server.run();
    } catch (const std::exception& error) { // of Asio: the port is in use
        std::fprintf(stderr, "beast_host: %s\n", error.what());
        return 1;
    }
}
// [main]
