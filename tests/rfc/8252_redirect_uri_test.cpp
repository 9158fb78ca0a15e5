#include "mcp_oauth/rfc/8252_redirect_uri.hpp"

#include <string>
#include <type_traits>

#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::string_literals;

namespace {

using uris = std::vector<std::string>;

const redirect_rules standard;

std::string registering(std::string_view uri, const redirect_rules& with = standard) {
    return refused(check_redirect_uri(uri, with));
}

// Where an answer would go; how the request was refused, otherwise.
std::string answer_goes_to(std::optional<std::string_view> requested, const uris& registered,
                           const redirect_rules& with = standard) {
    const auto matched = match_redirect_uri(requested, registered, with);
    return matched ? matched->text() : refused(matched);
}

constexpr auto unregistered = "invalid_request: redirect_uri is not registered for this client";

} // namespace

static_assert(!std::is_default_constructible_v<matched_redirect_uri>);
static_assert(!std::is_constructible_v<matched_redirect_uri, std::string_view>);
static_assert(!std::is_constructible_v<matched_redirect_uri, std::string>);

TEST_CASE("OAuth 2.1 §4.1.1: a redirect URI is compared character by character",
          "[OA21-AUTHZ-11][ATK-RU-01]") {
    // "the authorization server […] MUST compare the two URIs using simple string comparison"
    const uris registered{"https://c.example/cb"};
    CHECK(answer_goes_to("https://c.example/cb", registered) == "https://c.example/cb");
    for (const auto attack :
         {"https://c.example/cb2", "https://c.example/cb/x", "https://c.example/cb?x=1",
          "https://c.example/cb?", "https://c.example/cb/", "https://c.example/c",
          "https://c.example.evil.example/cb", "https://x.c.example/cb", "https://*.example/cb",
          "http://c.example/cb", "https://c.example", "", "https://evil.example/cb"}) {
        CAPTURE(attack);
        CHECK(answer_goes_to(attack, registered) == unregistered);
    }
}

TEST_CASE("RFC 9700 §4.1.1: userinfo, slashes and backslashes turn no other host into this one",
          "[OA21-AUTHZ-11][ATK-RU-02][ATK-RU-03]") {
    const uris registered{"https://c.example/cb"};
    for (const auto attack :
         {"https://c.example@evil.example/cb", "https://c.example%40evil.example/cb",
          "https://c.example:x@evil.example/cb", "https://c.example\\@evil.example/cb",
          "https:///c.example/cb", "https:c.example/cb", "https:/c.example/cb",
          "https://c.example\\cb", "//c.example/cb", "/cb", "https://c.example//cb"}) {
        CAPTURE(attack);
        CHECK(answer_goes_to(attack, registered) == unregistered);
    }
}

TEST_CASE("OAuth 2.1 §4.1.1: nothing is decoded, folded or resolved before the comparison",
          "[OA21-AUTHZ-11][ATK-RU-04][ATK-RU-05][ATK-RU-06][ATK-RU-07]") {
    const uris registered{"https://c.example/cb"};
    for (const auto attack :
         {"https://c.example/cb#x", "https://c.example/cb#", "https://c.example/%63b",
          "https://c.example/cb%2f..%2fevil", "https://c.example/%2e%2e/cb",
          "https://c.example/%252e%252e/cb", "https://c.example/cb/../evil",
          "https://c.example/./cb", "https://c.example/x/../cb", "https://c.example/cb;x",
          "https://c.example:443/cb", "https://c.example:8443/cb", "https://c.example:/cb",
          "HTTPS://C.EXAMPLE/cb", "https://C.example/cb", "https://c.example./cb",
          "https://c.example/CB", "https://xn--c-7ga.example/cb"}) {
        CAPTURE(attack);
        CHECK(answer_goes_to(attack, registered) == unregistered);
    }
}

