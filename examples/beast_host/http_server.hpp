#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "mcp_oauth/grammar/http_message.hpp"

/// A small HTTP server: one thread for all connections, and a few more for the handler, which may
/// block on its store. Reads each request whole before it asks the handler, and gives up on slow
/// ones.
class http_server {
public:
    using handler = std::function<mcp_oauth::http_response(const mcp_oauth::http_request&)>;

    /// Listens on the loopback address. Port 0 takes a free one.
    http_server(std::uint16_t port, handler handle);
    ~http_server();
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;
    void run();  ///< until `stop` is called
    void stop(); ///< from any thread

private:
    struct state;
    std::unique_ptr<state> state_;
};
