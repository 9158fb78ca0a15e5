// A form with credentials: what is sent, to whom, and when not.

#include "adapters/curl/fetching.hpp"

#include <string>

#include <sys/socket.h>

using namespace fetching;

namespace {

constexpr const char* token_form = "token=abc%2Bdef&token_type_hint=access_token";
constexpr const char* credentials = "Basic Z2F0ZTpzM2NyZXQ=";

std::size_t times(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
}

} // namespace

TEST_CASE("a form is one POST with its type, its length and its credentials, and nothing else",
          "[adapters][introspection][MCP-SEC-07]") {
    const site one(document(R"({"active":true})"));
    const auto answer = fetcher()->fetch(post(one.url(), token_form));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == R"({"active":true})");
    REQUIRE(one.server.requests().size() == 1);
    CHECK(one.server.requests().at(0).request ==
          "POST /meta.json HTTP/1.1\r\nHost: client.example:" + std::to_string(one.server.port()) +
              "\r\nUser-Agent: mcp-oauth\r\n"
              "Content-Type: application/x-www-form-urlencoded\r\n"
              "Authorization: Basic Z2F0ZTpzM2NyZXQ=\r\n"
              "Accept: application/json\r\nAccept-Encoding: identity\r\n"
              "Content-Length: 44\r\n\r\ntoken=abc%2Bdef&token_type_hint=access_token");
}

TEST_CASE("a form without credentials has no Authorization, and neither has a GET",
          "[adapters][introspection]") {
    const site one(document("{}"));
    const auto from = fetcher();
    CHECK(from->fetch(post(one.url(), "client_id=gate&client_secret=x&token=t", "")));
    CHECK(from->fetch(post(one.url(), token_form)));
    CHECK(from->fetch(get(one.url()))); // after one that had them
    const auto seen = one.server.requests();
    REQUIRE(seen.size() == 3);
    CHECK(times(seen[0].request, "Authorization") == 0);
    CHECK(times(seen[0].request, "client_secret=x") == 1);
    CHECK(times(seen[1].request, "Authorization") == 1);
    CHECK(times(seen[2].request, "Authorization") == 0);
    CHECK(seen[2].request.substr(0, 4) == "GET ");
    CHECK(times(seen[2].request, "Content-Type") == 0);
    CHECK(times(seen[2].request, "token") == 0);
}

TEST_CASE("an empty form and a long one are sent whole and at once", "[adapters][introspection]") {
    for (const auto size :
         {std::size_t{0}, std::size_t{1}, std::size_t{30'000}, std::size_t{1'500'000}}) {
        const site one(document("{}"));
        const stopwatch watch;
        REQUIRE(fetcher()->fetch(post(one.url(), std::string(size, 'x'))));
        CHECK(watch.time() < 900ms); // libcurl would wait a second for a 100
        const auto request = one.server.requests().at(0).request;
        CHECK(times(request, "Expect") == 0);
        CHECK(request.size() - (request.find("\r\n\r\n") + 4) == size);
    }
}

TEST_CASE("no redirect is followed with a form: its credentials stay where they were sent",
          "[adapters][introspection][MCP-SEC-07][ATK-RG-05]") {
    for (const char* status : {"301", "302", "303", "307", "308"}) {
        INFO(status);
        const site other(document(R"({"active":true})"));
        const site one(std::string("HTTP/1.1 ") + status + " Moved\r\nLocation: " + other.url() +
                       "\r\nContent-Length: 0\r\n\r\n");
        const auto answer = fetcher()->fetch(post(one.url(), token_form));
        REQUIRE(answer);
        CHECK(answer->status == std::stoi(status));
        CHECK(one.server.requests().size() == 1);
        CHECK(other.server.connections() == 0);
    }
}

TEST_CASE("nothing of a form is said to a peer whose certificate is not right",
          "[adapters][introspection][ATK-RG-05]") {
    const certificates::authority stranger("stranger");
    certificates::wanted other_name;
    other_name.names = "DNS:other.example";
    for (const auto& identity :
         {stranger.issue({}), certificates::self_signed({}), trusted().issue(other_name)}) {
        network::reset();
        network::resolve("client.example.", {{"93.184.216.34"}});
        const https_server server(identity, document("{}"));
        const auto url = "https://client.example:" + std::to_string(server.port()) + "/";
        CHECK(refusal(*fetcher(), post(url, token_form)) == fetch_error::tls);
        for (const auto& seen : server.requests()) CHECK(seen.request.empty());
    }
}

TEST_CASE("nothing of a form goes out in the clear", "[adapters][introspection]") {
    site one(document("{}"));
    std::string heard;
    one.server.before_tls([&heard](int socket) {
        char buffer[2048];
        const auto count = ::recv(socket, buffer, sizeof buffer, 0);
        if (count > 0) heard.assign(buffer, static_cast<std::size_t>(count));
        const std::string plain = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        ::send(socket, plain.data(), plain.size(), MSG_NOSIGNAL);
        return false;
    });
    CHECK(refusal(*fetcher(), post(one.url(), token_form)) == fetch_error::tls);
    CHECK(times(heard, "token") + times(heard, credentials) == 0);
    CHECK(refusal(*fetcher(), post("http://client.example/introspect", token_form)) ==
          fetch_error::refused_url);
}

TEST_CASE("a form is guarded by addresses as everything is",
          "[adapters][introspection][MCP-SEC-07][MCP-CIMD-18]") {
    const site one(document("{}"));
    for (const char* inner : {"10.0.0.7", "192.168.1.1", "127.0.0.1", "169.254.169.254"}) {
        INFO(inner);
        network::resolve("client.example.", {{inner}});
        CHECK(refusal(*fetcher(), post(one.url(), token_form)) == fetch_error::refused_address);
    }
    CHECK(one.server.connections() == 0);
}

TEST_CASE("an answer to a form is bounded in octets and time",
          "[adapters][introspection][CIMD-07][ATK-RG-05]") {
    const site large(document(std::string(101, 'x')));
    auto request = post(large.url(), token_form);
    request.largest_body = 100;
    CHECK(refusal(*fetcher(), request) == fetch_error::too_large);
    request.largest_body = 101;
    CHECK(fetcher()->fetch(request));

    const site silent([](peer& to) { to.wait(5000ms); });
    auto patient = post(silent.url(), token_form);
    patient.time_limit = 150ms;
    const stopwatch watch;
    CHECK(refusal(*fetcher(), patient) == fetch_error::timeout);
    CHECK(watch.time() < 1650ms);
    CHECK(silent.server.requests().size() == 1); // and is not sent again
}

TEST_CASE("a form whose connection breaks is not sent again", "[adapters][introspection]") {
    const site one([](peer& to) { to.hang_up(); });
    CHECK(refusal(*fetcher(), post(one.url(), token_form)) == fetch_error::connection);
    CHECK(one.server.connections() == 1);
}