TEST_CASE("OAuth 2.1 §7.11: a control, a space or a character outside ASCII never matches",
          "[OA21-GEN-08][ATK-RU-10]") {
    const uris registered{"https://c.example/cb"};
    for (const auto& attack : {"https://c.example/cb\r\nSet-Cookie:x=1"s, "https://c.example/cb\0"s,
                               "https://c.example/\tcb"s, "https://c.example/cb "s,
                               " https://c.example/cb"s, "https://\xD1\x81.example/cb"s}) {
        CHECK(answer_goes_to(attack, registered) == unregistered);
        CHECK(registering(attack) == "invalid_redirect_uri: a redirect URI is no absolute URI");
    }
}

TEST_CASE("RFC 8252 §7.3: the port of a loopback redirect may differ, and nothing else",
          "[OA21-AUTHZ-12][NAT-01][ATK-RU-08]") {
    for (const auto host : {"127.0.0.1", "[::1]", "localhost"}) {
        const auto base = "http://"s + host;
        const uris portless{base + "/cb"};
        const uris with_port{base + ":33418/cb"};
        CAPTURE(host);
        CHECK(answer_goes_to(base + ":51004/cb", portless) == base + ":51004/cb");
        CHECK(answer_goes_to(base + ":51004/cb", with_port) == base + ":51004/cb");
        CHECK(answer_goes_to(base + "/cb", with_port) == base + "/cb");
        CHECK(answer_goes_to(base + ":1/cb", portless) == base + ":1/cb");
        CHECK(answer_goes_to(base + ":65535/cb", portless) == base + ":65535/cb");
        for (const auto attack :
             {":65536/cb", ":99999/cb", ":0/cb", ":00/cb", ":/cb", ":8080x/cb", ":-1/cb",
              ":51004/other", ":51004/cb/", ":51004/cb?x=1", ":51004/cb#", ":51004/CB", ":51004"}) {
            CAPTURE(attack);
            CHECK(answer_goes_to(base + attack, portless) == unregistered);
        }
    }
}

TEST_CASE("RFC 8252 §8.4: what merely resolves to this machine is no loopback redirect",
          "[NAT-02][ATK-RU-08][ATK-RU-02]") {
    const uris registered{"http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb"};
    for (const auto attack :
         {"http://127.0.0.1.evil.example/cb", "http://localhost.evil.example/cb", "http://127.1/cb",
          "http://127.0.0.2/cb", "http://2130706433/cb", "http://0x7f000001/cb",
          "http://017700000001/cb", "http://127.000.000.001/cb", "http://[::ffff:127.0.0.1]/cb",
          "http://[0:0:0:0:0:0:0:1]/cb", "http://0.0.0.0/cb", "http://127.0.0.1:80@evil.example/cb",
          "http://127.0.0.1@evil.example/cb", "http://evil.example@127.0.0.1:80/cb",
          "http://localhost./cb", "http://127.0.0.1%2eevil.example/cb"}) {
        CAPTURE(attack);
        CHECK(answer_goes_to(attack, registered) == unregistered);
        CHECK(refusal_code(check_redirect_uri(attack, standard)) == "invalid_redirect_uri");
    }
    for (const auto other_spelling :
         {"http://LOCALHOST:1/cb", "HTTP://127.0.0.1:1/cb", "https://127.0.0.1:1/cb"})
        CHECK(answer_goes_to(other_spelling, registered) == unregistered);
}

TEST_CASE("OAuth 2.1 §8.4.2: the three names of this machine do not stand for each other",
          "[OA21-AUTHZ-12]") {
    const uris names{"http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb"};
    for (const auto& requested : names)
        for (const auto& registered : names)
            CHECK((answer_goes_to(requested, {registered}) == requested) ==
                  (requested == registered));
}

