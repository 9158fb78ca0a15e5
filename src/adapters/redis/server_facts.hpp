#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcp_oauth {
inline namespace v0 {
namespace redis {

/// What INFO says of a server; what it does not say stays at the value that does no harm.
struct server_facts {
    bool told = false; ///< whether it said anything
    std::string version;
    bool replica = false;
    bool cluster = false;
    std::uint64_t memory_limit = 0; ///< in octets; 0: none
    std::string eviction = "noeviction";
    bool append_only = false;
};

[[nodiscard]] server_facts read_facts(std::string_view info);

/// Why records must not be kept there, or nothing.
[[nodiscard]] std::optional<std::string> unfit(const server_facts& facts);

/// When the append-only file is flushed, as CONFIG GET tells it.
struct flush_settings {
    std::string appendfsync;     ///< empty where it is not known
    bool not_on_rewrite = false; ///< `no-appendfsync-on-rewrite`
};

/// What an acknowledged write may be lost by.
[[nodiscard]] std::vector<std::string> durability_warnings(const server_facts& facts,
                                                           const flush_settings& flushes);

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
