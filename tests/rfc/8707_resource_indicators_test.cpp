#include "mcp_oauth/rfc/8707_resource_indicators.hpp"

#include <string>

#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

resource_identifier resource(std::string_view text) { return *resource_identifier::parse(text); }

bool same(std::string_view identifier, std::string_view other) {
    return resource(identifier).same_as(other);
}

const std::vector<resource_identifier> served{resource("https://h.example/mcp"),
                                              resource("https://h.example/files"),
                                              resource("https://o.example")};

std::string resolve(const std::vector<std::string_view>& requested) {
    const auto resolved = resolve_resources(requested, served);
    if (!resolved) return refused(resolved);
    std::string joined;
    for (const auto& each : *resolved) joined += (joined.empty() ? "" : " ") + each;
    return joined;
}

constexpr auto unserved = "invalid_target: the requested resource is not served";

} // namespace

TEST_CASE("RFC 9728 §1.2: a resource identifier is an https URL without a fragment",
          "[PRM-01][MCP-PRM-12]") {
    for (const auto good : {"https://h.example/mcp", "https://h.example", "https://h.example/",
                            "https://h.example:8443/a/b?x=1", "https://h.example/mcp/"}) {
        CAPTURE(good);
        REQUIRE(resource_identifier::parse(good));
        CHECK(resource(good).text() == good);
    }
    for (const auto bad :
         {"", "h.example/mcp", "//h.example/mcp", "/mcp", "https://h.example/mcp#",
          "https://h.example/mcp#x", "https://user@h.example/mcp", "https:///mcp", "https:mcp",
          "urn:example:mcp", "http://h.example/mcp", "ftp://h.example", "https://h.example/m cp",
          "https://h.example/\xC3\xA9"}) {
        CAPTURE(bad);
        CHECK_FALSE(resource_identifier::parse(bad));
    }
}

TEST_CASE("MCP: plain http is for development on this machine", "[MCP-PRM-12][OA21-GEN-01]") {
    for (const auto good :
         {"http://127.0.0.1:8080/mcp", "http://localhost/mcp", "http://[::1]:1/mcp"})
        CHECK(resource_identifier::parse(good));
    for (const auto bad : {"http://127.0.0.1.evil.example/mcp", "http://10.0.0.1/mcp",
                           "http://localhost./mcp", "http://127.1/mcp"})
        CHECK_FALSE(resource_identifier::parse(bad));
}

TEST_CASE("MCP: case of scheme and host, default port and a lone root slash do not matter",
          "[MCP-RES-06][MCP-RES-07]") {
    CHECK(same("https://h.example/mcp", "HTTPS://H.Example/mcp"));
    CHECK(same("https://H.example/mcp", "https://h.example/mcp"));
    CHECK(same("https://h.example/mcp", "https://h.example:443/mcp"));
    CHECK(same("https://h.example", "https://h.example/"));
    CHECK(same("https://h.example/", "https://h.example"));
    CHECK(same("http://127.0.0.1:80/mcp", "http://127.0.0.1/mcp"));
}

TEST_CASE("RFC 8707 §3: path, query and percent-encoding stay significant",
          "[RES-09][MCP-RES-08][MCP-RES-13][ATK-JW-11]") {
    for (const auto other : {"https://h.example/MCP",
                             "https://h.example/mcp/",
                             "https://h.example/mcp?",
                             "https://h.example/mcp?x=1",
                             "https://h.example/%6dcp",
                             "https://h.example/./mcp",
                             "https://h.example/x/../mcp",
                             "https://h.example//mcp",
                             "https://h.example/mc",
                             "https://h.example/mcp2",
                             "https://h.example",
                             "https://h.example/",
                             "http://h.example/mcp",
                             "https://h.example:8443/mcp",
                             "https://h.example./mcp",
                             "https://h.example.evil.example/mcp",
                             "https://user@h.example/mcp",
                             "https://h.example/mcp#",
                             "",
                             "mcp"}) {
        CAPTURE(other);
        CHECK_FALSE(same("https://h.example/mcp", other));
    }
    CHECK_FALSE(same("https://h.example/a", "https://h.example/b"));
}

TEST_CASE("RFC 8707 §2: requested resources resolve to the configured spellings, once each",
          "[RES-02][MCP-RES-03][MCP-RES-12]") {
    CHECK(resolve({}).empty());
    CHECK(resolve({"https://h.example/mcp"}) == "https://h.example/mcp");
    CHECK(resolve({"HTTPS://H.EXAMPLE:443/mcp", "https://o.example/"}) ==
          "https://h.example/mcp https://o.example");
    CHECK(resolve({"https://o.example/", "https://o.example"}) == "https://o.example");
}

TEST_CASE("RFC 8707 §2: a relative, fragment-bearing or unknown resource is invalid_target",
          "[RES-01][RES-03][MCP-RES-04][ATK-RS-08]") {
    for (const std::string_view bad :
         {"mcp", "/mcp", "//h.example/mcp", ":mcp", "https://h.example/mcp#",
          "https://h.example/mcp#x", "https://evil.example", "https://h.example/mcp/../files",
          "https://h.example/mc", "https://h.example/mcp x"}) {
        CAPTURE(bad);
        CHECK(resolve({bad}) == unserved);
        CHECK(resolve({"https://h.example/mcp", bad}) == unserved);
    }
    CHECK(refused(resolve_resources({"https://h.example/mcp"}, {})) == unserved);
}
