#include "options.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "mcp_oauth/grammar/uri.hpp"

namespace mcp_server {
namespace {

std::string check_storage(const std::string& text) {
    const auto chosen = storage::parse(text);
    if (!chosen) return "is none of: memory, sqlite:PATH, postgresql:CONNINFO, redis:URI";
    if (!chosen->is_built_in()) return "not built in: " + text.substr(0, text.find(':'));
    return {};
}

// The host becomes part of the issuer, so it has to be one that a URL can hold.
std::string check_host(const std::string& text) {
    const bool v6 = text.find(':') != std::string::npos;
    const auto url = mcp_oauth::uri::parse("http://" + (v6 ? "[" + text + "]" : text));
    const bool plain = url && url->path().empty() && !url->query() && !url->fragment() &&
                       !url->userinfo() && !url->port() && !url->host().empty();
    return plain ? std::string{} : "is no host name and no IP address";
}

stop to_stop(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return {0, app.help()};
    std::string line = std::string{"mcp_server: "} + error.what();
    std::replace(line.begin(), line.end(), '\n', ' ');
    return {2, line};
}

} // namespace

std::variant<options, stop> parse_options(int argc, const char* const* argv) {
    options chosen;
    std::string where = "memory";
    CLI::App app{"An MCP server that is its own OAuth 2.1 authorization server.", "mcp_server"};
    app.add_option("--host", chosen.host, "The address to listen at")
        ->check(CLI::Validator(check_host, "HOST"))
        ->capture_default_str();
    app.add_option("--port", chosen.port, "The port; 0 takes a free one")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str();
    app.add_option("--config", chosen.config_file, "A JSON file, see README.md")
        ->check(CLI::ExistingFile);
    app.add_option("--storage", where, "Where grants and clients are kept")
        ->check(CLI::Validator(check_storage, "memory|sqlite:PATH|postgresql:CONNINFO|redis:URI"))
        ->capture_default_str();
    app.add_option("--audit", chosen.audit,
                   "One JSON object per line and security event; - for stdout");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return to_stop(app, error);
    }
    chosen.store = *storage::parse(where);
    return chosen;
}

} // namespace mcp_server
