// The redirect addresses of the attack catalogue: what each of them is to RFC 3986, so that the
// code which compares them sees the host that a browser would go to, or nothing at all.

#include "mcp_oauth/grammar/uri.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

TEST_CASE("ATK-RU-02: what stands before @ is user information, never the host",
          "[OA21-AUTHZ-11]") {
    struct row {
        const char* text;
        const char* userinfo;
        const char* host;
    };
    for (const auto& [text, userinfo, host] :
         {row{"https://c.example@evil.example/cb", "c.example", "evil.example"},
          row{"http://127.0.0.1:80@evil.example/cb", "127.0.0.1:80", "evil.example"},
          row{"https://@evil.example/", "", "evil.example"},
          row{"https://c.example%40evil.example@x/", "c.example%40evil.example", "x"},
          row{"https://[::1]@x/", nullptr, nullptr}, row{"https://a@b@x/", nullptr, nullptr},
          row{"https://a@b:80@x/", nullptr, nullptr}}) {
        INFO(text);
        const auto u = uri::parse(text);
        REQUIRE(u.has_value() == (host != nullptr));
        if (!u) continue;
        CHECK(u->userinfo() == userinfo);
        CHECK(u->host() == host);
        CHECK_FALSE(u->host_is_loopback());
    }
    // An encoded @ separates nothing.
    const auto encoded = uri::parse("https://c.example%40evil.example/cb");
    REQUIRE(encoded);
    CHECK_FALSE(encoded->userinfo());
    CHECK(encoded->host() == "c.example%40evil.example");
}

TEST_CASE("ATK-RU-03: a backslash is no slash, and no part of a URI", "[OA21-AUTHZ-11]") {
    for (const char* text :
         {"https://c.example\\@evil.example", "https:\\\\c.example/cb", "https:/\\c.example/cb",
          "https://c.example\\.evil.example", "https://c.example/cb\\..\\evil", "\\\\evil.example",
          "https://c.example/?a=\\", "https://c.example/#\\"}) {
        INFO(text);
        CHECK_FALSE(uri::parse(text));
    }
}

TEST_CASE("ATK-RU-03: one slash or three do not lead to a host", "[OA21-AUTHZ-11]") {
    const auto three = uri::parse("https:///c.example/cb");
    REQUIRE(three);
    CHECK(three->has_authority());
    CHECK(three->host().empty());
    CHECK(three->path() == "/c.example/cb");

    for (const char* text : {"https:c.example/cb", "https:/c.example/cb"}) {
        INFO(text);
        const auto u = uri::parse(text);
        REQUIRE(u);
        CHECK_FALSE(u->has_authority());
        CHECK(u->host().empty());
    }
}

TEST_CASE("ATK-RU-04: an empty fragment is a fragment", "[OA21-AUTHZ-11]") {
    CHECK(uri::parse("https://c.example/cb#x")->fragment() == "x");
    CHECK(uri::parse("https://c.example/cb#")->fragment() == "");
    CHECK(uri::parse("https://c.example#@evil.example/")->host() == "c.example");
    CHECK_FALSE(uri::parse("https://c.example/cb%23x")->fragment());
    CHECK_FALSE(uri::parse("https://c.example/cb#a#b"));
}

TEST_CASE("ATK-RU-05, ATK-RU-06: nothing is decoded, and no segment is removed",
          "[OA21-AUTHZ-11]") {
    for (const char* path : {"/%63b", "/cb%2f..%2fevil", "/%2e%2e/", "/%252e%252e/", "/cb/../evil",
                             "/./cb", "/cb;x", "/cb//", "//cb", "/cb/", "/CB", "/%2E", "/%2e"}) {
        INFO(path);
        const auto u = uri::parse(std::string("https://c.example") + path);
        REQUIRE(u);
        CHECK(u->path() == path);
        CHECK(u->text() == std::string("https://c.example") + path);
    }
}

TEST_CASE("ATK-RU-07: port, case and a final dot are kept as written", "[OA21-AUTHZ-11]") {
    CHECK(uri::parse("https://c.example:443/cb")->port() == "443");
    CHECK(uri::parse("https://c.example:/cb")->port() == "");
    CHECK(uri::parse("HTTPS://C.EXAMPLE/cb")->host() == "C.EXAMPLE");
    CHECK(uri::parse("https://c.example./cb")->host() == "c.example.");
    CHECK(uri::parse("https://xn--c-0za.example/cb")->host() == "xn--c-0za.example");
    CHECK_FALSE(uri::parse("https://\xD1\x81.example/cb")); // a Cyrillic letter
}

TEST_CASE("ATK-RU-08: ports that are none are refused with the whole address", "[OA21-AUTHZ-12]") {
    CHECK(uri::parse("http://127.0.0.1:51004/cb")->port() == "51004");
    CHECK(uri::parse("http://127.0.0.1:0/cb")->port() == "0");
    for (const char* text :
         {"http://127.0.0.1:99999/cb", "http://127.0.0.1:8080x/cb", "http://127.0.0.1:-1/cb",
          "http://127.0.0.1:80:80/cb", "http://[::1]:65536/cb", "http://[::1]80/cb"}) {
        INFO(text);
        CHECK_FALSE(uri::parse(text));
    }
}

TEST_CASE("ATK-RU-10: controls, spaces and octets beyond ASCII are refused wherever they stand",
          "[OA21-GEN-08]") {
    const std::string whole = "https://user@c.example:80/cb?a=b#c";
    for (int c = 0; c < 256; ++c) {
        if (c > 0x20 && c < 0x7F) continue;
        for (std::size_t at = 0; at <= whole.size(); ++at) {
            auto text = whole;
            text.insert(at, 1, static_cast<char>(c));
            if (uri::parse(text)) FAIL("octet " << c << " at " << at);
        }
    }
    // Encoded they are three harmless characters, and stay encoded.
    CHECK(uri::parse("https://c.example/cb?%0d%0aSet-Cookie:x=1")->query() ==
          "%0d%0aSet-Cookie:x=1");
}

TEST_CASE("RFC 8252 §7.1: a private-use scheme with one slash has a path and no host", "[NAT-03]") {
    const auto u = uri::parse("com.example.app:/oauth2redirect/example-provider");
    REQUIRE(u);
    CHECK(u->scheme() == "com.example.app");
    CHECK_FALSE(u->has_authority());
    CHECK(u->path() == "/oauth2redirect/example-provider");
    CHECK(u->origin() == "com.example.app:");
}
