// The documents that a resource server publishes about its resources (RFC 9728).
#include "gates.hpp"

using namespace gates;

namespace {

const std::string notes_document =
    R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://as.example"],)"
    R"("scopes_supported":["mcp","notes:read"],"bearer_methods_supported":["header"],)"
    R"("resource_name":"Notes","resource_documentation":"https://mcp.example/docs",)"
    R"("dpop_signing_alg_values_supported":["ES256","ES384","EdDSA","RS256","PS256"]})";
const std::string other_document =
    R"({"resource":"https://mcp.example/other","authorization_servers":["https://as.example"],)"
    R"("bearer_methods_supported":["header"],)"
    R"("dpop_signing_alg_values_supported":["ES256","ES384","EdDSA","RS256","PS256"]})";
const std::string root = "/.well-known/oauth-protected-resource";

http_response answer(const gate& g, std::string method, std::string target) {
    auto r = given::get(std::move(target));
    r.method = std::move(method);
    return g.rs.handle(r);
}
std::string text(const std::vector<endpoint>& routes) {
    std::string all;
    for (const auto& each : routes) all += each.method + " " + each.path + "\n";
    return all;
}
bool same(const http_response& a, const http_response& b) {
    return a.status == b.status && a.headers == b.headers && a.body == b.body;
}

} // namespace

TEST_CASE("RFC 9728 §3: each resource's document is where its identifier says",
          "[gate][PRM-02][PRM-03][PRM-05][PRM-06][PRM-07][PRM-08][MCP-PRM-01][MCP-PRM-02]"
          "[MCP-PRM-05][MCP-PRM-08][MCP-PRM-09][MCP-PRM-13]") {
    const gate g;
    const auto found = answer(g, "GET", root + "/mcp");
    CHECK(found.status == 200);
    CHECK(found.headers ==
          headers{{"Content-Type", "application/json"}, {"Cache-Control", "public, max-age=3600"}});
    CHECK(found.body == notes_document);
    CHECK(answer(g, "GET", root + "/other").body == other_document);
    CHECK(same(answer(g, "GET", root + "/mcp?x=1"), found));
}

TEST_CASE("the place that the challenge announces is where the document is",
          "[gate][PRM-04][PRM-11][MCP-PRM-03][MCP-PRM-04]") {
    const gate g;
    for (const auto& [resource, document] :
         {std::pair{notes, notes_document}, std::pair{other, other_document}}) {
        const auto challenge = std::string{*g.refusal("", {}, resource).header("WWW-Authenticate")};
        const std::string before = "resource_metadata=\"https://mcp.example";
        const auto begin = challenge.find(before) + before.size();
        const auto path = challenge.substr(begin, challenge.find('"', begin) - begin);
        CHECK(answer(g, "GET", path).body == document);
    }
}

TEST_CASE("the first resource is at the root too, the second place where clients look",
          "[gate][MCP-PRM-06][MCP-PRM-07]") {
    const gate g;
    CHECK(same(answer(g, "GET", root), answer(g, "GET", root + "/mcp")));
}

TEST_CASE("a resource without a path owns the root, whichever comes first",
          "[gate][PRM-02][MCP-PRM-06]") {
    for (const auto* const whole : {"https://mcp.example", "https://mcp.example/"}) {
        auto c = config();
        c.resources.push_back({whole, {}, {}, {}, {}});
        const gate g{std::move(c)};
        CHECK(answer(g, "GET", root).body ==
              R"({"resource":")" + std::string{whole} +
                  R"(","authorization_servers":["https://as.example"],)"
                  R"("bearer_methods_supported":["header"],"dpop_signing_alg_values_supported":)"
                  R"(["ES256","ES384","EdDSA","RS256","PS256"]})");
        CHECK(answer(g, "GET", root + "/mcp").body == notes_document);
    }
}

TEST_CASE("HEAD says how long the document is, and sends none", "[gate][PRM-02]") {
    const gate g;
    const auto head = answer(g, "HEAD", root + "/mcp");
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(head.headers == headers{{"Content-Type", "application/json"},
                                  {"Cache-Control", "public, max-age=3600"},
                                  {"Content-Length", std::to_string(notes_document.size())}});
}

TEST_CASE("a document is read with GET and HEAD only", "[gate][PRM-02]") {
    const gate g;
    for (const auto* const method : {"POST", "PUT", "DELETE", "PATCH", "get", "OPTIONS", ""}) {
        const auto refused = answer(g, method, root);
        CHECK(refused.status == 405);
        CHECK(refused.headers == headers{{"Cache-Control", "no-store"},
                                         {"Content-Length", "0"},
                                         {"Allow", "GET, HEAD"}});
        CHECK(refused.body.empty());
    }
}

TEST_CASE("nothing else is found, however it is spelled", "[gate][ATK-DS-02]") {
    const gate g;
    for (const auto& target :
         {root + "/", root + "/mcp/", root + "/MCP", root + "/third", root + "/%6Dcp",
          root + "//mcp", root + "/mcp;x", std::string{"/"}, std::string{},
          std::string{"/.well-known/oauth-authorization-server"}, root + "x"}) {
        const auto none = answer(g, "GET", target);
        CHECK(none.status == 404);
        CHECK(none.headers == headers{{"Cache-Control", "no-store"}, {"Content-Length", "0"}});
        CHECK(none.body.empty());
    }
}

TEST_CASE("no header of a request changes a document", "[gate][ATK-DS-01][MCP-PRM-14]") {
    const gate g;
    auto poisoned = given::get(root);
    for (const auto* const name : {"Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded",
                                   "X-Original-URL", "MCP-Protocol-Version"})
        poisoned.headers.push_back({name, "evil.example"});
    CHECK(same(g.rs.handle(poisoned), answer(g, "GET", root)));
}

TEST_CASE("offline_access is shown in no document", "[gate][MCP-PRM-11]") {
    const gate g; // whose first resource names it
    CHECK(answer(g, "GET", root).body.find("offline_access") == std::string::npos);
}

TEST_CASE("without a list of its own a resource shows its baseline", "[gate][MCP-PRM-10]") {
    auto c = config();
    c.resources = {{notes, {}, {"mcp"}, {}, {}}};
    const gate g{std::move(c)};
    CHECK(answer(g, "GET", root).body ==
          R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://as.example"],)"
          R"("scopes_supported":["mcp"],"bearer_methods_supported":["header"],)"
          R"("dpop_signing_alg_values_supported":["ES256","ES384","EdDSA","RS256","PS256"]})");
}

TEST_CASE("the routes to serve are exactly those that answer", "[gate]") {
    const gate g;
    CHECK(text(g.rs.endpoints()) == "GET " + root + "/mcp\nHEAD " + root + "/mcp\n" +         //
                                        "GET " + root + "/other\nHEAD " + root + "/other\n" + //
                                        "GET " + root + "\nHEAD " + root + "\n");
    for (const auto& each : g.rs.endpoints())
        CHECK(answer(g, each.method, each.path).status == 200);
    auto c = config();
    c.resources = {{"https://mcp.example", {}, {}, {}, {}}};
    CHECK(text(gate{std::move(c)}.rs.endpoints()) == "GET " + root + "\nHEAD " + root + "\n");
}
