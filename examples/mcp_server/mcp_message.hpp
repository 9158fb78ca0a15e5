#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "mcp_oauth/grammar/http_message.hpp"

/// JSON-RPC 2.0 as MCP carries it over HTTP: what a message is, and what is wrong with one.
namespace mcp_server {

using json = nlohmann::json;

/// The revisions that are spoken, the newest first. All but the newest begin with `initialize`.
inline constexpr std::string_view stateless_revision = "2026-07-28";
inline constexpr std::string_view revisions[] = {"2026-07-28", "2025-11-25", "2025-06-18",
                                                 "2025-03-26"};
[[nodiscard]] bool is_spoken(std::string_view revision) noexcept;

/// JSON-RPC's codes, and those of MCP 2026-07-28.
enum class rpc_code : int {
    parse_error = -32700,
    invalid_request = -32600,
    method_not_found = -32601,
    invalid_params = -32602,
    header_mismatch = -32020,
    unsupported_revision = -32022,
};

/// What answers one message: a JSON-RPC response, or nothing for a notification.
struct rpc_answer {
    int status = 200; ///< of the HTTP response, where the message came alone
    std::optional<json> body;
};
[[nodiscard]] rpc_answer rpc_error(int status, const json& id, rpc_code code,
                                   const std::string& message, json data = nullptr);
[[nodiscard]] rpc_answer rpc_result(const json& id, json result);

/// One message whose form is right.
struct rpc_message {
    json id;            ///< null: a notification, or a response, which nobody waits for
    std::string method; ///< empty: a response
    json params = json::object();

    [[nodiscard]] bool wants_answer() const noexcept { return !id.is_null() && !method.empty(); }
    /// The tool that a `tools/call` names; empty where it names none.
    [[nodiscard]] std::string tool() const;
    /// The revision in `_meta`, which only the stateless era has there.
    [[nodiscard]] std::optional<std::string> revision() const;
};

/// The text as JSON. Errors: nothing where it is none, or nested deeper than a call needs.
[[nodiscard]] std::optional<json> parse_json(std::string_view text);

/// One message. Errors: the answer that refuses it.
[[nodiscard]] std::variant<rpc_message, rpc_answer> read_message(const json& value);

/// What the 2026-07-28 revision checks before it looks at the method: `_meta`, and that the headers
/// say what the body says, so that nothing between us and the client was told another story.
/// Errors: the answer that refuses it.
[[nodiscard]] std::optional<rpc_answer> check_metadata(const mcp_oauth::http_request& request,
                                                       const rpc_message& message);

} // namespace mcp_server
