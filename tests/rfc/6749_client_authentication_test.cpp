#include "mcp_oauth/rfc/6749_client_authentication.hpp"

#include <string>
#include <type_traits>

#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

using method = client_authentication_method;

constexpr instant now = from_unix_seconds(1'800'000'000);

http_request request_with(std::vector<http_header> headers) {
    http_request request;
    request.method = "POST";
    request.target = "/token?client_secret=in-the-query";
    request.headers = std::move(headers);
    return request;
}

expected<presented_credentials, error> presented(const std::vector<http_header>& headers,
                                                 std::string_view body) {
    return presented_credentials::parse(request_with(headers), *parameters::parse(body, {}));
}

// RFC 6749 §2.3.1: `s6BhdRkqt3` and `7Fjfp0ZBr1KtDRbnfVdmIw`.
const http_header basic{"Authorization", "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"};

client confidential(method registered, std::string_view secret_text) {
    client c;
    c.client_id = "s6BhdRkqt3";
    c.method = registered;
    c.secrets.push_back({sha256(secret_text), std::nullopt});
    return c;
}

presented_credentials with_secret(method by, std::string_view secret_text) {
    presented_credentials shown;
    shown.client_id = "s6BhdRkqt3";
    shown.method = by;
    shown.client_secret = secret{secret_text};
    return shown;
}

constexpr auto failed = "invalid_client: client authentication failed";

} // namespace

static_assert(!std::is_default_constructible_v<authenticated_client>);
static_assert(!std::is_constructible_v<authenticated_client, client>);

TEST_CASE("RFC 6749 §2.3.1: the example header names the example client and its secret",
          "[OA21-CLI-05][OA21-CLI-06]") {
    const auto found = presented({basic}, "grant_type=x");
    REQUIRE(found);
    CHECK(found->client_id == "s6BhdRkqt3");
    CHECK(found->client_secret.reveal() == "7Fjfp0ZBr1KtDRbnfVdmIw");
    CHECK(found->method == method::client_secret_basic);
}

TEST_CASE("OAuth 2.1 §2.4.1: a secret in the body authenticates, a bare client_id does not",
          "[OA21-CLI-02][OA21-CLI-05]") {
    const auto posted = presented({}, "client_id=a&client_secret=b%2Bc");
    REQUIRE(posted);
    CHECK(posted->method == method::client_secret_post);
    CHECK(posted->client_secret.reveal() == "b+c");

    const auto bare = presented({}, "client_id=a");
    REQUIRE(bare);
    CHECK(bare->method == method::none);
    CHECK(bare->client_secret.empty());
}

TEST_CASE("OAuth 2.1 §4.1.3: a request without any client identification is invalid",
          "[OA21-CODE-11]") {
    CHECK(refused(presented({}, "code=x")) == "invalid_request: client_id is required");
    CHECK(refused(presented({}, "client_id=")) == "invalid_request: client_id is required");
    CHECK(refused(presented({}, "client_id=a&client_id=b")) ==
          "invalid_request: client_id is required");
}

TEST_CASE("OAuth 2.1 §2.4.1: a secret in the request URI is never read", "[OA21-CLI-07]") {
    const auto found = presented({}, "client_id=a");
    REQUIRE(found);
    CHECK(found->method == method::none);
}

TEST_CASE("OAuth 2.1 §2.4: a request that authenticates in two ways is refused",
          "[OA21-CLI-08][ATK-TK-12]") {
    constexpr auto two = "invalid_request: more than one client authentication mechanism is used";
    CHECK(refused(presented({basic}, "client_secret=x")) == two);
    CHECK(refused(presented({basic}, "client_id=s6BhdRkqt3&client_secret=x")) == two);
    CHECK(refused(presented({basic, basic}, "")) == two);
    CHECK(refused(presented({basic}, "client_id=other")) ==
          "invalid_request: client_id differs from the authenticated client");
    CHECK(refused(presented({basic}, "client_id=s6BhdRkqt3")) == "accepted");
    CHECK(refused(presented({basic}, "client_secret=")) == "accepted");
    CHECK(refused(presented({}, "client_id=a&client_secret=b&client_assertion=c")) ==
          "invalid_client: client assertions are not supported");
}

