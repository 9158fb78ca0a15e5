#include "registration.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

const std::string invalid_client =
    R"({"error":"invalid_client","error_description":"client authentication failed"})";

http_response as_service(const given::server& s, fields body) {
    auto request = post("/token", body);
    request.headers.push_back({"Authorization", "Basic c2VydmljZTpzM2NyZXQ="}); // service:s3cret
    return s.as.handle(request);
}
fields service_request() {
    return {{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}};
}
std::string service_refresh_token(const given::server& s) {
    const auto code = s.code(service_request());
    const auto tokens = as_service(
        s, {{"grant_type", "authorization_code"}, {"code", code}, {"code_verifier", verifier}});
    REQUIRE(tokens.status == 200);
    return member(tokens, "refresh_token");
}

} // namespace

TEST_CASE("RT-08: another client cannot use the token, and the owner still can",
          "[RT-08][OA21-REF-01][ATK-TK-08][MCP-RFT-08]") {
    const given::server s{policy::strict()};
    const auto other = registered_id(s, refreshing_registration);
    const auto token = s.first_refresh_token();
    const auto answer = s.refresh(token, {{"client_id", other}});
    CHECK(answer.status == 400);
    CHECK(member(answer, "error") == "invalid_grant");
    const auto confidential =
        as_service(s, {{"grant_type", "refresh_token"}, {"refresh_token", token}});
    CHECK(member(confidential, "error") == "invalid_grant");
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("RT-08: a rotated token in the hands of another client ends nothing",
          "[RT-08][OA21-REF-01]") {
    const given::server s{policy::strict()};
    const auto other = registered_id(s, refreshing_registration);
    const auto first = s.first_refresh_token();
    const auto second = member(s.refresh(first), "refresh_token");
    CHECK(member(s.refresh(first, {{"client_id", other}}), "error") == "invalid_grant");
    CHECK(s.refresh(second).status == 200);
}

TEST_CASE("ATK-TK-08: a confidential client's token is no use with its client_id alone",
          "[ATK-TK-08][ATK-TK-11][OA21-TOK-06][OA21-CLI-02]") {
    const given::server s{policy::strict()};
    const auto token = service_refresh_token(s);
    const auto answer = s.refresh(token, {{"client_id", "service"}});
    CHECK(answer.status == 401);
    CHECK(answer.body == invalid_client);
    CHECK(answer.header("WWW-Authenticate") == "Basic realm=\"oauth\"");
    CHECK(as_service(s, {{"grant_type", "refresh_token"}, {"refresh_token", token}}).status == 200);
}

TEST_CASE("An unknown client hears invalid_client, whatever its token is",
          "[MCP-ERR-06][pain-7][OA21-TOK-06]") {
    const given::server s;
    const auto token = s.first_refresh_token();
    for (const auto& text : {token, std::string{"garbage"}, std::string{"mcpo_rt_AAAA"}}) {
        const auto answer = s.refresh(text, {{"client_id", "client_forgotten"}});
        CHECK(answer.status == 401);
        CHECK(answer.body == invalid_client);
    }
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("A registered client that was erased hears invalid_client once its grant refuses",
          "[MCP-ERR-06][pain-6][pain-7]") {
    const given::server s;
    const auto id = registered_id(s, refreshing_registration);
    const auto token =
        member(s.redeem(s.code({{"client_id", id}}), {{"client_id", id}}), "refresh_token");
    const auto key = std::string{issuer} + "#client/" + id;
    const auto there = s.memory.load(key);
    REQUIRE(s.memory.erase(key, (*there)->version) == write_outcome::done);
    CHECK(s.refresh(token, {{"client_id", id}}).status == 200); // the grant vouches for it
    s.clock.advance(std::chrono::hours{24 * 14});
    const auto expired = s.refresh(token, {{"client_id", id}});
    CHECK(expired.status == 401);
    CHECK(expired.body == invalid_client);
}

TEST_CASE("A refresh of a public client is one read and one conditional write", "[statements]") {
    const given::server s{policy::strict()};
    const auto id = registered_id(s, refreshing_registration);
    const auto token =
        member(s.redeem(s.code({{"client_id", id}}), {{"client_id", id}}), "refresh_token");
    const auto before = s.store.calls();
    REQUIRE(s.refresh(token, {{"client_id", id}}).status == 200);
    CHECK(s.store.calls() == before + 2);
}

TEST_CASE("A refresh of a registered confidential client is one read more: its own record",
          "[statements]") {
    const given::server s{policy::strict()};
    const auto answer = registered(s, R"({"redirect_uris":["https://service.example/cb"],)"
                                      R"("token_endpoint_auth_method":"client_secret_post",)"
                                      R"("grant_types":["authorization_code","refresh_token"]})");
    const fields self{{"client_id", member(answer, "client_id")},
                      {"client_secret", member(answer, "client_secret")},
                      {"redirect_uri", "https://service.example/cb"}};
    const auto token =
        member(s.redeem(s.code(changed(self, {{"client_secret", ""}})), self), "refresh_token");
    const auto loads = s.store.calls(testing::store_call::load);
    const auto all = s.store.calls();
    REQUIRE(s.refresh(token, changed(self, {{"redirect_uri", ""}})).status == 200);
    CHECK(s.store.calls(testing::store_call::load) == loads + 2);
    CHECK(s.store.calls() == all + 3);
}

TEST_CASE("The grant pins the method: a client that becomes confidential loses its old grants",
          "[MCP-TOK-11][OA21-CLI-01]") {
    const given::server s{policy::strict()};
    const auto token = s.first_refresh_token();
    auto changed_config = config(policy::strict());
    changed_config.clients[0].method = client_authentication_method::client_secret_post;
    changed_config.clients[0].secrets = {digest_of("new")};
    server_ports ports{s.store};
    ports.clock = &s.clock;
    ports.random = &s.random;
    ports.events = &s.events;
    auto later = *authorization_server::make(std::move(changed_config), ports);
    const fields body{
        {"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", "app"}};
    CHECK(later.handle(post("/token", body)).status == 401);
    const auto proven = later.handle(post("/token", changed(body, {{"client_secret", "new"}})));
    CHECK(proven.status == 400);
    CHECK(member(proven, "error") == "invalid_grant");
    CHECK(s.refresh(token).status == 400); // and it is gone for good
}

TEST_CASE("D2: a replay ends its own grant, not the user's other ones with the same client",
          "[D2][pain-2][OA21-REF-06]") {
    const given::server s{policy::strict()};
    const auto laptop = s.first_refresh_token();
    const auto desktop = s.first_refresh_token();
    REQUIRE(s.refresh(laptop).status == 200);
    CHECK(s.refresh(laptop).status == 400);
    CHECK(s.refresh(desktop).status == 200);
}

TEST_CASE("Rotation can stay off for confidential clients: the same token works on",
          "[RT-01][OA21-REF-05]") {
    policy p = policy::strict();
    p.refresh.confidential = confidential_rotation::keep;
    const given::server s{p};
    const auto token = service_refresh_token(s);
    for (int i = 0; i < 3; ++i) {
        const auto answer =
            as_service(s, {{"grant_type", "refresh_token"}, {"refresh_token", token}});
        REQUIRE(answer.status == 200);
        CHECK(member(answer, "refresh_token") == token);
        s.clock.advance(std::chrono::hours{24 * 3});
    }
    // A public client's token is good once all the same.
    const auto first = s.first_refresh_token();
    const auto answer = s.refresh(first);
    CHECK(answer.status == 200);
    CHECK(member(answer, "refresh_token") != first);
    CHECK(s.refresh(first).status == 400);
}

TEST_CASE("A client that is configured no more refreshes no more", "[OA21-TOK-06][pain-7]") {
    const given::server s;
    const auto token = s.first_refresh_token();
    auto c = config(policy::mcp());
    c.clients.clear();
    server_ports ports{s.store};
    ports.clock = &s.clock;
    const auto later = std::move(*authorization_server::make(std::move(c), ports));
    const auto answer = later.handle(
        post("/token",
             {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", "app"}}));
    CHECK(answer.status == 401);
    CHECK(answer.body == invalid_client);
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("A policy that would give no refresh token today rotates none away that it gave",
          "[OA21-REF-06][OA21-REF-11]") {
    const given::server s{policy::strict()};
    const auto first = s.first_refresh_token();
    auto rules = policy::strict();
    rules.refresh.issue = refresh_issuance::when_offline_access;
    server_ports ports{s.store};
    ports.clock = &s.clock;
    const auto later = std::move(*authorization_server::make(config(std::move(rules)), ports));
    const auto answer = later.handle(
        post("/token",
             {{"grant_type", "refresh_token"}, {"refresh_token", first}, {"client_id", "app"}}));
    CHECK(answer.status == 200);
    CHECK(s.refresh(member(answer, "refresh_token")).status == 200);
}
