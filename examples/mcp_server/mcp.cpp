#include "mcp.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "mcp_oauth/base/version.hpp"

namespace mcp_server {
namespace {

using mcp_oauth::http_request;
using mcp_oauth::http_response;

constexpr std::size_t longest_batch = 32;
constexpr int fresh_for_ms =
    300'000; // the list of tools is the same for everybody, and does not change

json server_info() {
    const auto version = std::to_string(MCP_OAUTH_VERSION_MAJOR) + '.' +
                         std::to_string(MCP_OAUTH_VERSION_MINOR) + '.' +
                         std::to_string(MCP_OAUTH_VERSION_PATCH);
    return {{"name", "mcp-oauth-notes"}, {"title", "Notes"}, {"version", version}};
}

constexpr const char* instructions = "Keeps short notes for the user. list_notes and add_note need "
                                     "scopes of their own; a refusal names "
                                     "them.";

http_response answer(int status, const json* body) {
    http_response made{
        status, {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}}, {}};
    if (body == nullptr) {
        made.headers.push_back({"Content-Length", "0"});
        return made;
    }
    made.headers.push_back({"Content-Type", "application/json"});
    made.body = body->dump(-1, ' ', false, json::error_handler_t::replace);
    return made;
}
http_response answer(const rpc_answer& given) {
    return answer(given.status, given.body ? &*given.body : nullptr);
}

/// The answer to `initialize`: the client's revision where we speak it, ours otherwise.
json handshake(const json& params) {
    const auto asked = params.value("protocolVersion", json{});
    const bool known = asked.is_string() && is_spoken(asked.get<std::string>()) &&
                       asked.get<std::string>() != stateless_revision;
    return {{"protocolVersion", known ? asked : json(revisions[1])},
            {"capabilities", {{"tools", json::object()}}},
            {"serverInfo", server_info()},
            {"instructions", instructions}};
}

json discovery() {
    return {
        {"supportedVersions", std::vector<std::string>(std::begin(revisions), std::end(revisions))},
        {"capabilities", {{"tools", json::object()}}},
        {"instructions", instructions}};
}

/// What every result has in the stateless era. Lists may be kept for a while, by this caller only.
void complete(json& result, bool is_list) {
    result["resultType"] = "complete";
    result["_meta"]["io.modelcontextprotocol/serverInfo"] = server_info();
    if (!is_list) return;
    result["ttlMs"] = fresh_for_ms;
    result["cacheScope"] = "private";
}

bool is_method(const std::string& method, bool stateless) {
    const bool both = method == "tools/list" || method == "tools/call";
    return both ||
           (stateless ? method == "server/discover" : method == "initialize" || method == "ping");
}

} // namespace

http_response mcp_endpoint::respond(const http_request& request) {
    auto admitted = gate_.admit(request);
    if (auto* refused = std::get_if<http_response>(&admitted)) return std::move(*refused);
    if (request.method == "POST") return post(request, std::get<principal>(admitted));
    // No stream to GET and no session to DELETE.
    auto refused = answer(405, nullptr);
    refused.headers.push_back({"Allow", "POST, OPTIONS"});
    return refused;
}

http_response mcp_endpoint::post(const http_request& request, const principal& caller) {
    const auto type = request.header("content-type");
    if (!type || mcp_oauth::media_type(*type) != "application/json")
        return answer(rpc_error(415, nullptr, rpc_code::invalid_request,
                                "The content type must be application/json"));
    const auto value = parse_json(request.body);
    if (!value) return answer(rpc_error(400, nullptr, rpc_code::parse_error, "This is no JSON"));
    return value->is_array() ? batch(request, *value, caller) : single(request, *value, caller);
}

