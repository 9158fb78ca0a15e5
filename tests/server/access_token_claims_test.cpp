#include "given.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

/// The claims as a verifier of another make would read them.
std::string payload(const std::string& token) {
    const auto first = token.find('.');
    const auto second = token.rfind('.');
    return *decode_base64url(std::string_view{token}.substr(first + 1, second - first - 1));
}
std::string header(const std::string& token) {
    return *decode_base64url(std::string_view{token}.substr(0, token.find('.')));
}

} // namespace

TEST_CASE("RFC 9068 §2: header and claims of an access token",
          "[AT-01][AT-03][AT-04][AT-05][AT-06][AT-07][AT-09][BEAR-04][MCP-TOK-14][MCP-ISS-07]"
          "[MCP-TOK-08][MCP-RES-05]") {
    const given::server s;
    auto who = s.alice();
    who.at = s.clock.now() - 100s;
    who.acr = "urn:example:gold";
    who.amr = {"pwd", "otp"};
    auto begun = s.authorize();
    auto known = s.as.authenticated(std::get<interaction>(begun).ticket, who);
    const auto redirect = s.approve(std::get<consent_view>(known));
    const auto tokens = s.redeem(*parameter(redirect, "code"));
    const auto token = member(tokens, "access_token");
    const auto kid = key_set::of({the_signing_key().public_key()}).keys().front().kid;
    CHECK(header(token) == R"({"typ":"at+jwt","alg":"ES256","kid":")" + kid + "\"}");
    const auto claims = json_document::parse(payload(token));
    REQUIRE(claims);
    const auto root = claims->root();
    const auto now = to_unix_seconds(s.clock.now());
    CHECK(root.string_at("iss") == issuer);
    CHECK(root.string_at("sub") == "alice");
    CHECK(root.string_at("aud") == resource);
    CHECK(root.string_at("client_id") == "app");
    CHECK(root.string_at("scope") == "mcp notes:write");
    CHECK(root.integer_at("iat") == now);
    CHECK(root.integer_at("exp") == now + 600);
    CHECK(root.string_at("jti")->size() == 22);
    CHECK(root.integer_at("auth_time") == now - 100);
    CHECK(root.string_at("acr") == "urn:example:gold");
    CHECK(root.find("amr")->strings() == std::vector<std::string>{"pwd", "otp"});
    CHECK(root.string_at("grant_id")->size() == 22);
    CHECK(root.size() == 12);
}

TEST_CASE("AT-09: a refresh renews neither auth_time nor acr nor amr", "[AT-09]") {
    const given::server s;
    auto who = s.alice();
    who.at = s.clock.now() - 100s;
    who.acr = "urn:example:gold";
    who.amr = {"pwd", "otp"};
    const auto logged_in_at = to_unix_seconds(who.at);
    auto begun = s.authorize();
    auto known = s.as.authenticated(std::get<interaction>(begun).ticket, who);
    const auto redirect = s.approve(std::get<consent_view>(known));
    auto tokens = s.redeem(*parameter(redirect, "code"));
    const auto first = json_document::parse(payload(member(tokens, "access_token")));
    for (int refreshes = 0; refreshes < 3; ++refreshes) {
        s.clock.advance(1h);
        tokens = s.refresh(member(tokens, "refresh_token"), {{"scope", "mcp"}});
        const auto later = json_document::parse(payload(member(tokens, "access_token")));
        CHECK(later->root().integer_at("auth_time") == logged_in_at);
        CHECK(later->root().string_at("acr") == "urn:example:gold");
        CHECK(later->root().find("amr")->strings() == std::vector<std::string>{"pwd", "otp"});
        CHECK(later->root().integer_at("iat") == to_unix_seconds(s.clock.now()));
        CHECK(later->root().string_at("jti") != first->root().string_at("jti"));
        CHECK(later->root().string_at("grant_id") == first->root().string_at("grant_id"));
    }
}

TEST_CASE("An opaque access token tells its client nothing, and has no row", "[pain-11]") {
    policy p = policy::mcp();
    p.access_token.format = access_token_format::opaque;
    const given::server s{p};
    const auto records = s.memory.size();
    const auto tokens = s.redeem(s.code());
    const auto token = member(tokens, "access_token");
    CHECK(token.rfind("mcpo_at_", 0) == 0);
    CHECK(token.find("alice") == std::string::npos);
    const auto octets = decode_base64url(std::string_view{token}.substr(8));
    REQUIRE(octets);
    CHECK(octets->find("alice") == std::string::npos);
    CHECK(s.memory.size() == records + 1);
    // The format never depends on the request.
    CHECK(member(s.redeem(s.code({{"resource", ""}})), "access_token").rfind("mcpo_at_", 0) == 0);
}

TEST_CASE("expires_in is what remains, and a lifetime is what was configured",
          "[BEAR-04][MCP-TOK-08]") {
    policy p = policy::mcp();
    p.access_token.lifetime = 1s;
    const given::server s{p};
    const auto body = json_document::parse(s.redeem(s.code()).body);
    CHECK(body->root().integer_at("expires_in") == 1);
}
