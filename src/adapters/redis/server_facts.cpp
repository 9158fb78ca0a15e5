#include "adapters/redis/server_facts.hpp"

#include <charconv>

namespace mcp_oauth {
inline namespace v0 {
namespace redis {
namespace {

constexpr std::uint64_t oldest_version = 5; // replicates what a script did, not the script

std::uint64_t number(std::string_view text) noexcept {
    std::uint64_t value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

void take(server_facts& facts, std::string_view name, std::string_view value) {
    if (name == "redis_version") facts.version = value;
    if (name == "role") facts.replica = value != "master";
    if (name == "cluster_enabled") facts.cluster = value == "1";
    if (name == "maxmemory") facts.memory_limit = number(value);
    if (name == "maxmemory_policy") facts.eviction = value;
    if (name == "aof_enabled") facts.append_only = value == "1";
}

} // namespace

server_facts read_facts(std::string_view info) {
    server_facts facts;
    facts.told = true;
    while (!info.empty()) {
        const auto end = info.find("\r\n");
        const auto line = info.substr(0, end);
        info.remove_prefix(end == std::string_view::npos ? info.size() : end + 2);
        const auto colon = line.find(':');
        if (colon != std::string_view::npos)
            take(facts, line.substr(0, colon), line.substr(colon + 1));
    }
    return facts;
}

std::optional<std::string> unfit(const server_facts& facts) {
    if (!facts.version.empty() && number(facts.version) < oldest_version)
        return "is version " + facts.version + "; 5 or later is needed";
    if (facts.replica) return "is a replica; name the primary, or a proxy that finds it";
    if (facts.cluster)
        return "is part of a cluster, where a record and its lists would be on different nodes";
    if (facts.memory_limit != 0 && facts.eviction != "noeviction")
        return "evicts records when it is full (maxmemory-policy " + facts.eviction +
               "), which would end logins; set noeviction";
    return std::nullopt;
}

std::vector<std::string> durability_warnings(const server_facts& facts,
                                             const flush_settings& flushes) {
    if (!facts.told)
        return {"INFO is refused: whether this is a primary, what it evicts and whether writes "
                "survive a crash is not known"};
    if (!facts.append_only)
        return {"appendonly is no: a crash loses all that was written since the last snapshot"};
    if (flushes.appendfsync.empty())
        return {"CONFIG GET is refused: whether appendfsync is always is not known"};
    if (flushes.appendfsync != "always")
        return {"appendfsync is " + flushes.appendfsync +
                ": a crash loses the last writes, a second of them or more"};
    if (flushes.not_on_rewrite)
        return {"no-appendfsync-on-rewrite is yes: a crash loses what was written while the server "
                "saved or rewrote its file in the background"};
    return {};
}

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