http_response mcp_endpoint::single(const http_request& request, const json& value,
                                   const principal& caller) {
    auto read = read_message(value);
    if (const auto* refused = std::get_if<rpc_answer>(&read)) return answer(*refused);
    const auto& message = std::get<rpc_message>(read);

    // Without the header it is 2025-03-26, or `initialize`, whose body says which revision.
    const auto header = request.header("mcp-protocol-version");
    const bool handshake_era = header && *header != stateless_revision && is_spoken(*header);
    const bool stateless =
        message.revision() || (request.count("mcp-protocol-version") != 0 && !handshake_era);
    if (!stateless) {
        // We have opened none, so no client has a right to one: it is told to begin anew. In the
        // stateless era the header means nothing, and is ignored.
        const auto session = request.header("mcp-session-id");
        if (request.count("mcp-session-id") != 0 &&
            !(session && gate_.owns_session(caller, *session)))
            return answer(
                rpc_error(404, message.id, rpc_code::invalid_request, "There is no such session"));
    }
    if (!message.wants_answer()) return answer(202, nullptr);
    if (stateless)
        if (const auto refused = check_metadata(request, message)) return answer(*refused);
    if (is_method(message.method, stateless)) {
        const auto& needed = needed_.scopes_for(message.method, message.tool());
        if (auto refused = gate_.require(caller, needed)) return std::move(*refused);
    }
    return answer(call(message, stateless, caller));
}

/// Several messages at once, which only 2025-03-26 knows. They are all done, or none of them.
http_response mcp_endpoint::batch(const http_request& request, const json& values,
                                  const principal& caller) {
    const auto revision = request.header("mcp-protocol-version").value_or("2025-03-26");
    if (revision != "2025-03-26" || values.empty() || values.size() > longest_batch)
        return answer(rpc_error(400, nullptr, rpc_code::invalid_request,
                                "A batch of messages is not accepted here"));
    std::vector<std::variant<rpc_message, rpc_answer>> messages;
    mcp_oauth::scope_set needed;
    for (const auto& value : values) {
        messages.push_back(read_message(value));
        const auto* message = std::get_if<rpc_message>(&messages.back());
        if (message == nullptr || !message->wants_answer()) continue;
        for (const auto& scope : needed_.scopes_for(message->method, message->tool()))
            needed.add(scope);
    }
    if (auto refused = gate_.require(caller, needed)) return std::move(*refused);

    json answers = json::array();
    for (const auto& each : messages) {
        const auto* message = std::get_if<rpc_message>(&each);
        if (message != nullptr && !message->wants_answer()) continue;
        auto given =
            message == nullptr ? std::get<rpc_answer>(each)
            : message->method == "initialize"
                ? rpc_error(400, message->id, rpc_code::invalid_request, "initialize comes alone")
                : call(*message, false, caller);
        answers.push_back(std::move(*given.body));
    }
    return answers.empty() ? answer(202, nullptr) : answer(200, &answers);
}

rpc_answer mcp_endpoint::call(const rpc_message& message, bool stateless, const principal& caller) {
    if (!is_method(message.method, stateless))
        return rpc_error(stateless ? 404 : 200, message.id, rpc_code::method_not_found,
                         "There is no such method");
    rpc_answer given;
    if (message.method == "tools/call")
        given = call_tool_of(message, caller);
    else if (message.method == "tools/list")
        given = rpc_result(message.id, {{"tools", tool_list()}});
    else if (message.method == "server/discover")
        given = rpc_result(message.id, discovery());
    else if (message.method == "initialize")
        given = rpc_result(message.id, handshake(message.params));
    else
        given = rpc_result(message.id, json::object());
    if (stateless && given.body->contains("result"))
        complete((*given.body)["result"], message.method != "tools/call");
    return given;
}

rpc_answer mcp_endpoint::call_tool_of(const rpc_message& message, const principal& caller) {
    const auto arguments = message.params.value("arguments", json::object());
    if (!arguments.is_object())
        return rpc_error(200, message.id, rpc_code::invalid_params, "Arguments are an object");
    auto result = call_tool(message.tool(), arguments, caller, notes_);
    if (!result) return rpc_error(200, message.id, rpc_code::invalid_params, "Unknown tool");
    return rpc_result(message.id, std::move(*result));
}

} // namespace mcp_server
