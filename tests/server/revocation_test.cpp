#include "given.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

void check_acknowledged(const http_response& answer) {
    CHECK(answer.status == 200);
    CHECK(answer.body.empty());
    CHECK(answer.header("Cache-Control") == "no-store");
}

} // namespace

TEST_CASE("RT-15: revoking a rotated refresh token ends the grant", "[RT-15][REV-06][REV-07]") {
    const given::server s{policy::strict()};
    const auto first = s.first_refresh_token();
    const auto head = member(s.refresh(first), "refresh_token");
    check_acknowledged(s.revoke(first));
    CHECK(member(s.refresh(head), "error") == "invalid_grant");
    CHECK(s.events.count(event_kind::revoked) == 1);
    check_acknowledged(s.revoke(first));
    CHECK(s.events.count(event_kind::revoked) == 1);
}

TEST_CASE("RFC 7009 §2.1: any token of a grant ends it: head, access token, unredeemed code",
          "[REV-02][REV-06][MCP-TOK-16]") {
    const auto format = GENERATE(access_token_format::jwt, access_token_format::opaque);
    policy p = policy::mcp();
    p.access_token.format = format;
    const given::server s{p};
    const auto by_head = s.redeem(s.code());
    check_acknowledged(s.revoke(member(by_head, "refresh_token")));
    CHECK(s.refresh(member(by_head, "refresh_token")).status == 400);
    const auto by_access = s.redeem(s.code());
    check_acknowledged(s.revoke(member(by_access, "access_token")));
    CHECK(s.refresh(member(by_access, "refresh_token")).status == 400);
    const auto code = s.code();
    check_acknowledged(s.revoke(code));
    CHECK(member(s.redeem(code), "error") == "invalid_grant");
}

TEST_CASE("An access token for another resource, or an expired one, still names its grant",
          "[REV-02][REV-03]") {
    const given::server s;
    const auto tokens = s.redeem(s.code({{"resource", "https://other.example/mcp"}}));
    s.clock.advance(std::chrono::hours{2});
    check_acknowledged(s.revoke(member(tokens, "access_token")));
    CHECK(s.refresh(member(tokens, "refresh_token")).status == 400);
}

TEST_CASE("RFC 7009 §2.2: an unknown token is a success",
          "[REV-03][ATK-TK-26][D12][D13][ATK-TK-30]") {
    const given::server s;
    for (const char* token : {"garbage", "mcpo_rt_AAAA", "a.b.c", "eyJhbGciOiJub25lIn0.e30."})
        check_acknowledged(s.revoke(token));
    // Nor is it trouble where a token is of this server's making but for its key or its signature.
    const auto tokens = s.redeem(s.code());
    const auto token = member(tokens, "access_token");
    const auto stranger = *signing_key::generate_es256();
    const auto input = token.substr(0, token.rfind('.'));
    const auto payload = token.substr(token.find('.'), token.rfind('.') - token.find('.'));
    const auto of_no_key = base64url(R"({"typ":"at+jwt","alg":"ES256","kid":"nobody"})") + payload;
    for (const auto& forged : {input, of_no_key})
        check_acknowledged(s.revoke(finish_jws(forged, *stranger.sign(forged))));
    CHECK(s.refresh(member(tokens, "refresh_token")).status == 200);
}

TEST_CASE("RFC 7009 §2.1: another client's token is refused, and works on",
          "[REV-04][ATK-TK-26][D14]") {
    const given::server s;
    const auto rotated = s.first_refresh_token();
    const auto tokens = s.refresh(rotated);
    const auto head = member(tokens, "refresh_token");
    for (const auto& token : {head, rotated, member(tokens, "access_token")}) {
        auto request = post("/revoke", {{"token", token}});
        request.headers.push_back({"Authorization", "Basic c2VydmljZTpzM2NyZXQ="});
        const auto answer = s.as.handle(request);
        CHECK(answer.status == 400);
        CHECK(answer.body == R"({"error":"invalid_request","error_description":)"
                             R"("the token was issued to another client"})");
    }
    CHECK(s.refresh(head).status == 200);
}

