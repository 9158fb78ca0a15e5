#include "mcp_tools.hpp"

namespace mcp_server {
namespace {

json text_result(const std::string& text, bool is_error = false) {
    return {{"content", json::array({{{"type", "text"}, {"text", text}}})}, {"isError", is_error}};
}

json describe(const char* name, const char* title, const char* description, json input,
              bool reads_only) {
    return {{"name", name},
            {"title", title},
            {"description", description},
            {"inputSchema", std::move(input)},
            {"annotations",
             {{"title", title},
              {"readOnlyHint", reads_only},
              {"destructiveHint", false},
              {"openWorldHint", false}}}};
}

/// Whose notes these are. A token without a user speaks for its client, which is no user's name.
std::string owner_of(const mcp_oauth::principal& caller) {
    const bool user = !caller.grant_id().empty();
    return (user ? "user " : "client ") + caller.subject();
}

json who_is(const mcp_oauth::principal& caller) {
    const bool user = !caller.grant_id().empty();
    return text_result(user ? "You are " + caller.subject() + ", connected through the client " +
                                  caller.client_id() + "."
                            : "You are the client " + caller.client_id() + ", without a user.");
}

json list_notes(const mcp_oauth::principal& caller, const notebook& notes) {
    const auto found = notes.of(owner_of(caller));
    std::string text;
    for (const auto& note : found) text += (text.empty() ? "- " : "\n- ") + note;
    auto result = text_result(found.empty() ? "There are no notes yet." : text);
    result["structuredContent"] = {{"notes", found}};
    return result;
}

json add_note(const json& arguments, const mcp_oauth::principal& caller, notebook& notes) {
    const auto text = arguments.find("text");
    if (text == arguments.end() || !text->is_string() || text->get<std::string>().empty())
        return text_result("The argument text is missing: the note's text, a string.", true);
    if (text->get<std::string>().size() > notebook::longest_note)
        return text_result("The note is too long: at most 2000 octets.", true);
    if (!notes.add(owner_of(caller), text->get<std::string>()))
        return text_result("The notebook is full: it has room for 100 notes.", true);
    return text_result("Noted.");
}

} // namespace

std::vector<std::string> notebook::of(const std::string& owner) const {
    const std::lock_guard<std::mutex> lock{one_at_a_time_};
    const auto found = notes_.find(owner);
    return found == notes_.end() ? std::vector<std::string>{} : found->second;
}

bool notebook::add(const std::string& owner, std::string text) {
    const std::lock_guard<std::mutex> lock{one_at_a_time_};
    auto& own = notes_[owner];
    if (own.size() >= most_notes) return false;
    own.push_back(std::move(text));
    return true;
}

const json& tool_list() {
    static const json nothing{{"type", "object"}, {"additionalProperties", false}};
    static const json a_text{
        {"type", "object"},
        {"properties", {{"text", {{"type", "string"}, {"description", "The note's text"}}}}},
        {"required", {"text"}},
        {"additionalProperties", false}};
    static const json tools = [] {
        auto list = json::array(
            {describe("whoami", "Who am I", "Tells whose notes these are.", nothing, true),
             describe("list_notes", "List notes", "Lists the user's notes.", nothing, true),
             describe("add_note", "Add a note", "Adds a note to the user's notes.", a_text,
                      false)});
        list[1]["outputSchema"] = {
            {"type", "object"},
            {"properties", {{"notes", {{"type", "array"}, {"items", {{"type", "string"}}}}}}},
            {"required", {"notes"}}};
        return list;
    }();
    return tools;
}

mcp_oauth::scope_table needed_scopes() {
    mcp_oauth::scope_table needed{{"mcp"}};
    for (const char* method : {"initialize", "ping", "tools/list", "server/discover"})
        needed.method(method, {});
    return needed.tool("whoami", {"mcp"})
        .tool("list_notes", {"notes:read"})
        .tool("add_note", {"notes:write"});
}

std::optional<json> call_tool(const std::string& tool, const json& arguments,
                              const mcp_oauth::principal& caller, notebook& notes) {
    if (tool == "whoami") return who_is(caller);
    if (tool == "list_notes") return list_notes(caller, notes);
    if (tool == "add_note") return add_note(arguments, caller, notes);
    return std::nullopt;
}

} // namespace mcp_server
