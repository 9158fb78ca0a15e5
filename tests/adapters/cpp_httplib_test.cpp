// Both servers behind a real cpp-httplib, over real connections.
#include "loopback.hpp"

#include "mcp_oauth/adapters/cpp_httplib.hpp"
#include "server/given.hpp"

using namespace mcp_oauth;
using loopback::connection;
using loopback::count;

namespace {

/// An MCP server as a host writes it: both servers mounted, and one guarded route.
struct host {
    explicit host(const char* resource = given::resource)
        : issuer(serving(resource)),
          gate(*resource_server::beside(
              issuer.as, {{resource, {}, {"mcp"}, {}, {}}},
              {&issuer.store, &issuer.events, &issuer.clock, &issuer.random})) {
        mount(web.http, issuer.as);
        mount(web.http, gate);
        web.http.Post("/mcp", [this](const httplib::Request& in, httplib::Response& out) {
            const auto who = admitted(gate, in, out, {"notes:read"});
            if (!who) return;
            const principal_scope caller{*who};
            out.set_content(principal_scope::current()->subject() + ":" + in.body, "text/plain");
        });
        web.http.Get("/secret", [this](const httplib::Request&, httplib::Response& out) {
            ++secrets_served;
            out.set_content("the secret", "text/plain");
        });
        web.start();
    }
    std::string access_token() {
        return given::member(issuer.redeem(issuer.code()), "access_token");
    }

    static authorization_server_config serving(const char* resource) {
        auto config = given::config(policy::mcp());
        config.resources = {resource};
        return config;
    }

    given::server issuer;
    resource_server gate;
    std::atomic<int> secrets_served{0};
    loopback::server web;
};

/// The same for clients that run in a browser.
struct browser_host {
    browser_host()
        : gate(*resource_server::beside(
              issuer.as, {{given::resource, {}, {"mcp"}, {}, {}}},
              {&issuer.store, &issuer.events, &issuer.clock, &issuer.random})) {
        const cors_policy cors{{page}};
        mount(web.http, issuer.as, cors);
        mount(web.http, gate, cors);
        const auto mcp = with_cors(cors, [this](const auto& in, auto& out) {
            if (admitted(gate, in, out)) out.set_content("in", "text/plain");
        });
        web.http.Get("/mcp", mcp).Post("/mcp", mcp).Options("/mcp", mcp);
        web.http.Get("/authorize", [this](const httplib::Request& in, httplib::Response& out) {
            out.status = std::get<error_page>(issuer.as.authorize(from_httplib(in))).status;
        });
        web.start();
    }

    const std::string page = "http://localhost:6274";
    given::server issuer{policy::mcp()};
    resource_server gate;
    loopback::server web;
};

const std::string metadata = "/.well-known/oauth-protected-resource/mcp";

} // namespace

TEST_CASE("a request is handed on as it came", "[httplib]") {
    httplib::Request in;
    in.method = "POST";
    in.target = "/a%2Fb?x=%41&x=";
    in.path = "/a/b";
    in.body = std::string("a\0b", 3);
    in.remote_addr = "192.0.2.7";
    in.headers.emplace("Authorization", "Bearer one");
    in.headers.emplace("authorization", "Bearer two");
    const auto request = from_httplib(in);
    CHECK(request.method == "POST");
    CHECK(request.target == "/a%2Fb?x=%41&x=");
    CHECK(request.body == std::string("a\0b", 3));
    CHECK(request.source == "192.0.2.7");
    CHECK(request.count("Authorization") == 2);
}

TEST_CASE("an answer is sent as it is, repeated fields included", "[httplib]") {
    httplib::Response out;
    to_httplib({207,
                {{"Set-Cookie", "a=1"},
                 {"Content-Type", "application/x"},
                 {"Set-Cookie", "b=2"},
                 {"Content-Length", "4"}},
                "body"},
               out);
    CHECK(out.status == 207);
    CHECK(out.body == "body");
    CHECK(out.get_header_value_count("Set-Cookie") == 2);
    CHECK(out.get_header_value("Content-Type") == "application/x");
    CHECK(!out.has_header("Content-Length")); // httplib counts
}

TEST_CASE("a client gets its tokens and calls the guarded route over HTTP", "[httplib]") {
    host h;
    auto client = h.web.client();
    const auto tokens =
        client.Post("/token", given::encode(given::server::redemption(h.issuer.code())),
                    "application/x-www-form-urlencoded");
    REQUIRE(tokens);
    REQUIRE(tokens->status == 200);
    CHECK(tokens->get_header_value("Cache-Control") == "no-store");
    const auto parsed = json_document::parse(tokens->body);
    REQUIRE(parsed);
    const std::string token{*parsed->root().string_at("access_token")};
    const auto answer =
        client.Post("/mcp", {{"Authorization", "Bearer " + token}}, "{}", "application/json");
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "alice:{}");
}

