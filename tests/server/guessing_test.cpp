// Whoever guesses a client's secret: slowed down at every endpoint that takes one, by what the host
// knows of him and not by what he says of himself.
#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "registration.hpp"

using namespace given;

namespace {

memory_attempt_limiter three_guesses() {
    memory_attempt_limiter::rates rates;
    rates.failed_secret = attempt_rate{3, 1};
    return memory_attempt_limiter{rates};
}

struct guessed {
    const char* path;
    fields asked;
};
const guessed endpoints[] = {
    {"/token", {{"grant_type", "refresh_token"}, {"refresh_token", "x"}}},
    {"/revoke", {{"token", "x"}}},
};

http_request guess(const guessed& at, const std::string& secret_text,
                   const std::string& source = "192.0.2.66",
                   const std::string& client_id = "service") {
    auto body = at.asked;
    body.emplace_back("client_id", client_id);
    body.emplace_back("client_secret", secret_text);
    auto request = post(at.path, body);
    request.source = source;
    return request;
}

/// A server with a client whose secret comes in the body.
authorization_server_config with_post_client() {
    return config_but([](auto& c) {
        c.clients[1] = confidential_client(client_authentication_method::client_secret_post);
        auto second = c.clients[1];
        second.client_id = "second";
        c.clients.push_back(std::move(second));
    });
}

void check_slowed_down(const http_response& answer) {
    CHECK(answer.status == 429);
    CHECK(answer.headers == headers{{"Content-Type", "application/json"},
                                    {"Cache-Control", "no-store"},
                                    {"Pragma", "no-cache"},
                                    {"Retry-After", "60"}});
    CHECK(answer.body == error_body("temporarily_unavailable", "too many attempts"));
}

} // namespace

TEST_CASE("OAuth 2.1 §2.4.1: every endpoint that takes a secret slows its guessers down",
          "[OA21-CLI-09][MCP-SEC-04][ATK-TK-14]") {
    for (const auto& at : endpoints) {
        INFO(at.path);
        auto limiter = three_guesses();
        const server s{with_post_client(), &limiter};
        for (int i = 0; i < 3; ++i) CHECK(s.as.handle(guess(at, "wrong")).status == 401);
        check_slowed_down(s.as.handle(guess(at, "wrong")));
        check_slowed_down(s.as.handle(guess(at, "s3cret"))); // not even rightly
        // Neither from elsewhere nor for another client is anybody locked out.
        CHECK(s.as.handle(guess(at, "wrong", "192.0.2.7")).status == 401);
        CHECK(s.as.handle(guess(at, "s3cret", "192.0.2.8")).status != 429);
        CHECK(s.as.handle(guess(at, "wrong", "192.0.2.66", "second")).status == 401);
    }
}

TEST_CASE("What was guessed at one endpoint counts at the other", "[OA21-CLI-09][ATK-TK-14]") {
    auto limiter = three_guesses();
    const server s{with_post_client(), &limiter};
    for (int i = 0; i < 3; ++i) CHECK(s.as.handle(guess(endpoints[1], "wrong")).status == 401);
    check_slowed_down(s.as.handle(guess(endpoints[0], "s3cret")));
}

TEST_CASE("RFC 9700 §4.13: no header says where a request comes from", "[BCP-15][ATK-TK-14]") {
    auto limiter = three_guesses();
    const server s{with_post_client(), &limiter};
    const auto forged = [](int i) {
        auto request = guess(endpoints[0], "wrong");
        const auto address = "198.51.100." + std::to_string(i);
        for (const auto* const name : {"X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP",
                                       "True-Client-IP", "X-Client-IP", "X-Client-Cert"})
            request.headers.push_back({name, address});
        request.headers.push_back({"Forwarded", "for=" + address});
        return request;
    };
    for (int i = 0; i < 3; ++i) CHECK(s.as.handle(forged(i)).status == 401);
    check_slowed_down(s.as.handle(forged(3)));
    for (const auto& each : s.events.all()) CHECK(each.source == "192.0.2.66");
}
