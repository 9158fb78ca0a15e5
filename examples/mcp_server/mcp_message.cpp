#include "mcp_message.hpp"

#include <algorithm>
#include <iterator>

#include "mcp_oauth/grammar/base64url.hpp"

namespace mcp_server {
namespace {

constexpr int deepest = 32;
constexpr const char* meta_revision = "io.modelcontextprotocol/protocolVersion";
constexpr const char* meta_capabilities = "io.modelcontextprotocol/clientCapabilities";

const json* find(const json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

std::optional<std::string> text_at(const json& object, const char* name) {
    const auto* value = find(object, name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return value->get<std::string>();
}

/// A header that may be written in base64 (`=?base64?…?=`). Errors: nothing where that is
/// malformed.
std::optional<std::string> header_text(std::string_view value) {
    constexpr std::string_view begin = "=?base64?";
    constexpr std::string_view end = "?=";
    const bool encoded = value.size() >= begin.size() + end.size() &&
                         value.substr(0, begin.size()) == begin &&
                         value.substr(value.size() - end.size()) == end;
    if (!encoded) return std::string{value};
    value.remove_prefix(begin.size());
    value.remove_suffix(end.size());
    return mcp_oauth::decode_base64(value);
}

std::optional<rpc_answer> mismatch(const rpc_message& message, const std::string& header) {
    return rpc_error(400, message.id, rpc_code::header_mismatch,
                     "The header " + header + " is missing or does not match the body");
}

} // namespace

bool is_spoken(std::string_view revision) noexcept {
    return std::find(std::begin(revisions), std::end(revisions), revision) != std::end(revisions);
}

rpc_answer rpc_error(int status, const json& id, rpc_code code, const std::string& message,
                     json data) {
    json error{{"code", static_cast<int>(code)}, {"message", message}};
    if (!data.is_null()) error["data"] = std::move(data);
    json body{{"jsonrpc", "2.0"}, {"error", std::move(error)}};
    if (!id.is_null()) body["id"] = id; // MCP leaves out what JSON-RPC has as null
    return {status, std::move(body)};
}

rpc_answer rpc_result(const json& id, json result) {
    return {200, json{{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}}};
}

std::string rpc_message::tool() const {
    return method == "tools/call" ? text_at(params, "name").value_or("") : std::string{};
}

std::optional<std::string> rpc_message::revision() const {
    const auto* meta = find(params, "_meta");
    return meta == nullptr ? std::nullopt : text_at(*meta, meta_revision);
}

std::optional<json> parse_json(std::string_view text) {
    bool too_deep = false;
    const auto watch = [&](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
    };
    auto value = json::parse(text, watch, false);
    if (too_deep || value.is_discarded()) return std::nullopt;
    return value;
}

std::variant<rpc_message, rpc_answer> read_message(const json& value) {
    const auto refuse = [](const json& id, const char* why) {
        return rpc_error(400, id, rpc_code::invalid_request, why);
    };
    if (!value.is_object()) return refuse(nullptr, "A message is an object");
    rpc_message message;
    if (const auto* id = find(value, "id")) {
        if (!id->is_string() && !id->is_number_integer())
            return refuse(nullptr, "An id is a string or a whole number");
        message.id = *id;
    }
    if (text_at(value, "jsonrpc") != "2.0") return refuse(message.id, "jsonrpc must be 2.0");
    if (find(value, "method") == nullptr) {
        const bool answers = find(value, "result") != nullptr || find(value, "error") != nullptr;
        if (!answers) return refuse(message.id, "A message has a method");
        message.id = nullptr;
        return message;
    }
    const auto method = text_at(value, "method");
    if (!method || method->empty()) return refuse(message.id, "A method is a string");
    message.method = *method;
    if (const auto* params = find(value, "params")) {
        if (!params->is_object()) return refuse(message.id, "Parameters are an object");
        message.params = *params;
    }
    return message;
}

std::optional<rpc_answer> check_metadata(const mcp_oauth::http_request& request,
                                         const rpc_message& message) {
    const auto* meta = find(message.params, "_meta");
    const auto revision = message.revision();
    const auto* capabilities = meta == nullptr ? nullptr : find(*meta, meta_capabilities);
    if (!revision || capabilities == nullptr || !capabilities->is_object())
        return rpc_error(400, message.id, rpc_code::invalid_params,
                         "_meta must hold the protocol version and the client's capabilities");
    if (request.header("mcp-protocol-version") != *revision)
        return mismatch(message, "MCP-Protocol-Version");
    if (*revision != stateless_revision) {
        const json spoken(std::vector<std::string>(std::begin(revisions), std::end(revisions)));
        return rpc_error(400, message.id, rpc_code::unsupported_revision,
                         "Unsupported protocol version",
                         {{"supported", spoken}, {"requested", *revision}});
    }
    if (request.header("mcp-method") != message.method) return mismatch(message, "Mcp-Method");
    if (message.method != "tools/call") return std::nullopt;
    const auto named = request.header("mcp-name");
    const auto name = named ? header_text(*named) : std::nullopt;
    if (!name || *name != message.tool()) return mismatch(message, "Mcp-Name");
    return std::nullopt;
}

} // namespace mcp_server
