// What a fetch does not take from where it runs, nor from what it has fetched before.

#include <cstdio>
#include <cstdlib>
#include <memory>

#include <sys/stat.h>
#include <unistd.h>

#include "adapters/curl/fetching.hpp"

using namespace fetching;

namespace {

class environment {
public:
    environment(const char* name, const std::string& value) : name_(name) {
        if (const char* old = std::getenv(name)) before_ = std::make_unique<std::string>(old);
        ::setenv(name, value.c_str(), 1);
    }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;
    ~environment() {
        if (before_)
            ::setenv(name_, before_->c_str(), 1);
        else
            ::unsetenv(name_);
    }

private:
    const char* name_;
    std::unique_ptr<std::string> before_;
};

} // namespace

TEST_CASE("no proxy of the environment is used", "[adapters][MCP-CIMD-21]") {
    const site one(document("{}"));
    for (const char* name :
         {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy"}) {
        for (const char* scheme : {"http", "https", "socks5h"}) {
            INFO(name << ' ' << scheme);
            const environment variable(name, std::string(scheme) + "://1.2.3.4:3128");
            CHECK(fetcher()->fetch(get(one.url())));
        }
    }
    for (const auto& address : network::connected()) CHECK(address == "93.184.216.34");
    CHECK(network::connected().size() == 15);
}

TEST_CASE("no password of ~/.netrc and no setting of ~/.curlrc is used",
          "[adapters][MCP-CIMD-21][JBCP-07]") {
    const site one(document("{}"));
    const auto home = certificates::temporary_file("");
    ::unlink(home.c_str());
    REQUIRE(::mkdir(home.c_str(), 0700) == 0);
    const auto write = [&](const std::string& name, const std::string& text) {
        const auto file = certificates::temporary_file(text);
        REQUIRE(std::rename(file.c_str(), (home + name).c_str()) == 0);
    };
    write("/.netrc", "machine client.example login alice password secret\n");
    write("/.curlrc", "proxy = 1.2.3.4:3128\nheader = \"X-Curlrc: 1\"\n");
    {
        const environment variable("HOME", home);
        const environment named("NETRC", home + "/.netrc");
        CHECK(fetcher()->fetch(get(one.url())));
    }
    for (const char* name : {"/.netrc", "/.curlrc", ""}) std::remove((home + name).c_str());
    const auto request = one.server.requests().at(0).request;
    CHECK(request.find("Authorization") == std::string::npos);
    CHECK(request.find("X-Curlrc") == std::string::npos);
}

TEST_CASE("nothing of one fetch is seen in the next: no cookie, no credential, no connection",
          "[adapters][MCP-CIMD-21][JBCP-07]") {
    const site one("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 2\r\n"
                   "Strict-Transport-Security: max-age=1000\r\nAlt-Svc: h3=\":1\", h2=\":1\"\r\n"
                   "WWW-Authenticate: Basic realm=x\r\n\r\n{}");
    const auto from = fetcher();
    for (int i = 0; i < 3; ++i) CHECK(from->fetch(get(one.url())));
    CHECK(one.server.connections() == 3);
    CHECK(network::asked().size() == 3);
    const auto requests = one.server.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[1].request == requests[0].request);
    CHECK(requests[2].request == requests[0].request);
}

TEST_CASE("a demand for credentials is answered by nobody", "[adapters][JBCP-07]") {
    for (const char* scheme : {"Basic realm=x", "Digest realm=x, nonce=y", "Negotiate", "NTLM"}) {
        INFO(scheme);
        const site one(std::string("HTTP/1.1 401 X\r\nWWW-Authenticate: ") + scheme +
                       "\r\nContent-Length: 0\r\n\r\n");
        const auto answer = fetcher()->fetch(get(one.url()));
        REQUIRE(answer);
        CHECK(answer->status == 401);
        CHECK(one.server.connections() == 1);
    }
}
