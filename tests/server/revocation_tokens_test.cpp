// RFC 7009 for every kind of token there is: whose it must be, and what a hint cannot do.
#include "registration.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

server server_with(access_token_format format) {
    policy rules = policy::strict();
    rules.access_token.format = format;
    return server{std::move(rules)};
}

/// One token of each kind, each of another grant; and whether that grant is alive.
struct specimen {
    std::string kind;
    std::string token;
    std::string head; ///< of the grant; empty where its code waits
};
std::vector<specimen> one_of_each(const server& s) {
    std::vector<specimen> all;
    const auto head = s.first_refresh_token();
    all.push_back({"head", head, head});
    const auto rotated = s.first_refresh_token();
    all.push_back({"rotated", rotated, member(s.refresh(rotated), "refresh_token")});
    const auto tokens = s.redeem(s.code());
    all.push_back(
        {"access token", member(tokens, "access_token"), member(tokens, "refresh_token")});
    all.push_back({"code", s.code(), {}});
    return all;
}
bool is_alive(const server& s, const specimen& of) {
    const auto answer = of.head.empty() ? s.redeem(of.token) : s.refresh(of.head);
    if (answer.status != 200) CHECK(member(answer, "error") == "invalid_grant");
    return answer.status == 200;
}

http_response revoked_by_service(const server& s, const std::string& token) {
    auto request = post("/revoke", {{"token", token}});
    request.headers.push_back({"Authorization", "Basic c2VydmljZTpzM2NyZXQ="}); // service:s3cret
    return s.as.handle(request);
}

const auto json_headers = headers{
    {"Content-Type", "application/json"}, {"Cache-Control", "no-store"}, {"Pragma", "no-cache"}};

void check_acknowledged(const http_response& answer) {
    CHECK(answer.status == 200);
    CHECK(answer.headers == headers{{"Cache-Control", "no-store"}, {"Content-Length", "0"}});
    CHECK(answer.body.empty());
}

} // namespace

TEST_CASE("RFC 7009 §2.1: no kind of token is revoked by another client, and the refusal says so",
          "[REV-04][ATK-TK-26][D14]") {
    const auto format = GENERATE(access_token_format::jwt, access_token_format::opaque);
    const server s = server_with(format);
    const auto stranger = registered_id(s, refreshing_registration);
    for (const auto& each : one_of_each(s)) {
        INFO(each.kind);
        for (const auto& answer :
             {s.revoke(each.token, {{"client_id", stranger}}), revoked_by_service(s, each.token)}) {
            CHECK(answer.status == 400);
            CHECK(answer.headers == json_headers);
            CHECK(answer.body ==
                  error_body("invalid_request", "the token was issued to another client"));
        }
        CHECK(is_alive(s, each));
    }
    CHECK(s.events.count(event_kind::revoked) == 0);
}

TEST_CASE("RFC 7009 §2.1: no hint hides a token of another kind", "[REV-05][REV-02]") {
    const auto format = GENERATE(access_token_format::jwt, access_token_format::opaque);
    const server s = server_with(format);
    for (const auto* const hint : {"access_token", "refresh_token", "id_token", "Access_Token", ""})
        for (const auto& each : one_of_each(s)) {
            INFO(each.kind << " as " << hint);
            check_acknowledged(s.revoke(each.token, {{"token_type_hint", hint}}));
            CHECK_FALSE(is_alive(s, each));
        }
}

TEST_CASE("RFC 7009 §2.2: what has expired or ended is a success, whatever it was",
          "[REV-03][ATK-TK-26]") {
    const auto format = GENERATE(access_token_format::jwt, access_token_format::opaque);
    const server s = server_with(format);
    const auto revoked = one_of_each(s);
    for (int times = 0; times < 2; ++times)
        for (const auto& each : revoked) check_acknowledged(s.revoke(each.token));
    const auto expired = one_of_each(s);
    s.clock.advance(std::chrono::hours{24 * 365}); // past every end there is
    for (const auto& each : expired) {
        INFO(each.kind);
        check_acknowledged(s.revoke(each.token));
        CHECK_FALSE(is_alive(s, each));
    }
}

TEST_CASE("RFC 7009 §2.1: who does not say who he is revokes nothing", "[REV-01]") {
    const server s;
    const auto token = s.first_refresh_token();
    const auto check = [](const http_response& answer, int status, const std::string& body) {
        CHECK(answer.status == status);
        CHECK(answer.body == body);
    };
    const auto failed = error_body("invalid_client", "client authentication failed");
    check(s.revoke(token, {{"client_id", "nobody"}}), 401, failed);
    check(s.revoke(token, {{"client_id", "service"}}), 401, failed);
    check(s.revoke(token, {{"client_secret", "guessed"}}), 401, failed);
    check(s.revoke(token, {{"client_id", ""}}), 400,
          error_body("invalid_request", "client_id is required"));
    check(s.revoke(""), 400, error_body("invalid_request", "token is required"));
    auto as_json = post("/revoke", {});
    as_json.headers = {{"Content-Type", "application/json"}};
    as_json.body = R"({"token":")" + token + R"(","client_id":"app"})";
    CHECK(member(s.as.handle(as_json), "error") == "invalid_request");
    CHECK(s.refresh(token).status == 200);

    // The confidential client that proves itself ends its own.
    const fields who{{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}};
    auto redemption =
        post("/token", changed(server::redemption(s.code(who), who), {{"client_id", ""}}));
    redemption.headers.push_back({"Authorization", "Basic c2VydmljZTpzM2NyZXQ="});
    const auto own = member(s.as.handle(redemption), "refresh_token");
    check_acknowledged(revoked_by_service(s, own));
    auto refresh = post("/token", {{"grant_type", "refresh_token"}, {"refresh_token", own}});
    refresh.headers.push_back({"Authorization", "Basic c2VydmljZTpzM2NyZXQ="});
    CHECK(member(s.as.handle(refresh), "error") == "invalid_grant");
}
