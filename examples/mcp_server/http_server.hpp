#pragma once

#include <functional>
#include <memory>
#include <string>

#include "mcp_oauth/grammar/http_message.hpp"

namespace mcp_server {

/// cpp-httplib, with its traps closed (version 0.11, which Debian 12 has):
///
/// - Its pre-routing hook runs before the body is read, so no request is answered there that has
///   one to come: the unread body would be served as the next request. Everything is decided in
///   route handlers.
/// - It leaves the body of a GET unread, and that of a request whose length it cannot tell. Such
///   requests are refused, and the connection ends with the refusal.
/// - It waits for a body where a POST or DELETE announces none, and takes chunks without a limit.
/// - It unpacks compressed bodies without a limit, packs answers that hold secrets, and cuts any
///   answer by `Range`. None of that is wanted here.
/// - It parses forms, with a limit of its own, and multipart bodies, of which it may leave a part
///   unread.
///
/// It serves no pipelined requests: what arrives together with the end of a request is lost.
class http_server {
public:
    using responder = std::function<mcp_oauth::http_response(const mcp_oauth::http_request&)>;

    http_server();
    ~http_server();
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    /// Takes the port, 0 being any. From here on connections wait. Returns: the port; 0 where it
    /// cannot be had.
    [[nodiscard]] int bind(const std::string& host, int port);
    /// Answers requests on threads of its own. Returns once it does; false where it cannot.
    /// `respond` is called concurrently.
    [[nodiscard]] bool start(responder respond);
    /// Finishes the requests under way, and returns without waiting for idle connections.
    void stop();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace mcp_server
