// The MCP endpoint: the gate, the two eras, the tools and what they need.
#include <string>

#include "visitor.hpp"

using namespace visiting;

namespace {

const std::string resource_metadata = origin + "/.well-known/oauth-protected-resource/mcp";

/// Somebody with a token who sends JSON-RPC.
class caller {
public:
    explicit caller(const std::string& scope) : token_(who_.access_token(scope)) {}
    caller(const std::string& scope, const visitor& at, const std::string& username,
           const std::string& password)
        : who_(at.newcomer()), token_(who_.access_token(scope, username, password)) {}

    http_response send(const json& message, headers with = {}) {
        with.push_back({"Authorization", "Bearer " + token_});
        return who_.post_json("/mcp", message, std::move(with));
    }
    http_response raw(const std::string& body, const std::string& type = "application/json") {
        return who_.send("POST", "/mcp",
                         {{"Authorization", "Bearer " + token_}, {"Content-Type", type}}, body);
    }
    http_response plain(const std::string& method, headers with = {}) {
        with.push_back({"Authorization", "Bearer " + token_});
        return who_.send(method, "/mcp", std::move(with));
    }
    http_response tool(const std::string& name, const json& arguments = json::object()) {
        return send({{"jsonrpc", "2.0"},
                     {"id", 1},
                     {"method", "tools/call"},
                     {"params", {{"name", name}, {"arguments", arguments}}}});
    }
    /// As the stateless revision sends it.
    http_response modern(const std::string& method, json params = json::object(),
                         headers with = {}) {
        params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                           {"io.modelcontextprotocol/clientCapabilities", json::object()}};
        with.push_back({"MCP-Protocol-Version", "2026-07-28"});
        with.push_back({"Mcp-Method", method});
        return send({{"jsonrpc", "2.0"}, {"id", "x"}, {"method", method}, {"params", params}},
                    std::move(with));
    }

private:
    visitor who_;
    std::string token_;
};

json call(const char* method, const json& params = json::object(), const json& id = 1) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}
json body_of(const http_response& answer) { return json::parse(answer.body); }
int code_of(const http_response& answer) {
    return body_of(answer).at("error").at("code").get<int>();
}
std::string text_of(const http_response& answer) {
    return body_of(answer).at("result").at("content").at(0).at("text").get<std::string>();
}

} // namespace

