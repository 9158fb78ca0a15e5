// What is made from a URI: the canonical text of a resource, and well-known addresses.

#include "mcp_oauth/grammar/uri.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

std::string canonical(const char* text) {
    INFO(text);
    const auto u = uri::parse(text);
    REQUIRE(u);
    return canonical_resource_text(*u);
}

std::string well_known(const char* text, const char* suffix) {
    INFO(text);
    const auto u = uri::parse(text);
    REQUIRE(u);
    return well_known_inserted(*u, suffix);
}

} // namespace

TEST_CASE("MCP, canonical server URI: scheme and host in lower case", "[MCP-RES-06]") {
    CHECK(canonical("HTTPS://MCP.Example.COM/Mcp") == "https://mcp.example.com/Mcp");
    CHECK(canonical("https://[2001:DB8::A]/x") == "https://[2001:db8::a]/x");
    CHECK(canonical("https://mcp.example.com/mcp") == "https://mcp.example.com/mcp");
}

TEST_CASE("MCP, canonical server URI: a lone root slash is folded away", "[MCP-RES-07]") {
    CHECK(canonical("https://h/") == "https://h");
    CHECK(canonical("https://h") == "https://h");
    CHECK(canonical("https://h/?k=1") == "https://h?k=1");
    CHECK(canonical("https://h/mcp/") == "https://h/mcp/");
    CHECK(canonical("https://h//") == "https://h//");
    CHECK(canonical("com.example:/") == "com.example:/");
}

TEST_CASE("RFC 3986 §6.2.3: the scheme's own port is dropped, and no other", "[MCP-RES-08]") {
    CHECK(canonical("https://h:443/p") == "https://h/p");
    CHECK(canonical("https://h:443/") == "https://h");
    CHECK(canonical("http://h:80") == "http://h");
    CHECK(canonical("https://h:/p") == "https://h/p");
    CHECK(canonical("https://[::1]:443") == "https://[::1]");
    CHECK(canonical("HTTPS://h:443") == "https://h");
    CHECK(canonical("https://h:80") == "https://h:80");
    CHECK(canonical("http://h:443") == "http://h:443");
    CHECK(canonical("https://h:0443") == "https://h:0443");
    CHECK(canonical("https://h:8443/p") == "https://h:8443/p");
    CHECK(canonical("foo://h:443") == "foo://h:443");
}

TEST_CASE("RFC 3986 §6.2.1: path, query and percent-encoding stay significant", "[MCP-RES-08]") {
    for (const char* text :
         {"https://h/A/../b", "https://h/%41", "https://h/%c3%BF", "https://h/a%2Fb",
          "https://h/./", "https://h?K=V", "https://h/p?", "https://h/p?a=%41", "https://U:P@h/p",
          "https://h%4A/p", "urn:Example:A", "https://h/p#F"}) {
        CHECK(canonical(text) == text);
    }
    CHECK(canonical("https://A%4Ab%c3%BFC/p") == "https://a%4Ab%c3%BFc/p");
}

TEST_CASE("a canonical text is a URI, and its own canonical text", "[MCP-RES-08]") {
    for (const char* text : {"HTTPS://U@H:443/?q", "http://[::FFFF:1.2.3.4]:80/", "A://", "a:B",
                             "https://H%aA:1?x#y"}) {
        const auto once = canonical(text);
        CHECK(canonical(once.c_str()) == once);
    }
}

TEST_CASE("RFC 8414 §3.1: the well-known part goes between host and path") {
    constexpr auto suffix = "oauth-authorization-server";
    CHECK(well_known("https://h", suffix) == "https://h/.well-known/oauth-authorization-server");
    CHECK(well_known("https://h/", suffix) == "https://h/.well-known/oauth-authorization-server");
    CHECK(well_known("https://h/t1", suffix) ==
          "https://h/.well-known/oauth-authorization-server/t1");
    CHECK(well_known("https://h/t1/", suffix) ==
          "https://h/.well-known/oauth-authorization-server/t1");
    CHECK(well_known("https://example.com/tenant/a", suffix) ==
          "https://example.com/.well-known/oauth-authorization-server/tenant/a");
}

TEST_CASE("RFC 9728 §3.1: a resource's query is kept behind its path") {
    constexpr auto suffix = "oauth-protected-resource";
    CHECK(well_known("https://h/mcp", suffix) ==
          "https://h/.well-known/oauth-protected-resource/mcp");
    CHECK(well_known("https://h/mcp?k=1", suffix) ==
          "https://h/.well-known/oauth-protected-resource/mcp?k=1");
    CHECK(well_known("https://h?k=1", suffix) ==
          "https://h/.well-known/oauth-protected-resource?k=1");
    CHECK(well_known("https://h/?k=1", suffix) ==
          "https://h/.well-known/oauth-protected-resource?k=1");
    CHECK(well_known("https://h:8443/mcp", suffix) ==
          "https://h:8443/.well-known/oauth-protected-resource/mcp");
    CHECK(well_known("http://[::1]:3000/mcp", suffix) ==
          "http://[::1]:3000/.well-known/oauth-protected-resource/mcp");
}