TEST_CASE("a request without a token gets the challenge, with one length and no body",
          "[httplib][MCP-ERR-02]") {
    host h;
    const connection wire{h.web.port()};
    wire.send("POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
    const auto answer = wire.receive("\r\n\r\n");
    CHECK(answer.substr(0, 13) == "HTTP/1.1 401 ");
    CHECK(count(answer, "WWW-Authenticate: Bearer scope=\"mcp notes:read\", "
                        "resource_metadata=\"https://as.example" +
                            metadata + "\", DPoP algs=\"ES256 ES384 EdDSA RS256 PS256\"\r\n") == 1);
    CHECK(count(answer, "Content-Length: 0\r\n") == 1);
    CHECK(count(answer, "Content-Length") == 1);
}

TEST_CASE("two Authorization fields are seen and refused", "[httplib][OA21-RS-05][ATK-RS-02]") {
    host h;
    auto client = h.web.client();
    const auto token = "Bearer " + h.access_token();
    const auto answer = client.Post("/mcp", {{"Authorization", token}, {"Authorization", token}},
                                    "{}", "application/json");
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(client.Post("/mcp?access_token=" + token.substr(7))->status == 401);
}

TEST_CASE("a refused request's body is never served as the next request", "[httplib][smuggling]") {
    host h;
    const connection wire{h.web.port()};
    REQUIRE(wire.connected());
    const std::string body = "GET /secret HTTP/1.1\r\nHost: x\r\n\r\n";
    wire.send(
        "POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds{100}); // a segment of its own
    wire.send(body);
    const auto answers = wire.receive();
    CHECK(count(answers, "HTTP/1.1 401 ") == 1);
    CHECK(count(answers, "HTTP/1.1 ") == 1);
    CHECK(h.secrets_served == 0);

    wire.send("GET /secret HTTP/1.1\r\nHost: x\r\n\r\n"); // the connection is in order
    CHECK(count(wire.receive("the secret"), "HTTP/1.1 200 ") == 1);
    CHECK(h.secrets_served == 1);
}

TEST_CASE("the metadata documents are served, HEAD tells their length", "[httplib][PRM-02]") {
    host h;
    auto client = h.web.client();
    for (const auto& each : h.gate.endpoints()) {
        const auto got = client.Get(each.path.c_str());
        REQUIRE(got);
        CHECK(got->status == 200);
        CHECK(got->get_header_value("Content-Type") == "application/json");
        CHECK(got->get_header_value("Cache-Control") == "public, max-age=3600");
        CHECK(got->body == h.gate.handle(given::get(each.path)).body);
        const connection wire{h.web.port()};
        wire.send("HEAD " + each.path + " HTTP/1.1\r\nHost: evil.example\r\n\r\n");
        const auto head = wire.receive("\r\n\r\n");
        CHECK(count(head, "Content-Length: " + std::to_string(got->body.size()) + "\r\n") == 1);
        CHECK(count(head, "Content-Length") == 1);
        CHECK(head.substr(head.size() - 4) == "\r\n\r\n");
    }
}

TEST_CASE("every route of both servers answers, and a wrong method is 405 with Allow",
          "[httplib][OA21-TOK-01]") {
    host h;
    auto client = h.web.client();
    auto routes = h.issuer.as.endpoints();
    for (const auto& each : h.gate.endpoints()) routes.push_back(each);
    for (const auto& each : routes) {
        INFO(each.path);
        CHECK(client.Get(each.path.c_str())->status != 404);
        for (const auto& wrong : {client.Put(each.path.c_str()), client.Patch(each.path.c_str()),
                                  client.Delete(each.path.c_str())}) {
            REQUIRE(wrong);
            CHECK(wrong->status == 405);
            CHECK(wrong->get_header_value_count("Allow") == 1);
        }
    }
    CHECK(client.Get("/token")->status == 405);
}

TEST_CASE("a dot in a route is a dot, and only the configured spelling is found",
          "[httplib][ATK-DS-02]") {
    host h{"https://as.example/a.b/(c)+%20d/:e"};
    auto client = h.web.client();
    const std::string root = "/.well-known/oauth-protected-resource";
    const auto status = [&](const std::string& target) {
        const connection wire{h.web.port()};
        wire.send("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        return wire.receive("\r\n\r\n").substr(9, 3);
    };
    CHECK(status(root + "/a.b/(c)+%20d/:e") == "200");
    for (const auto* const path : {"/aXb/(c)+%20d/:e", "/a.b/(c)+%20d/:f", "/a.b/(c)+%20d/e",
                                   "/a.b/c+%20d/:e", "/a.b/%28c)+%20d/:e", "/a.b/(c)+%20d/%3Ae"})
        CHECK(status(root + path) == "404");
    CHECK(status("/Xwell-known/oauth-protected-resource") == "404");
    CHECK(status(root) == "200");
}

TEST_CASE("without a CORS policy preflights are left to the host", "[httplib]") {
    host h;
    CHECK(h.web.client().Options("/token")->status == 404);
}

TEST_CASE("with a CORS policy a page of another origin calls every endpoint and the guarded route",
          "[httplib][MCP-SEC-13][OA21-TOK-14][BEAR-06]") {
    browser_host h;
    auto client = h.web.client();
    const httplib::Headers asks{{"Origin", h.page}, {"Access-Control-Request-Method", "POST"}};
    auto routes = h.issuer.as.endpoints();
    for (const auto& each : h.gate.endpoints()) routes.push_back(each);
    routes.push_back({"POST", "/mcp"});
    for (const auto& each : routes) {
        INFO(each.path);
        const auto asked = client.Options(each.path.c_str(), asks);
        REQUIRE(asked);
        CHECK(asked->status == 204);
        CHECK(asked->get_header_value("Access-Control-Allow-Origin") == h.page);
        const auto answer = client.Get(each.path.c_str(), {{"Origin", h.page}});
        REQUIRE(answer);
        CHECK(answer->get_header_value_count("Access-Control-Allow-Origin") == 1);
        CHECK(answer->get_header_value_count("Access-Control-Expose-Headers") == 1);
    }
    const auto refused = client.Post("/mcp", {{"Origin", h.page}}, "{}", "application/json");
    REQUIRE(refused);
    CHECK(refused->status == 401);
    CHECK(refused->has_header("WWW-Authenticate"));
    CHECK(refused->get_header_value_count("Access-Control-Expose-Headers") == 1);
    CHECK(refused->get_header_value("Access-Control-Expose-Headers").find("WWW-Authenticate") == 0);
    const auto stranger = client.Post("/mcp", {{"Origin", "https://evil.example"}}, "{}", "a/b");
    CHECK_FALSE(stranger->has_header("Access-Control-Allow-Origin"));
}

TEST_CASE("behind a proxy each user has a limit of their own", "[httplib][BCP-15]") {
    memory_attempt_limiter::rates rates;
    rates.registration = attempt_rate{1, 1};
    memory_attempt_limiter limiter{rates};
    given::server s{policy::mcp()};
    server_ports ports{s.store};
    ports.limiter = &limiter;
    ports.events = &s.events;
    const auto issuer = *authorization_server::make(given::config(policy::mcp()), ports);
    loopback::server web;
    mount(web.http, issuer, cors_policy{{"*"}},
          [](const httplib::Request& in) { return in.get_header_value("X-Real-IP"); });
    web.start();
    const auto register_from = [&](const char* address) {
        return web.client()
            .Post("/register", {{"X-Real-IP", address}, {"X-Forwarded-For", "192.0.2.99"}},
                  R"({"redirect_uris":["http://127.0.0.1/cb"]})", "application/json")
            ->status;
    };
    CHECK(register_from("192.0.2.1") == 201);
    CHECK(register_from("192.0.2.1") == 429);
    CHECK(register_from("192.0.2.2") == 201);
    CHECK(s.events.take().front().source == "192.0.2.1");
}

TEST_CASE("an OPTIONS request that is no preflight is guarded as every other", "[httplib]") {
    browser_host h;
    CHECK(h.web.client().Options("/mcp")->status == 401);
    CHECK(h.web.client().Options("/token")->status == 405);
}

TEST_CASE("no page of another origin reads the authorization endpoint, preflights included",
          "[httplib][OA21-AUTHZ-07][MCP-AZR-13][ATK-AZ-16]") {
    browser_host h;
    auto client = h.web.client();
    const httplib::Headers asks{{"Origin", h.page}, {"Access-Control-Request-Method", "GET"}};
    for (const auto& answer :
         {client.Options("/authorize", asks), client.Get("/authorize", {{"Origin", h.page}})}) {
        REQUIRE(answer);
        for (const auto& field : answer->headers)
            CHECK(field.first.find("Access-Control-") == std::string::npos);
    }
}

TEST_CASE("the caller is known inside its scope, and on its thread only", "[httplib]") {
    host h;
    auto decided = h.gate.admit(
        {"POST", "/mcp", {{"Authorization", "Bearer " + h.access_token()}}, {}, {}, {}});
    const auto& alice = std::get<principal>(decided);
    const auto copy = alice;
    CHECK(principal_scope::current() == nullptr);
    {
        const principal_scope outer{alice};
        {
            const principal_scope inner{copy};
            CHECK(principal_scope::current() == &copy);
        }
        CHECK(principal_scope::current() == &alice);
        const principal* elsewhere = &alice;
        std::thread([&elsewhere] { elsewhere = principal_scope::current(); }).join();
        CHECK(elsewhere == nullptr);
    }
    CHECK(principal_scope::current() == nullptr);
}
