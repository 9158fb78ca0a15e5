// A code in the hands of a client that is who it says it is, and is not the one that asked.
#include "given.hpp"

using namespace given;

namespace {

server with_a_stranger() {
    auto c = config(policy::strict());
    auto stranger = public_client();
    stranger.client_id = "stranger";
    c.clients.push_back(stranger);
    return server{std::move(c)};
}
/// The confidential client proves itself, so nothing but the code's owner can be what is wrong.
http_response redeemed_by_service(const server& s, const std::string& code) {
    auto body = server::redemption(code, {{"client_id", ""}});
    auto request = post("/token", body);
    request.headers.push_back({"Authorization", "Basic c2VydmljZTpzM2NyZXQ="}); // service:s3cret
    return s.as.handle(request);
}
std::string error_of(const http_response& response) { return member(response, "error"); }

} // namespace

TEST_CASE("ATK-TK-04: a code is invalid_grant for every other client, and good for its own",
          "[ATK-TK-04][OA21-CODE-07][OA21-CODE-02][MCP-TOK-12]") {
    const server s = with_a_stranger();
    const auto code = s.code();
    CHECK(error_of(s.redeem(code, {{"client_id", "stranger"}})) == "invalid_grant");
    CHECK(error_of(redeemed_by_service(s, code)) == "invalid_grant");
    CHECK(s.redeem(code).status == 200);
}

TEST_CASE("RT-17: a used code in the hands of every other client ends nothing",
          "[RT-17][OA21-CODE-06][ATK-TK-02]") {
    const server s = with_a_stranger();
    const auto code = s.code();
    const auto tokens = s.redeem(code);
    CHECK(error_of(s.redeem(code, {{"client_id", "stranger"}})) == "invalid_grant");
    CHECK(error_of(redeemed_by_service(s, code)) == "invalid_grant");
    CHECK(s.refresh(member(tokens, "refresh_token")).status == 200);
}
