#pragma once

#include <string>
#include <variant>

#include "storage.hpp"

namespace mcp_server {

/// The command line.
struct options {
    std::string host = "127.0.0.1";
    int port = 8080;         ///< 0: a free one
    std::string config_file; ///< empty: every default
    storage store;
    std::string audit; ///< a file, or `-` for standard output; empty: no audit log
};

/// The command line asked for something else than a server, or was wrong.
struct stop {
    int status = 2; ///< the exit status: 2 for wrong flags or a wrong configuration
    std::string text;
};

/// Errors: one line that names the flag. `--help` is a stop with status 0.
[[nodiscard]] std::variant<options, stop> parse_options(int argc, const char* const* argv);

} // namespace mcp_server
