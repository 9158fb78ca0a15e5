#include "mcp_oauth/rfc/mcp_authorization.hpp"

#include <type_traits>

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

scope_table notes() {
    scope_table table{scope_set{"mcp"}};
    table.tool("list_notes", {"notes:read"})
        .tool("share_note", {"notes:write", "contacts:read"})
        .method("resources/read", {"notes:read"});
    return table;
}

} // namespace

TEST_CASE("MCP: one lookup names every scope that a call needs", "[MCP-SCO-06][MCP-SCO-03]") {
    const auto table = notes();
    CHECK(table.scopes_for("tools/call", "list_notes") == scope_set{"notes:read"});
    CHECK(table.scopes_for("tools/call", "share_note") ==
          scope_set{"notes:write", "contacts:read"});
    CHECK(table.scopes_for("resources/read") == scope_set{"notes:read"});
}

TEST_CASE("MCP: a call that the table does not name needs the fallback, never nothing",
          "[MCP-SCO-01]") {
    const auto table = notes();
    CHECK(table.fallback() == scope_set{"mcp"});
    CHECK(table.scopes_for("tools/list") == scope_set{"mcp"});
    CHECK(table.scopes_for("tools/call") == scope_set{"mcp"});
    CHECK(table.scopes_for("tools/call", "forgotten") == scope_set{"mcp"});
    CHECK(table.scopes_for("", "") == scope_set{"mcp"});
}

TEST_CASE("MCP: there is no table without a fallback, and an empty one is said",
          "[MCP-SCO-01][MCP-SCO-15]") {
    static_assert(!std::is_default_constructible_v<scope_table>);
    CHECK(scope_table{scope_set{}}.scopes_for("tools/list").empty());
}

TEST_CASE("MCP: names are compared octet for octet", "[OA21-GEN-02]") {
    const auto table = notes();
    for (const auto other : {"List_Notes", "list_notes ", "list_note", "list_notes2"})
        CHECK(table.scopes_for("tools/call", other) == scope_set{"mcp"});
    CHECK(table.scopes_for("Tools/Call", "list_notes") == scope_set{"mcp"});
    CHECK(table.scopes_for("resources/read/") == scope_set{"mcp"});
}

TEST_CASE("MCP: a tool's name counts in a tool call only", "[MCP-SCO-06]") {
    const auto table = notes();
    CHECK(table.scopes_for("prompts/get", "list_notes") == scope_set{"mcp"});
    CHECK(table.scopes_for("resources/read", "share_note") == scope_set{"notes:read"});
}

TEST_CASE("MCP: an entry for tools/call covers the tools without one, and a later entry wins",
          "[MCP-SCO-06]") {
    auto table = notes();
    table.method("tools/call", {"tools"}).tool("list_notes", {"notes"});
    CHECK(table.scopes_for("tools/call", "forgotten") == scope_set{"tools"});
    CHECK(table.scopes_for("tools/call") == scope_set{"tools"});
    CHECK(table.scopes_for("tools/call", "list_notes") == scope_set{"notes"});
}
