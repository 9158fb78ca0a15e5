#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/secret.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace redis {

/// Where a server is, and as whom to speak to it.
struct address {
    std::string socket_path; ///< of a Unix socket; empty for TCP
    std::string host;
    std::string port;
    std::string user; ///< empty: the default user
    secret password;  ///< empty: none
    std::uint32_t database = 0;

    /// For messages: never the user or the password.
    [[nodiscard]] std::string name() const;
};

/// Reads the URI of `redis_options`. Errors: what is wrong with it, without repeating it.
[[nodiscard]] expected<address, std::string> parse_address(std::string_view uri_text);

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