TEST_CASE("[MCP-ERR-02] Without a token every method is challenged, and nothing is parsed",
          "[examples][mcp]") {
    visitor who;
    for (const char* method : {"GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
        const auto answer = who.send(method, "/mcp", {}, "{");
        CHECK(answer.status == 401);
        const std::string challenge{answer.header("www-authenticate").value_or("")};
        CHECK(challenge.rfind("Bearer ", 0) == 0);
        CHECK(challenge.find("resource_metadata=\"" + resource_metadata + '"') !=
              std::string::npos);
        CHECK(challenge.find("scope=\"mcp\"") != std::string::npos);
        CHECK(challenge.find("error") == std::string::npos);
    }
}

TEST_CASE("With a token all but POST is 405", "[examples][mcp]") {
    caller somebody{"mcp"};
    for (const char* method : {"GET", "HEAD", "DELETE", "PUT", "OPTIONS"}) {
        const auto answer = somebody.plain(method);
        CHECK(answer.status == 405);
        CHECK(answer.header("allow") == "POST, OPTIONS");
    }
}

TEST_CASE("[MCP-SEC-09] Host and Origin come before the token", "[examples][mcp]") {
    visitor who;
    for (const auto& header : {mcp_oauth::http_header{"Host", "evil.example"},
                               {"Host", "127.0.0.1.evil.example"},
                               {"Host", "127.0.0.1@evil.example"},
                               {"Host", ""},
                               {"Origin", "https://evil.example"},
                               {"Origin", "null"},
                               {"Origin", "http://localhost.evil.example"}}) {
        CAPTURE(header.value);
        const auto answer = who.send("POST", "/mcp", {header});
        CHECK(answer.status == 403);
        CHECK_FALSE(answer.header("www-authenticate"));
        CHECK_FALSE(answer.header("access-control-allow-origin"));
    }
    for (const auto& header : {mcp_oauth::http_header{"Host", "localhost:1"},
                               {"Host", "[::1]"},
                               {"Origin", "http://localhost:6274"},
                               {"Origin", "https://127.0.0.1"}})
        CHECK(who.send("POST", "/mcp", {header}).status == 401);
    CHECK(who.send("POST", "/mcp", {{"Host", "127.0.0.1"}, {"Host", "evil.example"}}).status ==
          403);

    visitor listed{R"({"cors_allowed_origins":["https://app.example"]})"};
    CHECK(listed.send("POST", "/mcp", {{"Origin", "https://app.example"}}).status == 401);
}

TEST_CASE("The revisions that begin with initialize", "[examples][mcp]") {
    caller somebody{"mcp"};
    for (const std::string revision : {"2025-03-26", "2025-06-18", "2025-11-25"}) {
        const auto answer = somebody.send(call("initialize", {{"protocolVersion", revision}}));
        CHECK(answer.status == 200);
        const auto result = body_of(answer).at("result");
        CHECK(result.at("protocolVersion") == revision);
        CHECK(result.at("capabilities").at("tools").empty()); // no listChanged
        CHECK_FALSE(answer.header("mcp-session-id"));
    }
    for (const std::string unknown : {"1900-01-01", "2026-07-28"})
        CHECK(body_of(somebody.send(call("initialize", {{"protocolVersion", unknown}})))
                  .at("result")
                  .at("protocolVersion") == "2025-11-25");

    const headers revision{{"MCP-Protocol-Version", "2025-11-25"}};
    CHECK(somebody.send(call("initialize"), revision).status == 200);
    CHECK(somebody.send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}}, revision)
              .status == 202);
    CHECK(body_of(somebody.send(call("ping"), revision)).at("result") == json::object());
    CHECK(body_of(somebody.send(call("tools/list"), revision)).at("result").at("tools").size() ==
          3);
    // mcp-remote sends the headers of the stateless revision along, which nobody has to check here.
    const headers along{{"MCP-Protocol-Version", "2025-11-25"},
                        {"Mcp-Method", "tools/call"},
                        {"Mcp-Name", "whoami"}};
    CHECK(text_of(somebody.send(call("tools/call", {{"name", "whoami"}}), along)).find("alice") !=
          std::string::npos);
    const auto unknown = somebody.send(call("no/such"), revision);
    CHECK(unknown.status == 200);
    CHECK(code_of(unknown) == -32601);
    CHECK(somebody.send(call("ping"), {{"MCP-Protocol-Version", "1900-01-01"}}).status == 400);
    // The version that a client of the other era would have.
    CHECK(code_of(somebody.send(call("server/discover"), revision)) == -32601);
}

