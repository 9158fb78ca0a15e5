#pragma once

#include <cstdlib>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "mcp_oauth/adapters/key_file.hpp"
#include "mcp_oauth/adapters/sqlite.hpp"
#include "mcp_oauth/server/authorization_server.hpp"

namespace httplib {
class Server;
struct Request;
struct Response;
} // namespace httplib

/// Stands for the host's own program. `examples/mcp_server` shows pages and sessions to copy.
namespace my_app {

/// Says on standard error what is wrong.
/// @{
void complain(const mcp_oauth::config_error& error);
void complain(const mcp_oauth::key_file_error& error);
void complain(const mcp_oauth::sqlite_error& error);
/// @}

/// What was made. Where it could not be made the program says why, and ends with status 2.
template <class T, class Error> T must(mcp_oauth::expected<T, Error> made) {
    if (!made) {
        complain(made.error());
        std::exit(2);
    }
    if constexpr (!std::is_void_v<T>) return *std::move(made);
}

/// Writes the kind and the reason of each event to standard error.
class event_log final : public mcp_oauth::event_sink {
public:
    void on_event(const mcp_oauth::event& event) override;
};

/// Calls `work` every hour on a thread of its own, until it is destroyed.
class hourly {
public:
    explicit hourly(std::function<void()> work);
    ~hourly();
    hourly(const hourly&) = delete;
    hourly& operator=(const hourly&) = delete;

private:
    std::promise<void> end_;
    std::thread thread_;
};

/// GET /authorize, POST /login, POST /consent.
void mount_pages(httplib::Server& http, const mcp_oauth::authorization_server& issuer);

/// An MCP server with one tool.
void answer(const httplib::Request& in, httplib::Response& out, const std::string& user);

} // namespace my_app
