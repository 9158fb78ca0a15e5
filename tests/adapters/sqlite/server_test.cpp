// A whole authorization server on the store: what clients see is what they see over memory.

#include "adapters/sqlite/given_sqlite.hpp"
#include "server/given.hpp"

using namespace sqlite_tests;
using given::member;
using given::post;

TEST_CASE("a login, its refreshes and a replay go on over a restart", "[sqlite]") {
    const scratch folder;
    std::string code;
    std::string rotated;
    std::string head;
    {
        auto store = opened(folder.path());
        const given::server as(store, policy::strict());
        code = as.code();
        const auto tokens = as.redeem(code);
        REQUIRE(tokens.status == 200);
        rotated = member(tokens, "refresh_token");
        const auto next = as.refresh(rotated);
        REQUIRE(next.status == 200);
        head = member(next, "refresh_token");
    }
    auto store = opened(folder.path());
    const given::server as(store, policy::strict());
    const auto next = as.refresh(head);
    REQUIRE(next.status == 200);
    head = member(next, "refresh_token");

    CHECK(member(as.refresh(rotated), "error") == "invalid_grant"); // a replay
    CHECK(as.events.count(event_kind::refresh_replay) == 1);
    CHECK(member(as.refresh(head), "error") == "invalid_grant"); // has ended the grant
    CHECK(member(as.redeem(code), "error") == "invalid_grant");
}

TEST_CASE("a client registers, and is there after a restart", "[sqlite]") {
    const scratch folder;
    auto rules = policy::mcp();
    std::string client_id;
    {
        auto store = opened(folder.path());
        const given::server as(store, rules);
        auto request = post("/register", {});
        request.headers = {{"Content-Type", "application/json"}};
        request.body = R"({"redirect_uris":["http://127.0.0.1/callback"],)"
                       R"("grant_types":["authorization_code","refresh_token"],)"
                       R"("token_endpoint_auth_method":"none"})";
        const auto answer = as.as.handle(request);
        REQUIRE(answer.status == 201);
        client_id = member(answer, "client_id");
    }
    auto store = opened(folder.path());
    const given::server as(store, rules);
    const auto tokens = as.redeem(as.code({{"client_id", client_id}}), {{"client_id", client_id}});
    REQUIRE(tokens.status == 200);
    CHECK(as.refresh(member(tokens, "refresh_token"), {{"client_id", client_id}}).status == 200);
}

TEST_CASE("a file that is gone is 503 and never invalid_grant", "[sqlite][MCP-ERR-07]") {
    const scratch folder;
    auto store = opened(folder.path());
    const given::server as(store, policy::strict());
    const auto token = as.first_refresh_token();
    std::filesystem::remove(folder.path());
    const auto answer = as.refresh(token);
    CHECK(answer.status == 503);
    CHECK(member(answer, "error") == "temporarily_unavailable");
}
