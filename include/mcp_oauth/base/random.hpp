#pragma once

#include <cstddef>
#include <cstdint>

#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Where every identifier, nonce and secret comes from.
///
/// Requires: a cryptographically secure generator (OAuth 2.1 §7.7; OA21-GEN-04).
/// Errors:   `fill` returns false and the operation answers 503; it never goes on with fewer
///           octets.
/// Threads:  called concurrently.
class MCP_OAUTH_EXPORT random_source {
public:
    virtual ~random_source();
    /// Fills all `count` octets, or returns false.
    [[nodiscard]] virtual bool fill(std::uint8_t* octets, std::size_t count) noexcept = 0;
};

/// OpenSSL's generator.
class MCP_OAUTH_EXPORT system_random final : public random_source {
public:
    [[nodiscard]] bool fill(std::uint8_t* octets, std::size_t count) noexcept override;
};

} // namespace v0
} // namespace mcp_oauth
