// Where a fetch goes: names, their answers, and the connection that is made. No socket of this
// program reaches another machine, see network.hpp.

#include "adapters/curl/fetching.hpp"

using namespace fetching;
using names = std::vector<std::string>;

TEST_CASE("a document comes from the vetted address, and SNI, Host and certificate are the name's",
          "[adapters][MCP-CIMD-15][MCP-CIMD-20][MCP-CIMD-21][JBCP-07]") {
    const site one(document(R"({"client_id":"x"})"));
    auto request = get("https://Client.Example:" + std::to_string(one.server.port()) + "/a/../b?c");
    request.accept = "application/json, application/*+json";

    const auto answer = fetcher()->fetch(request);

    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == R"({"client_id":"x"})");
    CHECK(answer->header("content-type") == "application/json");
    CHECK(network::asked() == names{"client.example."});
    CHECK(network::connected() == names{"93.184.216.34"});
    REQUIRE(one.server.requests().size() == 1);
    CHECK(one.server.requests()[0].server_name == "client.example");
    // The whole request: no cookie, credential or anything else goes along.
    CHECK(one.server.requests()[0].request ==
          "GET /a/../b?c HTTP/1.1\r\nHost: client.example:" + std::to_string(one.server.port()) +
              "\r\nUser-Agent: mcp-oauth\r\nAccept: application/json, application/*+json\r\n"
              "Accept-Encoding: identity\r\n\r\n");
}

TEST_CASE("a document comes over IPv6 and from the default port as well", "[adapters]") {
    if (!network::has_ipv6()) return;
    const site one(document("{}"));
    network::resolve("client.example.", {{"2606:4700::1111"}});
    network::serve_https_at(one.server.port());

    const auto answer = fetcher()->fetch(get("https://client.example/"));

    REQUIRE(answer);
    CHECK(network::connected() == names{"2606:4700::1111"});
    CHECK(one.server.requests().at(0).request.find("\r\nHost: client.example\r\n") !=
          std::string::npos);
}

TEST_CASE("where one vetted address does not answer, the next one does", "[adapters]") {
    const site one(document("{}"));
    network::resolve("client.example.", {{"1.1.1.1", "8.8.8.8", "2606:4700::1111"}});
    network::unreachable("1.1.1.1");
    network::unreachable("2606:4700::1111");

    REQUIRE(fetcher()->fetch(get(one.url())));
    CHECK(network::connected().back() == "8.8.8.8");
    CHECK(network::asked().size() == 1);
}

TEST_CASE("nothing is connected to whose name has a special address",
          "[adapters][MCP-CIMD-18][MCP-CIMD-20][CIMD-05][CIMD-06][ATK-RG-04]") {
    const site one(document("{}"));
    const auto from = fetcher();
    for (const char* special : {"10.0.0.1",
                                "172.16.0.1",
                                "192.168.1.1",
                                "127.0.0.1",
                                "127.255.255.255",
                                "0.0.0.0",
                                "169.254.169.254",
                                "100.100.100.200",
                                "192.0.0.192",
                                "198.18.0.1",
                                "224.0.0.1",
                                "255.255.255.255",
                                "::1",
                                "::",
                                "fe80::1",
                                "fd00:ec2::254",
                                "fec0::1",
                                "ff02::1",
                                "::ffff:127.0.0.1",
                                "::ffff:169.254.169.254",
                                "::127.0.0.1",
                                "64:ff9b::127.0.0.1",
                                "64:ff9b::a9fe:a9fe",
                                "2002:7f00:1::1",
                                "2001::7f00:1",
                                "2001:db8::1"}) {
        INFO(special);
        network::resolve("client.example.", {{special}});
        CHECK(refusal(*from, get(one.url())) == fetch_error::refused_address);
        network::resolve("client.example.", {{"93.184.216.34", special}});
        CHECK(refusal(*from, get(one.url())) == fetch_error::refused_address);
        network::resolve("client.example.", {{special, "93.184.216.34"}});
        CHECK(refusal(*from, get(one.url())) == fetch_error::refused_address);
    }
    CHECK(network::connected().empty());
    CHECK(one.server.connections() == 0);
}

