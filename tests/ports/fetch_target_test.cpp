// What may be fetched for a stranger, as far as a URL and an answer of addresses can tell.

#include "mcp_oauth/ports/fetch_target.hpp"
#include "mcp_oauth/ports/http_fetcher.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

std::optional<fetch_target> target(std::string_view url,
                                   loopback_fetches loopback = loopback_fetches::refused) {
    const auto parsed = uri::parse(url);
    if (!parsed) return std::nullopt;
    return fetch_target::of(*parsed, loopback);
}

std::vector<ip_address> addresses(std::initializer_list<const char*> texts) {
    std::vector<ip_address> all;
    for (const char* text : texts) {
        const auto address = ip_address::parse(text);
        REQUIRE(address);
        all.push_back(*address);
    }
    return all;
}

} // namespace

TEST_CASE("a fetch goes to an https URL in its one canonical spelling",
          "[ports][MCP-CIMD-03][MCP-CIMD-04]") {
    struct row {
        const char* url;
        const char* sent;
        const char* host;
        int port;
    };
    for (const auto& [url, sent, host, port] : {
             row{"https://client.example", "https://client.example/", "client.example", 443},
             row{"HTTPS://Client.EXAMPLE/Meta.json?A=%2F", "https://client.example/Meta.json?A=%2F",
                 "client.example", 443},
             row{"https://client.example:/x", "https://client.example/x", "client.example", 443},
             row{"https://client.example:443/x", "https://client.example/x", "client.example", 443},
             row{"https://client.example:0443/x", "https://client.example/x", "client.example",
                 443},
             row{"https://client.example:8443?q", "https://client.example:8443/?q",
                 "client.example", 8443},
             row{"https://client.example:65535/", "https://client.example:65535/", "client.example",
                 65535},
             row{"https://a.b/x/../y/./z", "https://a.b/x/../y/./z", "a.b", 443},
             row{"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/",
                 "xn--bcher-kva.example", 443},
             row{"https://1.1.1.1/", "https://1.1.1.1/", "1.1.1.1", 443},
             row{"https://[2606:4700::1111]:8443/", "https://[2606:4700::1111]:8443/",
                 "2606:4700::1111", 8443},
             row{"https://1e100.net/", "https://1e100.net/", "1e100.net", 443},
             row{"https://0x7f.example/", "https://0x7f.example/", "0x7f.example", 443},
         }) {
        INFO(url);
        const auto made = target(url);
        REQUIRE(made);
        CHECK(made->url() == sent);
        CHECK(made->host() == host);
        CHECK(made->port() == port);
    }
}

TEST_CASE("no URL is fetched that two readers could take differently",
          "[ports][MCP-CIMD-03][ATK-RG-04]") {
    for (const char* url : {
             "http://client.example/",
             "ftp://client.example/",
             "file:///etc/passwd",
             "gopher://client.example/",
             "https:client.example",
             "https:/client.example/",
             "https:///client.example/",
             "https://",
             "https://:443/",
             "https://user@client.example/",
             "https://user:pw@client.example/",
             "https://@client.example/",
             "https://a.example@b.example/",
             "https://client.example/#f",
             "https://client.example/#",
             "https://client.example:0/",
             "https://client.example:00/",
             "https://client.example./",
             "https://.client.example/",
             "https://client..example/",
             "https://-client.example/",
             "https://client-.example/",
             "https://client_x.example/",
             "https://client%2eexample/",
             "https://%31%32%37.0.0.1/",
             "https://client!.example/",
             "https://a.example,b.example/",
             "https://*.example/",
             "https://intranet/",
             "https://localhost/",
             "https://LOCALHOST:8443/",
             "https://2130706433/",
             "https://0x7f000001/",
             "https://0x7f.0.0.1/",
             "https://0x7f.1/",
             "https://127.1/",
             "https://127.0.1/",
             "https://0177.0.0.1/",
             "https://127.0.0.1./",
             "https://127.0.0.0x1/",
             "https://127.0.0.256/",
             "https://1.2.3.4.5/",
             "https://client.0x/",
             "https://client.123/",
             "https://[v1.fe80]/",
         }) {
        INFO(url);
        CHECK_FALSE(target(url));
    }
}

