#include "mcp_oauth/grammar/uri.hpp"

#include <memory>

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

constexpr std::string_view unreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
constexpr std::string_view sub_delims = "!$&'()*+,;=";

bool is_one_of(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

uri parsed(std::string_view text) {
    INFO(text);
    auto u = uri::parse(text);
    REQUIRE(u);
    CHECK(u->text() == text);
    return *u;
}

// Parses `prefix`, one octet and `suffix`, for every octet, and compares with what `allowed` says.
template <class Allowed>
void check_each_octet(const std::string& prefix, const std::string& suffix, Allowed allowed) {
    for (int c = 0; c < 256; ++c) {
        const auto octet = static_cast<char>(c);
        INFO(prefix << " octet " << c << ' ' << suffix);
        CHECK(uri::parse(prefix + octet + suffix).has_value() == allowed(octet));
    }
}

} // namespace

TEST_CASE("RFC 3986 §3: the two examples, taken apart") {
    const auto full = parsed("foo://example.com:8042/over/there?name=ferret#nose");
    CHECK(full.scheme() == "foo");
    CHECK(full.has_authority());
    CHECK(full.authority() == "example.com:8042");
    CHECK_FALSE(full.userinfo());
    CHECK(full.host() == "example.com");
    CHECK(full.port() == "8042");
    CHECK(full.path() == "/over/there");
    CHECK(full.query() == "name=ferret");
    CHECK(full.fragment() == "nose");
    CHECK(full.origin() == "foo://example.com:8042");

    const auto urn = parsed("urn:example:animal:ferret:nose");
    CHECK(urn.scheme() == "urn");
    CHECK_FALSE(urn.has_authority());
    CHECK(urn.authority().empty());
    CHECK(urn.path() == "example:animal:ferret:nose");
    CHECK_FALSE(urn.query());
    CHECK_FALSE(urn.fragment());
    CHECK(urn.origin() == "urn:");
}

TEST_CASE("RFC 3986 §1.1.2: the examples are URIs") {
    for (const char* text :
         {"ftp://ftp.is.co.za/rfc/rfc1808.txt", "http://www.ietf.org/rfc/rfc2396.txt",
          "ldap://[2001:db8::7]/c=GB?objectClass?one", "mailto:John.Doe@example.com",
          "news:comp.infosystems.www.servers.unix", "tel:+1-816-555-1212",
          "telnet://192.0.2.16:80/", "urn:oasis:names:specification:docbook:dtd:xml:4.1.2"})
        parsed(text);
}

TEST_CASE("RFC 3986 §3: a component that is empty is told from one that is absent") {
    const auto empty = parsed("a://@:?#");
    CHECK(empty.userinfo() == "");
    CHECK(empty.host().empty());
    CHECK(empty.port() == "");
    CHECK(empty.path().empty());
    CHECK(empty.query() == "");
    CHECK(empty.fragment() == "");

    const auto absent = parsed("a://");
    CHECK(absent.has_authority());
    CHECK_FALSE(absent.userinfo());
    CHECK_FALSE(absent.port());
    CHECK_FALSE(absent.query());
    CHECK_FALSE(absent.fragment());
    CHECK_FALSE(parsed("a:").has_authority());
}

TEST_CASE("RFC 3986 §4.2: what has no scheme is no URI") {
    for (const char* text : {"", "//h/p", "/p", "p", "?q", "#f", ".", "..", "./a:b", "a/b:c", ":",
                             "://h", "a", "%61:b", "a%3Ab"}) {
        INFO(text);
        CHECK_FALSE(uri::parse(text));
    }
}

TEST_CASE("RFC 3986 §3.1: each octet in a scheme") {
    check_each_octet("", ":p", [](char c) {
        return is_one_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", c);
    });
    check_each_octet("a", ":p", [](char c) {
        return c == ':' || (is_one_of(unreserved, c) && !is_one_of("_~", c)) || c == '+';
    });
    CHECK(parsed("HTTPS://h").scheme() == "HTTPS");
    CHECK(parsed("HTTPS://h").scheme_is("https"));
    CHECK_FALSE(parsed("https1://h").scheme_is("https"));
}

TEST_CASE("RFC 3986 §3.3, §3.4, §3.5: each octet in a path, a query and a fragment",
          "[OA21-GEN-08]") {
    const auto is_pchar = [](char c) {
        return is_one_of(unreserved, c) || is_one_of(sub_delims, c) || is_one_of(":@", c);
    };
    check_each_octet("https://h/", "", [&](char c) { return is_pchar(c) || is_one_of("/?#", c); });
    check_each_octet("com.example:/", "b",
                     [&](char c) { return is_pchar(c) || is_one_of("/?#", c); });
    check_each_octet("https://h/p?", "",
                     [&](char c) { return is_pchar(c) || is_one_of("/?#", c); });
    check_each_octet("https://h/p#", "", [&](char c) { return is_pchar(c) || is_one_of("/?", c); });
}

TEST_CASE("RFC 3986 §3.2: each octet in user information and a host name", "[OA21-GEN-08]") {
    const auto is_reg_name = [](char c) {
        return is_one_of(unreserved, c) || is_one_of(sub_delims, c);
    };
    check_each_octet("https://u", "v@h/", [&](char c) {
        return is_reg_name(c) || c == ':' || is_one_of("/?#", c); // those end the authority
    });
    check_each_octet("https://h", ".example/",
                     [&](char c) { return is_reg_name(c) || is_one_of("/?#@", c); });
}