TEST_CASE("a name that changes its answer after the check gains nothing",
          "[adapters][MCP-CIMD-20][ATK-RG-04]") {
    const site one(document("{}"));
    const auto from = fetcher();
    network::resolve("client.example.", {{"93.184.216.34"}, {"127.0.0.1"}});

    CHECK(from->fetch(get(one.url()))); // resolved once: the second answer is not asked for
    CHECK(network::asked().size() == 1);
    CHECK(network::connected() == names{"93.184.216.34"});

    CHECK(refusal(*from, get(one.url())) == fetch_error::refused_address); // and nothing is kept
    CHECK(network::asked().size() == 2);
    CHECK(network::connected().size() == 1);
}

TEST_CASE("an address in the URL is judged without asking anybody", "[adapters][ATK-RG-04]") {
    const site one(document("{}"));
    const auto from = fetcher();
    for (const char* host : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "[::1]", "[::]",
                             "[::ffff:127.0.0.1]", "[fd00:ec2::254]", "[64:ff9b::7f00:1]"}) {
        INFO(host);
        CHECK(refusal(*from, get(one.url(host))) == fetch_error::refused_address);
    }
    CHECK(network::asked().empty());
    CHECK(network::connected().empty());
}

TEST_CASE("a public address in the URL is fetched from, its certificate being for the address",
          "[adapters]") {
    const site one(document("{}"));
    const https_server numbered(trusted().issue({"IP:1.1.1.1,IP:2606:4700::1111"}), document("{}"));
    const auto port = ':' + std::to_string(numbered.port()) + '/';
    const auto from = fetcher();
    CHECK(from->fetch(get("https://1.1.1.1" + port)));
    CHECK(network::connected() == names{"1.1.1.1"});
    if (network::has_ipv6()) {
        CHECK(from->fetch(get("https://[2606:4700:0::1111]" + port)));
        CHECK(network::connected() == names{"1.1.1.1", "2606:4700::1111"});
    }
    CHECK(network::asked().empty());
    CHECK(refusal(*from, get("https://1.1.1.2" + port)) == fetch_error::tls);
}

TEST_CASE("loopback is fetched from by explicit setting only, and under its own names only",
          "[adapters][MCP-CIMD-18]") {
    const site one(document("{}"));
    const https_server local(trusted().issue({"DNS:localhost,IP:127.0.0.1"}), document("{}"));
    const auto port = ':' + std::to_string(local.port()) + '/';

    const auto strict = fetcher();
    CHECK(refusal(*strict, get("https://localhost" + port)) == fetch_error::refused_url);
    CHECK(refusal(*strict, get("https://127.0.0.1" + port)) == fetch_error::refused_address);

    curl_settings settings;
    settings.loopback = loopback_fetches::allowed;
    const auto lenient = fetcher(settings);
    CHECK(lenient->fetch(get("https://localhost" + port)));
    CHECK(lenient->fetch(get("https://127.0.0.1" + port)));
    CHECK(lenient->fetch(get(one.url())));
    CHECK(network::asked() == names{"client.example."}); // nobody is asked where localhost is

    network::resolve("client.example.", {{"127.0.0.1"}});
    CHECK(refusal(*lenient, get(one.url())) == fetch_error::refused_address);
    CHECK(refusal(*lenient, get("https://10.0.0.1" + port)) == fetch_error::refused_address);
    CHECK(refusal(*lenient, get("http://localhost" + port)) == fetch_error::refused_url);
}

TEST_CASE("only https URLs of one reading are even resolved",
          "[adapters][MCP-CIMD-03][ATK-RG-04]") {
    const site one(document("{}"));
    const auto from = fetcher();
    for (const char* url :
         {"http://client.example/", "file:///etc/passwd", "ftp://client.example/",
          "gopher://client.example/", "https://user@client.example/", "https://client.example/#x",
          "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/",
          "https://client%2eexample/", "https://client.example./", "https://intranet/"}) {
        INFO(url);
        CHECK(refusal(*from, get(url)) == fetch_error::refused_url);
    }
    CHECK(network::asked().empty());
    CHECK(network::connected().empty());
}

TEST_CASE("a name without an address is unresolved, and an address that does not answer no error "
          "of the name",
          "[adapters]") {
    const site one(document("{}"));
    CHECK(refusal(*fetcher(), get(one.url("absent.example"))) == fetch_error::unresolved);
    CHECK(network::connected().empty());
    network::unreachable("93.184.216.34");
    CHECK(refusal(*fetcher(), get(one.url())) == fetch_error::connection);
}