TEST_CASE("Messages that are none", "[examples][mcp]") {
    caller somebody{"mcp"};
    const std::pair<std::string, int> table[] = {
        {"{", -32700},
        {"", -32700},
        {std::string(10'000, '['), -32700},
        {"1", -32600},
        {"null", -32600},
        {R"({"id":1,"method":"ping"})", -32600},
        {R"({"jsonrpc":"2.0","id":1})", -32600},
        {R"({"jsonrpc":"2.0","id":1,"method":7})", -32600},
        {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", -32600},
        {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600},
        {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})", -32600},
    };
    for (const auto& [body, code] : table) {
        CAPTURE(body.substr(0, 60));
        const auto answer = somebody.raw(body);
        CHECK(answer.status == 400);
        CHECK(code_of(answer) == code);
    }
    CHECK(somebody.raw("{}", "text/plain").status == 415);
    CHECK(somebody.raw(R"({"jsonrpc":"2.0","id":1,"result":{}})").status == 202);
    CHECK(somebody.raw(call("ping").dump(), "Application/JSON; charset=utf-8").status == 200);
}

TEST_CASE("A batch is for 2025-03-26, and is done whole or not at all", "[examples][mcp]") {
    caller somebody{"mcp"};
    const json note{{"jsonrpc", "2.0"}, {"method", "notifications/x"}};
    auto answer = somebody.send({call("ping"), note, call("no/such", json::object(), "b"), 7});
    CHECK(answer.status == 200);
    const auto answers = body_of(answer);
    REQUIRE(answers.size() == 3);
    CHECK(answers[0].at("id") == 1);
    CHECK(answers[1].at("error").at("code") == -32601);
    CHECK(answers[2].at("error").at("code") == -32600);
    CHECK(somebody.send({note, note}).status == 202);
    CHECK(code_of(somebody.send(json::array())) == -32600);
    CHECK(somebody.send(json::array({call("ping")}), {{"MCP-Protocol-Version", "2025-06-18"}})
              .status == 400);
    CHECK(body_of(somebody.send(json::array({call("initialize")}))).at(0).at("error").at("code") ==
          -32600);

    const auto refused =
        somebody.send({call("tools/call", {{"name", "list_notes"}}),
                       call("tools/call", {{"name", "add_note"}, {"arguments", {{"text", "x"}}}})});
    CHECK(refused.status == 403);
    const std::string challenge{refused.header("www-authenticate").value_or("")};
    CHECK(challenge.find("scope=\"notes:read notes:write\"") != std::string::npos);
}

TEST_CASE("[MCP-TOK-15] A session that we did not open is none", "[examples][mcp]") {
    caller somebody{"mcp"};
    CHECK(somebody.send(call("ping"), {{"Mcp-Session-Id", "abc"}}).status == 404);
    CHECK(somebody.send(call("ping"), {{"Mcp-Session-Id", "a"}, {"Mcp-Session-Id", "b"}}).status ==
          404);
    // In the stateless revision the header means nothing.
    CHECK(somebody.modern("server/discover", json::object(), {{"Mcp-Session-Id", "abc"}}).status ==
          200);
}

TEST_CASE("The stateless revision", "[examples][mcp]") {
    caller somebody{"mcp"};
    const auto discovered = body_of(somebody.modern("server/discover")).at("result");
    CHECK(discovered.at("resultType") == "complete");
    CHECK(discovered.at("supportedVersions").size() == 4);
    CHECK(discovered.at("supportedVersions").at(0) == "2026-07-28");
    CHECK(discovered.at("_meta").at("io.modelcontextprotocol/serverInfo").contains("version"));
    const auto list = body_of(somebody.modern("tools/list")).at("result");
    CHECK(list.at("ttlMs").get<int>() > 0);
    CHECK(list.at("cacheScope") == "private");
    const auto called =
        somebody.modern("tools/call", {{"name", "whoami"}}, {{"Mcp-Name", "whoami"}});
    CHECK(text_of(called).find("alice") != std::string::npos);
    CHECK(body_of(called).at("result").at("resultType") == "complete");
    CHECK_FALSE(body_of(called).at("result").contains("ttlMs"));
    for (const char* removed : {"initialize", "ping", "logging/setLevel", "no/such"}) {
        const auto answer = somebody.modern(removed);
        CHECK(answer.status == 404);
        CHECK(code_of(answer) == -32601);
        CHECK(body_of(answer).at("id") == "x");
    }
}

TEST_CASE("The stateless revision checks headers and _meta against each other", "[examples][mcp]") {
    caller somebody{"mcp"};
    const auto meta = [](const std::string& revision) {
        return json{{"_meta",
                     {{"io.modelcontextprotocol/protocolVersion", revision},
                      {"io.modelcontextprotocol/clientCapabilities", json::object()}}}};
    };
    const headers good{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "server/discover"}};
    CHECK(somebody.send(call("server/discover", meta("2026-07-28")), good).status == 200);

    const auto expect = [](const http_response& answer, int code) {
        CHECK(answer.status == 400);
        CHECK(code_of(answer) == code);
    };
    expect(somebody.send(call("server/discover"), good), -32602);
    auto no_capabilities = meta("2026-07-28");
    no_capabilities["_meta"].erase("io.modelcontextprotocol/clientCapabilities");
    expect(somebody.send(call("server/discover", no_capabilities), good), -32602);
    expect(somebody.send(call("server/discover", meta("2026-07-28"))), -32020);
    expect(somebody.send(call("server/discover", meta("v999")), good), -32020);
    expect(somebody.send(call("server/discover", meta("2026-07-28")),
                         {{"MCP-Protocol-Version", "2026-07-28"}}),
           -32020);
    expect(somebody.send(call("tools/list", meta("2026-07-28")), good), -32020);
    const auto other = somebody.send(call("server/discover", meta("v999")),
                                     {{"MCP-Protocol-Version", "v999"}, {"Mcp-Method", "x"}});
    expect(other, -32022);
    CHECK(body_of(other).at("error").at("data").at("requested") == "v999");
    CHECK(body_of(other).at("error").at("data").at("supported").size() == 4);
}

TEST_CASE("The stateless revision compares the tool's name after decoding", "[examples][mcp]") {
    caller somebody{"mcp"};
    const json whoami{{"name", "whoami"}};
    for (const char* name : {"whoami", "=?base64?d2hvYW1p?="})
        CHECK(somebody.modern("tools/call", whoami, {{"Mcp-Name", name}}).status == 200);
    for (const char* name : {"add_note", "WHOAMI", "=?base64?d2hvYW1p", "=?base64?!!?=",
                             "=?base64?"
                             "?="})
        CHECK(code_of(somebody.modern("tools/call", whoami, {{"Mcp-Name", name}})) == -32020);
    CHECK(code_of(somebody.modern("tools/call", whoami)) == -32020);
}

TEST_CASE("[MCP-SCO-05][MCP-SCO-06] A tool beyond the token's scope is 403, and says all it needs",
          "[examples][mcp]") {
    caller somebody{"mcp"};
    const std::pair<const char*, const char*> table[] = {{"list_notes", "notes:read"},
                                                         {"add_note", "notes:write"}};
    for (const auto& [tool, scope] : table) {
        const auto answer = somebody.tool(tool, {{"text", "x"}});
        CHECK(answer.status == 403);
        const std::string challenge{answer.header("www-authenticate").value_or("")};
        CHECK(challenge.find("error=\"insufficient_scope\"") != std::string::npos);
        CHECK(challenge.find("scope=\"" + std::string{scope} + "\"") != std::string::npos);
    }
    // The name in the body counts, not the one in the header.
    CHECK(
        somebody.modern("tools/call", {{"name", "add_note"}}, {{"Mcp-Name", "add_note"}}).status ==
        403);
    const auto unknown = somebody.tool("no_such_tool");
    CHECK(unknown.status == 200);
    CHECK(code_of(unknown) == -32602);
}

TEST_CASE("[MCP-SCO-12] The tools, and notes:write implies notes:read", "[examples][mcp]") {
    caller alice{"notes:write"};
    CHECK(text_of(alice.tool("list_notes")) == "There are no notes yet.");
    CHECK(text_of(alice.tool("add_note", {{"text", "bread"}})) == "Noted.");
    CHECK(text_of(alice.tool("list_notes")) == "- bread");
    CHECK(body_of(alice.tool("list_notes")).at("result").at("structuredContent").at("notes") ==
          json::array({"bread"}));
    CHECK(alice.tool("whoami").status == 403); // notes:write does not imply mcp

    for (const json& wrong : {json::object(), json{{"text", 7}}, json{{"text", ""}},
                              json{{"text", std::string(2001, 'a')}}})
        CHECK(body_of(alice.tool("add_note", wrong)).at("result").at("isError") == true);
    CHECK(code_of(alice.send(call("tools/call", {{"name", "add_note"}, {"arguments", 1}}))) ==
          -32602);
}

TEST_CASE("Notes belong to their user", "[examples][mcp]") {
    const visitor home{R"({"users":[{"username":"alice","password":"wonderland"},
                                    {"username":"bob","password":"builder"}]})"};
    caller alice{"notes:write", home, "alice", "wonderland"};
    caller bob{"mcp notes:read", home, "bob", "builder"};
    CHECK(text_of(alice.tool("add_note", {{"text", "bread"}})) == "Noted.");
    CHECK(text_of(bob.tool("list_notes")) == "There are no notes yet.");
    CHECK(text_of(bob.tool("whoami")).find("bob") != std::string::npos);
}