TEST_CASE("RFC 7009 §2.1: a wrong or unknown hint hides nothing", "[REV-05]") {
    const auto hint = GENERATE(as<std::string>{}, "access_token", "refresh_token", "made_up");
    const given::server s;
    const auto token = s.first_refresh_token();
    check_acknowledged(s.revoke(token, {{"token_type_hint", hint}}));
    CHECK(s.refresh(token).status == 400);
}

TEST_CASE("The revocation endpoint asks who is there, and what for", "[REV-01][REV-08]") {
    const given::server s;
    const auto token = s.first_refresh_token();
    CHECK(s.revoke(token, {{"client_id", "nobody"}}).status == 401);
    CHECK(s.revoke(token, {{"client_id", "service"}}).status == 401);
    CHECK(member(s.revoke(token, {{"client_id", ""}}), "error") == "invalid_request");
    CHECK(member(s.revoke(""), "error") == "invalid_request");
    const auto by_get = s.as.handle(get("/revoke?client_id=app&token=" + token));
    CHECK(by_get.status == 405);
    CHECK(by_get.header("Allow") == "POST");
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("A revocation is not acknowledged while the store does not answer",
          "[MCP-ERR-07][REV-07][REV-08]") {
    const auto call = GENERATE(testing::store_call::load, testing::store_call::replace);
    const given::server s;
    const auto token = s.first_refresh_token();
    s.store.fail(call, 1, testing::store_fault::unavailable);
    const auto answer = s.revoke(token);
    CHECK(answer.status == 503);
    CHECK(answer.header("Retry-After") == "1");
    CHECK(member(answer, "error") == "temporarily_unavailable");
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("A revocation whose outcome is unknown is read back before it is acknowledged",
          "[REV-07]") {
    const auto how =
        GENERATE(testing::store_fault::unknown_written, testing::store_fault::unknown_lost);
    const given::server s;
    const auto token = s.first_refresh_token();
    s.store.fail(testing::store_call::replace, 1, how);
    check_acknowledged(s.revoke(token));
    CHECK(s.refresh(token).status == 400);
}

TEST_CASE("The host ends one grant by its ID", "[OA21-REF-07][OA21-REF-09]") {
    const given::server s;
    const auto token = s.first_refresh_token();
    const auto other = s.first_refresh_token();
    std::string id;
    for (const auto& e : s.events.all())
        if (e.kind == event_kind::granted && id.empty()) id = e.grant_id;
    CHECK(s.as.revoke_grant(id).value());
    CHECK(s.as.revoke_grant(id).value());
    CHECK_FALSE(s.as.revoke_grant("AAAAAAAAAAAAAAAAAAAAAA").value());
    CHECK_FALSE(s.as.revoke_grant("not an id").value());
    CHECK(s.refresh(token).status == 400);
    CHECK(s.refresh(other).status == 200);
    s.store.fail(testing::store_call::load, 1, testing::store_fault::unavailable);
    CHECK_FALSE(s.as.revoke_grant(id).has_value());
}

TEST_CASE("A client that is registered otherwise by now revokes its old tokens all the same",
          "[REV-03][REV-06]") {
    const given::server s;
    const auto token = s.first_refresh_token();
    auto c = config(policy::mcp());
    c.clients[0].method = client_authentication_method::client_secret_post;
    c.clients[0].secrets = {digest_of("new")};
    server_ports ports{s.store};
    ports.clock = &s.clock;
    const auto later = std::move(*authorization_server::make(std::move(c), ports));
    const auto request =
        post("/revoke", {{"token", token}, {"client_id", "app"}, {"client_secret", "new"}});
    check_acknowledged(later.handle(request));
    check_acknowledged(later.handle(request));
    CHECK(s.refresh(token).status == 400);
}
