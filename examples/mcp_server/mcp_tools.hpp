#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_message.hpp"
#include "mcp_oauth/rfc/mcp_authorization.hpp"
#include "mcp_oauth/server/resource_server.hpp"

namespace mcp_server {

/// Everybody's notes, in memory. Threads: any.
class notebook {
public:
    static constexpr std::size_t most_notes = 100;
    static constexpr std::size_t longest_note = 2000; ///< octets

    [[nodiscard]] std::vector<std::string> of(const std::string& owner) const;
    /// Returns: whether there was room.
    bool add(const std::string& owner, std::string text);

private:
    mutable std::mutex one_at_a_time_;
    std::map<std::string, std::vector<std::string>> notes_;
};

/// The three tools, as `tools/list` describes them.
[[nodiscard]] const json& tool_list();

/// What each call needs. The handshake needs a token and no scope; a tool that is missing here
/// needs `mcp`, so one that was forgotten is not open to everybody.
[[nodiscard]] mcp_oauth::scope_table needed_scopes();

/// The result of `tools/call`; nothing where there is no such tool. Wrong arguments are a result
/// too, one with `isError`, which a model can read and do better.
[[nodiscard]] std::optional<json> call_tool(const std::string& tool, const json& arguments,
                                            const mcp_oauth::principal& caller, notebook& notes);

} // namespace mcp_server
