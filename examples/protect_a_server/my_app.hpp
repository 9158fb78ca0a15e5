#pragma once

#include <string>

#include "mcp_oauth/server/authorization_server.hpp"

namespace httplib {
class Server;
struct Request;
struct Response;
} // namespace httplib

/// Stands for the host's own program. `examples/mcp_server` shows pages and sessions to copy.
namespace my_app {

/// Says what is wrong with the configuration. Returns: the exit status.
int fail(const mcp_oauth::config_error& error);

/// GET /authorize, POST /login, POST /consent.
void mount_pages(httplib::Server& http, const mcp_oauth::authorization_server& issuer);

/// An MCP server with one tool.
void answer(const httplib::Request& in, httplib::Response& out, const std::string& user);

} // namespace my_app