TEST_CASE("RFC 8252 §8.4: port freedom ends at https, at other hosts and at private-use schemes",
          "[NAT-02]") {
    CHECK(answer_goes_to("https://127.0.0.1:2/cb", {"https://127.0.0.1:1/cb"}) == unregistered);
    CHECK(answer_goes_to("https://c.example:2/cb", {"https://c.example:1/cb"}) == unregistered);
    CHECK(answer_goes_to("com.example.app://h:2/cb", {"com.example.app://h:1/cb"}) == unregistered);
    CHECK(answer_goes_to("http://10.0.0.1:2/cb", {"http://10.0.0.1:1/cb"}) == unregistered);
}

TEST_CASE("RFC 8252 §8.3: an operator may take localhost out of the loopback exception",
          "[OA21-AUTHZ-12]") {
    redirect_rules literals_only;
    literals_only.localhost_is_loopback = false;
    CHECK(answer_goes_to("http://localhost:2/cb", {"http://localhost:1/cb"}, literals_only) ==
          unregistered);
    CHECK(answer_goes_to("http://127.0.0.1:2/cb", {"http://127.0.0.1:1/cb"}, literals_only) ==
          "http://127.0.0.1:2/cb");
    CHECK(registering("http://localhost:1/cb", literals_only) ==
          "invalid_redirect_uri: an http redirect URI must be a loopback one");
    CHECK(registering("http://[::1]:1/cb", literals_only) == "accepted");
}

TEST_CASE("OAuth 2.1 §2.3.2: redirect_uri may be left out where exactly one is registered",
          "[OA21-AUTHZ-10][OA21-AUTHZ-09]") {
    constexpr auto required = "invalid_request: redirect_uri is required";
    CHECK(answer_goes_to({}, {}) == required);
    CHECK(answer_goes_to({}, {"https://c.example/cb"}) == "https://c.example/cb");
    CHECK(answer_goes_to({}, {"https://c.example/cb", "https://c.example/b"}) == required);
}

TEST_CASE("RFC 8252 §7: private-use, claimed https and loopback redirects can be registered",
          "[NAT-03][NAT-04][DCR-08]") {
    for (const auto uri : {"https://c.example/cb", "https://c.example", "https://c.example:8443/cb",
                           "https://c.example/cb?tenant=1", "http://127.0.0.1/cb",
                           "http://127.0.0.1:33418/", "http://[::1]:8/cb", "http://localhost/cb",
                           "com.example.app:/cb", "com.example.app://auth/cb"}) {
        CAPTURE(uri);
        CHECK(registering(uri) == "accepted");
        CHECK(answer_goes_to(uri, {uri}) == uri);
    }
    CHECK(answer_goes_to("com.example.app:/cb2", {"com.example.app:/cb"}) == unregistered);
    CHECK(answer_goes_to("com.example.app:///cb", {"com.example.app:/cb"}) == unregistered);
}

TEST_CASE("RFC 7591 §5: what is no https, loopback or app URI is not registered",
          "[DCR-08][OA21-CLI-03][BCP-02][ATK-RU-02][ATK-RU-04]") {
    CHECK(registering("http://c.example/cb") ==
          "invalid_redirect_uri: an http redirect URI must be a loopback one");
    CHECK(registering("https://c.example/cb#x") ==
          "invalid_redirect_uri: a redirect URI has a fragment");
    CHECK(registering("https://c.example/cb#") ==
          "invalid_redirect_uri: a redirect URI has a fragment");
    CHECK(registering("https://c.example@evil.example/cb") ==
          "invalid_redirect_uri: a redirect URI has userinfo");
    CHECK(registering("http://127.0.0.1:80@evil.example/cb") ==
          "invalid_redirect_uri: a redirect URI has userinfo");
    CHECK(registering("https://c.example%40evil.example/cb") ==
          "invalid_redirect_uri: a redirect URI has an escape in its host");
    CHECK(registering("https:///c.example/cb") ==
          "invalid_redirect_uri: a redirect URI has no host");
    CHECK(registering("https:c.example/cb") == "invalid_redirect_uri: a redirect URI has no host");
    CHECK(registering("https://c.example\\@evil.example/cb") ==
          "invalid_redirect_uri: a redirect URI is no absolute URI");
    for (const auto relative : {"/cb", "cb", "//c.example/cb", "", "?x", "https"})
        CHECK(registering(relative) == "invalid_redirect_uri: a redirect URI is no absolute URI");
}