TEST_CASE("a host name has the length that DNS gives it, and not an octet more", "[ports]") {
    const std::string label(63, 'a');
    CHECK(target("https://" + label + ".example/"));
    CHECK_FALSE(target("https://" + label + "a.example/"));
    const auto longest = label + '.' + label + '.' + label + '.' + std::string(61, 'a');
    CHECK(longest.size() == 253);
    CHECK(target("https://" + longest + "/"));
    CHECK_FALSE(target("https://" + longest + "a/"));
}

TEST_CASE("one special address spoils the whole answer", "[ports][MCP-CIMD-18][MCP-CIMD-20]") {
    const auto made = target("https://client.example/");
    REQUIRE(made);
    CHECK(made->known_addresses().empty());
    CHECK(made->admits(addresses({"1.1.1.1"})));
    CHECK(made->admits(addresses({"1.1.1.1", "2606:4700::1111"})));
    CHECK(made->admits(addresses({"64:ff9b::1.1.1.1"})));
    CHECK_FALSE(made->admits({}));
    for (const char* special : {"10.0.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "::",
                                "fd00:ec2::254", "fe80::1", "::ffff:1.1.1.1", "::ffff:127.0.0.1",
                                "64:ff9b::127.0.0.1", "2002:7f00:1::", "192.0.0.9", "224.0.0.1"}) {
        INFO(special);
        CHECK_FALSE(made->admits(addresses({special})));
        CHECK_FALSE(made->admits(addresses({"1.1.1.1", special})));
        CHECK_FALSE(made->admits(addresses({special, "1.1.1.1"})));
    }
}

TEST_CASE("an IP literal is its own answer, and is judged like one", "[ports][ATK-RG-04]") {
    for (const char* url : {"https://1.1.1.1/", "https://[2606:4700::1111]/"}) {
        INFO(url);
        const auto made = target(url);
        REQUIRE(made);
        CHECK(made->known_addresses().size() == 1);
        CHECK(made->admits(made->known_addresses()));
    }
    for (const char* url : {"https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/",
                            "https://0.0.0.0/", "https://[::1]/", "https://[::]/",
                            "https://[::ffff:127.0.0.1]/", "https://[fd00:ec2::254]/"}) {
        INFO(url);
        const auto made = target(url);
        REQUIRE(made);
        CHECK(made->known_addresses().size() == 1);
        CHECK_FALSE(made->admits(made->known_addresses()));
    }
}

TEST_CASE("where loopback is allowed, its three spellings lead there, and only they",
          "[ports][MCP-CIMD-18]") {
    constexpr auto allowed = loopback_fetches::allowed;
    for (const char* url : {"https://localhost:8443/", "https://LocalHost/", "https://127.0.0.1/",
                            "https://[::1]/"}) {
        INFO(url);
        const auto made = target(url, allowed);
        REQUIRE(made);
        CHECK(made->admits(made->known_addresses()));
        CHECK_FALSE(made->admits(addresses({"1.1.1.1"})));
        CHECK_FALSE(made->admits(addresses({"127.0.0.1", "10.0.0.1"})));
        CHECK_FALSE(made->admits(addresses({"::ffff:127.0.0.1"})));
    }
    CHECK(target("https://localhost/", allowed)->known_addresses() ==
          addresses({"127.0.0.1", "::1"}));

    // A stranger's name does not reach the machine, though this setting is on.
    const auto strangers = target("https://client.example/", allowed);
    REQUIRE(strangers);
    CHECK(strangers->admits(addresses({"1.1.1.1"})));
    CHECK_FALSE(strangers->admits(addresses({"127.0.0.1"})));
    for (const char* url : {"https://127.0.0.2/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/",
                            "https://10.0.0.1/"}) {
        INFO(url);
        const auto made = target(url, allowed);
        REQUIRE(made);
        CHECK_FALSE(made->admits(made->known_addresses()));
    }
    CHECK_FALSE(target("http://localhost/", allowed)); // https there too
    CHECK_FALSE(target("https://localhost./", allowed));
    const auto below = target("https://x.localhost/", allowed); // asks a resolver, and is refused
    REQUIRE(below);
    CHECK_FALSE(below->admits(addresses({"127.0.0.1"})));
}

TEST_CASE("each reason why nothing was fetched has a name of its own", "[ports]") {
    std::string seen = ",";
    for (unsigned i = 0; i <= static_cast<unsigned>(fetch_error::unavailable); ++i) {
        const auto text = std::string(name(static_cast<fetch_error>(i))) + ",";
        CHECK(text.size() > 1);
        CHECK(seen.find("," + text) == std::string::npos);
        seen += text;
    }
}