TEST_CASE("RFC 3986 §2.1: a percent sign is followed by two hexadecimal digits, everywhere") {
    for (const char* start : {"https://u", "https://", "https://h/", "https://h?", "https://h#"}) {
        for (const char* bad : {"%", "%4", "%4g", "%g4", "%%41", "% 41", "%u0041"}) {
            INFO(start << bad);
            CHECK_FALSE(uri::parse(std::string(start) + bad));
        }
        CHECK(uri::parse(std::string(start) + "%41%c3%BF%00"));
    }
    CHECK_FALSE(uri::parse("https://h:%38"));
}

TEST_CASE("RFC 3986 §3.2.3: a port is decimal digits up to 65535") {
    for (const char* port : {"", "0", "1", "80", "65535", "00080", "0000000000000000000000443"}) {
        INFO(port);
        CHECK(parsed(std::string("http://h:") + port).port() == port);
        CHECK(parsed(std::string("http://[::1]:") + port + "/p").port() == port);
    }
    for (const char* port : {"65536", "99999", "100000", "18446744073709551697", "8080x", "-1",
                             "+1", " 80", "80 ", "8:0", "0x50", "80,443", ":"}) {
        INFO(port);
        CHECK_FALSE(uri::parse(std::string("http://h:") + port));
        CHECK_FALSE(uri::parse(std::string("http://[::1]:") + port + "/p"));
    }
}

TEST_CASE("RFC 3986 §3.2.2: IP literals that are one") {
    for (const char* host :
         {"[::]", "[::1]", "[1::]", "[2001:db8::7]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]",
          "[::2:3:4:5:6:7:8]", "[1::3:4:5:6:7:8]", "[ABCD:ef01::]", "[::ffff:127.0.0.1]",
          "[::127.0.0.1]", "[1:2:3:4:5:6:7.8.9.10]", "[1:2:3:4:5::255.255.255.255]", "[v1.x]",
          "[vFF.a:b!]", "[V0.~]"}) {
        INFO(host);
        CHECK(parsed(std::string("http://") + host + ":80/p").host() == host);
        CHECK(parsed(std::string("http://u@") + host).host() == host);
    }
}

TEST_CASE("RFC 3986 §3.2.2: IP literals that are none") {
    for (const char* host : {"[]",
                             "[:]",
                             "[:::]",
                             "[1]",
                             "[1:2:3:4:5:6:7]",
                             "[1:2:3:4:5:6:7:8:9]",
                             "[1::2::3]",
                             "[1:2:3:4:5:6:7:8::]",
                             "[::1:2:3:4:5:6:7:8]",
                             "[1:2:3:4::5:6:7:8]",
                             "[12345::]",
                             "[g::]",
                             "[::1",
                             "::1]",
                             "[::1]]",
                             "[[::1]]",
                             "[::1]x",
                             "x[::1]",
                             "[::1%25eth0]",
                             "[::1%eth0]",
                             "[ ::1]",
                             "[::1 ]",
                             "[127.0.0.1]",
                             "[::127.0.0]",
                             "[::256.0.0.1]",
                             "[::127.0.0.01]",
                             "[::127.0.0.1.1]",
                             "[127.0.0.1::]",
                             "[::127.0.0.1:1]",
                             "[1:2:3:4:5:6:7:8.9.10.11]",
                             "[:1:2:3:4:5:6:7:8]",
                             "[1:2:3:4:5:6:7:8:]",
                             "[::1:]",
                             "[:1::]",
                             "[v.x]",
                             "[v1.]",
                             "[v1x]",
                             "[vG.x]",
                             "[1.x]",
                             "[v1.a/b]"}) {
        INFO(host);
        CHECK_FALSE(uri::parse(std::string("http://") + host));
        CHECK_FALSE(uri::parse(std::string("http://") + host + ":80/p"));
    }
}

TEST_CASE("RFC 8252 §8.3: loopback is three spellings and nothing that resolves there",
          "[NAT-02]") {
    for (const char* host : {"127.0.0.1", "[::1]", "localhost", "LocalHost"}) {
        INFO(host);
        CHECK(parsed(std::string("http://") + host + "/cb").host_is_loopback());
        CHECK(parsed(std::string("http://") + host + ":51004/cb").host_is_loopback());
    }
    for (const char* host : {"127.0.0.2",
                             "127.1",
                             "127.0.0.1.",
                             "2130706433",
                             "0x7f000001",
                             "0177.0.0.1",
                             "0.0.0.0",
                             "[::ffff:127.0.0.1]",
                             "[0:0:0:0:0:0:0:1]",
                             "[::01]",
                             "[::]",
                             "localhost.",
                             "localhost.evil.example",
                             "127.0.0.1.evil.example",
                             "127.0.0.1@evil.example",
                             "::1",
                             "%6Cocalhost",
                             "127.0.0.1%2E",
                             "local",
                             ""}) {
        INFO(host);
        const auto u = uri::parse(std::string("http://") + host + "/cb");
        CHECK_FALSE((u && u->host_is_loopback()));
    }
    CHECK_FALSE(parsed("localhost:/cb").host_is_loopback());
}

TEST_CASE("a copy has its own text, and its parts look into that") {
    auto original = std::make_unique<uri>(parsed("https://u@h:1/p?q#f"));
    const uri copy = *original;
    const uri moved = std::move(*original);
    original.reset();
    for (const auto* u : {&copy, &moved}) {
        CHECK(u->host() == "h");
        CHECK(u->fragment() == "f");
        CHECK(u->text() == "https://u@h:1/p?q#f");
    }
}