TEST_CASE("RFC 7591 §5: schemes that run or read something are never registered",
          "[DCR-08][ATK-RU-09]") {
    constexpr auto forbidden = "invalid_redirect_uri: a redirect URI has a forbidden scheme";
    redirect_rules generous;
    generous.dotless_schemes = {"javascript", "data", "vbscript", "file", "blob", "about"};
    for (const auto attack :
         {"javascript:alert(1)", "JavaScript://c.example/%0aalert(1)",
          "data:text/html;base64,PHNjcmlwdD4=", "vbscript:msgbox", "file:///etc/passwd",
          "FILE:///etc/passwd", "blob:https://c.example/1", "about:blank"}) {
        CAPTURE(attack);
        CHECK(registering(attack) == forbidden);
        CHECK(registering(attack, generous) == forbidden);
    }
}

TEST_CASE("OAuth 2.1 §2.3.1: a private-use scheme needs a period, or the operator's word",
          "[OA21-CLI-04][MCP-DCR-09]") {
    constexpr auto cursor = "cursor://anysphere.cursor-mcp/oauth/callback";
    constexpr auto not_allowed =
        "invalid_redirect_uri: a redirect URI has a scheme that is not allowed";
    CHECK(registering("myapp:/cb") == not_allowed);
    CHECK(registering(cursor) == not_allowed);

    redirect_rules known;
    known.dotless_schemes = {"cursor"};
    CHECK(registering(cursor, known) == "accepted");
    CHECK(registering("cursors://x/cb", known) == not_allowed);

    redirect_rules none;
    none.private_use_schemes = false;
    CHECK(registering("com.example.app:/cb", none) == not_allowed);
}

TEST_CASE("the length of a redirect URI has a limit, at registration and at use", "[ATK-TK-17]") {
    auto longest = "https://c.example/"s;
    longest.resize(standard.largest, 'x');
    CHECK(registering(longest) == "accepted");
    CHECK(answer_goes_to(longest, {longest}) == longest);
    CHECK(registering(longest + "x") == "invalid_redirect_uri: a redirect URI is too long");
    CHECK(answer_goes_to(longest + "x", {longest + "x"}) ==
          "invalid_request: redirect_uri is too long");
}

TEST_CASE("RFC 6749 §4.1.2: response parameters join the registered query and replace none of it",
          "[OA21-AUTHZ-21][OA21-CLI-03]") {
    const auto with = [](const std::string& uri) {
        return match_redirect_uri(uri, {uri}, standard)->with_parameters({{"a", "1"}, {"b", "2"}});
    };
    CHECK(with("https://c.example/cb") == "https://c.example/cb?a=1&b=2");
    CHECK(with("https://c.example/cb?") == "https://c.example/cb?a=1&b=2");
    CHECK(with("https://c.example/cb?x=%2F&a=0") == "https://c.example/cb?x=%2F&a=0&a=1&b=2");
    CHECK(with("https://c.example") == "https://c.example?a=1&b=2");
    CHECK(with("com.example.app:/cb") == "com.example.app:/cb?a=1&b=2");
}

TEST_CASE("RFC 6749 appendix B: response parameters cannot split a header or leave the query",
          "[OA21-GEN-08][ATK-RU-10][ATK-AZ-13]") {
    const auto matched =
        match_redirect_uri("https://c.example/cb", {"https://c.example/cb"}, standard);
    CHECK(matched->with_parameters({{"state", "a\r\nSet-Cookie: x=1"}}) ==
          "https://c.example/cb?state=a%0D%0ASet-Cookie%3A+x%3D1");
    CHECK(matched->with_parameters({{"state", "<script>&a=b#c\"%+"}}) ==
          "https://c.example/cb?state=%3Cscript%3E%26a%3Db%23c%22%25%2B");
}
