#include "mcp_oauth/rfc/9728_resource_metadata.hpp"

#include <string>

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

resource_identifier id(std::string_view text) { return *resource_identifier::parse(text); }

} // namespace

TEST_CASE("RFC 9728 §3.1: the well-known suffix goes between host and path",
          "[PRM-02][PRM-11][MCP-PRM-03][MCP-PRM-05][MCP-PRM-14]") {
    struct {
        std::string_view resource, url, path;
    } const rows[] = {
        {"https://h/mcp", "https://h/.well-known/oauth-protected-resource/mcp",
         "/.well-known/oauth-protected-resource/mcp"},
        {"https://h.example/public/mcp",
         "https://h.example/.well-known/oauth-protected-resource/public/mcp",
         "/.well-known/oauth-protected-resource/public/mcp"},
        {"https://h", "https://h/.well-known/oauth-protected-resource",
         "/.well-known/oauth-protected-resource"},
        {"https://h/", "https://h/.well-known/oauth-protected-resource",
         "/.well-known/oauth-protected-resource"},
        {"https://h/mcp/", "https://h/.well-known/oauth-protected-resource/mcp",
         "/.well-known/oauth-protected-resource/mcp"},
        {"https://h/mcp?k=1", "https://h/.well-known/oauth-protected-resource/mcp?k=1",
         "/.well-known/oauth-protected-resource/mcp"},
        {"https://h?k=1", "https://h/.well-known/oauth-protected-resource?k=1",
         "/.well-known/oauth-protected-resource"},
        {"http://127.0.0.1:8080/mcp",
         "http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp",
         "/.well-known/oauth-protected-resource/mcp"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.resource);
        CHECK(metadata_url(id(row.resource)) == row.url);
        CHECK(metadata_path(id(row.resource)) == row.path);
    }
}

TEST_CASE("MCP: the root document is the second place where clients look", "[MCP-PRM-06]") {
    CHECK(root_metadata_path() == "/.well-known/oauth-protected-resource");
    CHECK(root_metadata_path() == metadata_path(id("https://h")));
}

TEST_CASE("RFC 9728 §2: the document of an MCP endpoint",
          "[PRM-03][PRM-04][PRM-05][PRM-06][PRM-07][PRM-08][MCP-PRM-01][MCP-PRM-02][MCP-PRM-08]["
          "MCP-PRM-09]"
          "[MCP-PRM-13][PRM-09]") {
    const protected_resource notes{id("HTTPS://H.Example:443/mcp"),
                                   {"https://a.example", "https://b.example/t1"},
                                   {"mcp", "notes:read"},
                                   "Notes \"and more\"",
                                   "https://h.example/docs"};
    CHECK(resource_metadata(notes) ==
          R"({"resource":"HTTPS://H.Example:443/mcp",)"
          R"("authorization_servers":["https://a.example","https://b.example/t1"],)"
          R"("scopes_supported":["mcp","notes:read"],)"
          R"("bearer_methods_supported":["header"],)"
          R"("resource_name":"Notes \"and more\"",)"
          R"("resource_documentation":"https://h.example/docs"})");
}

TEST_CASE("RFC 9728 §3.2: parameters with zero values are left out", "[PRM-05][MCP-PRM-09]") {
    CHECK(resource_metadata({id("https://h/mcp"), {}, {}, "", ""}) ==
          R"({"resource":"https://h/mcp","bearer_methods_supported":["header"]})");
}

TEST_CASE("MCP: offline_access is never among the scopes of a resource", "[MCP-PRM-11]") {
    CHECK(resource_metadata({id("https://h/mcp"), {}, {"offline_access", "mcp"}, "", ""}) ==
          R"({"resource":"https://h/mcp","scopes_supported":["mcp"],)"
          R"("bearer_methods_supported":["header"]})");
    CHECK(resource_metadata({id("https://h/mcp"), {}, {"offline_access"}, "", ""}) ==
          R"({"resource":"https://h/mcp","bearer_methods_supported":["header"]})");
}
