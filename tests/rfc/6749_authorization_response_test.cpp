#include "mcp_oauth/rfc/6749_authorization_response.hpp"

#include <string>
#include <type_traits>

#include "mcp_oauth/rfc/6749_parameters.hpp"
#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

const issuer_identifier issuer = *issuer_identifier::parse("https://a.example/t1");

matched_redirect_uri matched(const std::string& uri) {
    return *match_redirect_uri(uri, {uri}, redirect_rules{});
}

std::string success(const std::string& uri, const std::optional<std::string>& state) {
    return authorization_success{"c0de"}.location(matched(uri), state, issuer);
}

// The Location, or nothing where the error must not travel.
std::string failure(error why, std::optional<std::string> state = {}) {
    const auto sent = redirect_error::make(matched("https://c.example/cb"), why, std::move(state));
    return sent ? sent->location(issuer) : "";
}

} // namespace

static_assert(!std::is_default_constructible_v<redirect_error>);
static_assert(!std::is_constructible_v<redirect_error, std::string, error>);

TEST_CASE("RFC 6749 §4.1.2: a code goes to the redirect URI with state and issuer",
          "[OA21-AUTHZ-20][OA21-AUTHZ-21][ISS-01][MCP-ISS-01]") {
    CHECK(success("https://c.example/cb", "xyz") ==
          "https://c.example/cb?code=c0de&state=xyz&iss=https%3A%2F%2Fa.example%2Ft1");
    CHECK(success("https://c.example/cb", {}) ==
          "https://c.example/cb?code=c0de&iss=https%3A%2F%2Fa.example%2Ft1");
}

TEST_CASE("RFC 6749 §4.1.2: a registered query is kept before the answer", "[OA21-AUTHZ-21]") {
    CHECK(success("https://c.example/cb?tenant=1", "s") ==
          "https://c.example/cb?tenant=1&code=c0de&state=s&iss=https%3A%2F%2Fa.example%2Ft1");
    CHECK(success("com.example.app:/cb", {}) ==
          "com.example.app:/cb?code=c0de&iss=https%3A%2F%2Fa.example%2Ft1");
    CHECK(success("http://127.0.0.1:51004/cb", {}) ==
          "http://127.0.0.1:51004/cb?code=c0de&iss=https%3A%2F%2Fa.example%2Ft1");
}

TEST_CASE("RFC 6749 §4.1.2: state comes back as it was, every printable character of it",
          "[OA21-AUTHZ-20][ATK-AZ-05]") {
    std::string state = "a%20+&=?#/\\\"'<>~ ";
    for (char c = 0x20; c < 0x7F; ++c) state += c;
    state += std::string(2048, '%');
    const auto location = success("https://c.example/cb", state);
    const auto query = parameters::parse(location.substr(location.find('?') + 1), {});
    REQUIRE(query);
    CHECK(query->find("state") == state);
    CHECK(query->find("code") == "c0de");
    CHECK(query->find("iss") == issuer.text());
    CHECK_FALSE(query->any_repeated());
}

TEST_CASE("OAuth 2.1 appendix A.5: state consists of printable ASCII",
          "[OA21-AUTHZ-20][OA21-GEN-08][ATK-RU-10]") {
    for (int octet = 0; octet < 256; ++octet) {
        const std::string state{'a', static_cast<char>(octet)};
        CAPTURE(octet);
        CHECK(refused(check_state(state)) ==
              (octet >= 0x20 && octet <= 0x7E
                   ? "accepted"
                   : "invalid_request: state holds a forbidden character"));
    }
    CHECK(*check_state("xyz") == std::optional<std::string>{"xyz"});
    CHECK(*check_state({}) == std::nullopt);
    CHECK(*check_state("") == std::nullopt);
}

TEST_CASE("RFC 6749 §4.1.2.1: an error goes back with its sentence, state and issuer",
          "[OA21-AUTHZ-20][OA21-AUTHZ-22][ISS-01][MCP-ISS-01][ATK-AZ-01]") {
    CHECK(failure({error_code::access_denied, "the user said no"}, "x y") ==
          "https://c.example/cb?error=access_denied&error_description=the+user+said+no"
          "&state=x+y&iss=https%3A%2F%2Fa.example%2Ft1");
    CHECK(failure({error_code::invalid_scope, ""}) ==
          "https://c.example/cb?error=invalid_scope&iss=https%3A%2F%2Fa.example%2Ft1");
}

TEST_CASE("RFC 6749 §4.1.2.1: failures inside the server are told by redirect", "[OA21-AUTHZ-19]") {
    CHECK(failure({error_code::server_error, ""}) ==
          "https://c.example/cb?error=server_error&iss=https%3A%2F%2Fa.example%2Ft1");
    CHECK(failure({error_code::temporarily_unavailable, ""}) ==
          "https://c.example/cb?error=temporarily_unavailable&iss=https%3A%2F%2Fa.example%2Ft1");
}

TEST_CASE("RFC 6749 §4.1.2.1: a code that may only be answered directly makes no redirect",
          "[OA21-AUTHZ-08][MCP-ERR-08]") {
    for (int value = 0; value <= static_cast<int>(error_code::consent_required); ++value) {
        const error why{static_cast<error_code>(value), "x"};
        CAPTURE(why.wire().name);
        CHECK(failure(why).empty() != why.wire().may_redirect);
    }
    CHECK(failure({error_code::invalid_client, "x"}).empty());
    CHECK(failure({error_code::invalid_token, "x"}).empty());
}

TEST_CASE("an error on its way back still knows what it is", "[OA21-AUTHZ-22]") {
    const error why{error_code::invalid_request, "code_challenge is required"};
    CHECK(redirect_error::make(matched("https://c.example/cb"), why, {})->why() == why);
}