TEST_CASE("OAuth 2.1 §2.4.1: Basic is split at the first colon, then both halves are form-decoded",
          "[OA21-CLI-06][ATK-TK-15]") {
    struct {
        std::string_view header, id, secret_text;
    } const rows[] = {
        {"Basic YSUzQWI6YyUzQWQ6ZQ==", "a:b", "c:d:e"}, // a%3Ab:c%3Ad:e
        {"Basic YSUyRGI6JTI1JTJCJTIw", "a-b", "%+ "},   // a%2Db:%25%2B%20
        {"Basic YTpiK2M=", "a", "b c"},                 // a:b+c
        {"Basic JUMyJUEzOiVFMiU4MiVBQw==", "\xC2\xA3", "\xE2\x82\xAC"},
        {"basic YTpi", "a", "b"},   // lower case
        {"BASIC   YTpi", "a", "b"}, // several spaces
        {"Basic YTo=", "a", ""},    // an empty secret
    };
    for (const auto& row : rows) {
        const auto found = presented({{"authorization", std::string{row.header}}}, "");
        CAPTURE(row.header);
        REQUIRE(found);
        CHECK(found->client_id == row.id);
        CHECK(found->client_secret.reveal() == row.secret_text);
    }
}

TEST_CASE("OAuth 2.1 §3.2.4: a header that cannot be read is invalid_client",
          "[OA21-CLI-06][ATK-TK-15][MCP-ERR-06]") {
    constexpr auto malformed = "invalid_client: the Basic credentials are malformed";
    for (const auto header :
         {"Basic", "Basic ", "Basic !!!", "Basic YTpi=", "Basic YWI=", "Basic OmI=",
          "Basic YTpiJQ==", "Basic YTpi, Basic YTpi", "Basic YTolRkY=", "Basic YTpi YTpi"}) {
        CAPTURE(header);
        CHECK(refused(presented({{"Authorization", header}}, "client_id=a")) == malformed);
    }
    constexpr auto scheme = "invalid_client: the Authorization scheme is not supported";
    CHECK(refused(presented({{"Authorization", "Bearer YTpi"}}, "client_id=a")) == scheme);
    CHECK(refused(presented({{"Authorization", ""}}, "client_id=a")) == scheme);
    CHECK(refused(presented({{"Authorization", "Basic\tYTpi"}}, "client_id=a")) == scheme);
}

TEST_CASE("OAuth 2.1 §3.2.1: a confidential client proves its secret by the registered method",
          "[OA21-TOK-06][OA21-TOK-07][ATK-TK-11][MCP-TOK-11]") {
    for (const auto registered : {method::client_secret_basic, method::client_secret_post}) {
        const auto known = confidential(registered, "hunter2");
        for (const auto by :
             {method::none, method::client_secret_basic, method::client_secret_post})
            CHECK(authenticate_client(known, with_secret(by, "hunter2"), now).has_value() ==
                  (by == registered));
    }
}

TEST_CASE("OAuth 2.1 §2.4: a wrong, empty or longer secret fails in the same words",
          "[OA21-TOK-06][ATK-TK-11][ATK-TK-13]") {
    const auto known = confidential(method::client_secret_post, "hunter2");
    for (const auto guess : {"", "hunter", "hunter22", "Hunter2", "hunter2 "}) {
        const auto by = with_secret(method::client_secret_post, guess);
        CHECK(refused(authenticate_client(known, by, now)) == failed);
    }
    auto secretless = known;
    secretless.secrets.clear();
    CHECK(refused(authenticate_client(secretless, with_secret(method::client_secret_post, ""),
                                      now)) == failed);
}

TEST_CASE(
    "OAuth 2.1 §8.1: a public client that sends a secret is not the client that was registered",
    "[OA21-CLI-11][ATK-TK-11]") {
    client known;
    known.client_id = "s6BhdRkqt3";
    CHECK(refused(authenticate_client(known, with_secret(method::none, ""), now)) == "accepted");
    CHECK(refused(authenticate_client(known, with_secret(method::client_secret_post, "x"), now)) ==
          failed);
}

TEST_CASE("RFC 7591 §3.2.1: a secret works until the moment it expires, beside another one",
          "[DCR-04]") {
    auto known = confidential(method::client_secret_post, "old");
    known.secrets.front().expires_at = now;
    known.secrets.push_back({sha256("new"), std::nullopt});
    const auto try_at = [&known](std::string_view text, instant when) {
        return refused(
            authenticate_client(known, with_secret(method::client_secret_post, text), when));
    };
    CHECK(try_at("old", now - milliseconds{1}) == "accepted");
    CHECK(try_at("old", now) == failed);
    CHECK(try_at("new", now) == "accepted");
}

TEST_CASE("a disabled client is refused like one that does not know its secret", "[OA21-TOK-06]") {
    auto known = confidential(method::client_secret_post, "hunter2");
    known.disabled = true;
    const auto right = with_secret(method::client_secret_post, "hunter2");
    CHECK(refused(authenticate_client(known, right, now)) == failed);
    client open;
    open.disabled = true;
    CHECK(refused(authenticate_client(open, with_secret(method::none, ""), now)) == failed);
}
