#include <cctype>

#include "given.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

std::string problem(const http_response& answer) { return member(answer, "error"); }

http_request with_header(http_request request, std::string name, std::string value) {
    request.headers.push_back({std::move(name), std::move(value)});
    return request;
}

constexpr const char* right = "c2VydmljZTpzM2NyZXQ="; // service:s3cret
constexpr const char* wrong = "c2VydmljZTp3cm9uZw=="; // service:wrong
/// What a guesser of the confidential client's secret sends, good for each endpoint but for tokens.
http_request guessing(const char* target, const char* credentials, const char* source) {
    auto request =
        post(target, {{"grant_type", "refresh_token"}, {"refresh_token", "x"}, {"token", "x"}});
    request.headers.push_back({"Authorization", std::string{"Basic "} + credentials});
    request.source = source;
    return request;
}

/// The redemption that would work, so that nothing but the defect can be what is refused.
struct honest {
    given::server s;
    std::string code = s.code();
    [[nodiscard]] http_request request() const {
        return post("/token", given::server::redemption(code));
    }
    /// Afterwards, and whatever was tried: the code still works.
    void still_works() const { CHECK(s.redeem(code).status == 200); }
};

} // namespace

TEST_CASE("RFC 6749 §3.2: only POST is served", "[OA21-TOK-01][MCP-TOK-10]") {
    const honest h;
    for (const char* method : {"GET", "PUT", "DELETE", "HEAD", "post"}) {
        auto request = h.request();
        request.method = method;
        const auto answer = h.s.as.handle(request);
        CHECK(answer.status == 405);
        CHECK(answer.header("Allow") == "POST");
        CHECK(answer.header("Cache-Control") == "no-store");
    }
    h.still_works();
}

TEST_CASE("The body has to be a form, whatever its parameters look like",
          "[OA21-TOK-02][ATK-TK-16]") {
    const honest h;
    for (const char* type :
         {"application/json", "multipart/form-data; boundary=x", "text/plain", ""}) {
        auto request = h.request();
        request.headers = {{"Content-Type", type}};
        CHECK(problem(h.s.as.handle(request)) == "invalid_request");
    }
    auto bare = h.request();
    bare.headers.clear();
    CHECK(problem(h.s.as.handle(bare)) == "invalid_request");
    auto decorated = h.request();
    decorated.headers = {{"content-type", "Application/X-WWW-Form-Urlencoded;charset=UTF-8"}};
    CHECK(h.s.as.handle(decorated).status == 200);
}

TEST_CASE("Parameters in the URI have no effect", "[OA21-TOK-02][OA21-CLI-07][ATK-TK-16]") {
    const honest h;
    auto request = h.request();
    request.target = "/token?" + request.body;
    request.body.clear();
    CHECK(problem(h.s.as.handle(request)) == "invalid_request");
    auto doubled = h.request();
    doubled.target = "/token?client_id=service&client_secret=s3cret";
    CHECK(h.s.as.handle(doubled).status == 200);
}

TEST_CASE("A repeated parameter is an error, an unknown or empty one is nothing",
          "[OA21-TOK-03][OA21-TOK-04][ATK-TK-16]") {
    const honest h;
    for (const char* more :
         {"&code=x", "&grant_type=authorization_code", "&odd=1&odd=2", "&client_id=app"}) {
        auto request = h.request();
        request.body += more;
        const auto answer = h.s.as.handle(request);
        CHECK(answer.status == 400);
        CHECK(answer.body ==
              R"({"error":"invalid_request","error_description":"a parameter is repeated"})");
    }
    auto request = h.request();
    request.body += "&odd=1&scope=&resource=&client_secret=";
    CHECK(h.s.as.handle(request).status == 200);
}

TEST_CASE("What is wrongly encoded is refused", "[OA21-GEN-06]") {
    const honest h;
    for (const char* more : {"&x=%", "&x=%zz", "&x=%ff", "&%c3=1", "&x=%ed%a0%80"}) {
        auto request = h.request();
        request.body += more;
        CHECK(problem(h.s.as.handle(request)) == "invalid_request");
    }
    h.still_works();
}

TEST_CASE("What is too large is refused, at one past the limit", "[ATK-TK-17][JBCP-11]") {
    const honest h;
    const auto& limits = policy::mcp().limits;
    auto padded = h.request();
    padded.body += "&pad=";
    padded.body += std::string(limits.value, 'a'); // as long as a value may be
    for (int i = 0; padded.body.size() < limits.body - limits.value; ++i)
        padded.body += "&pad" + std::to_string(i) + "=" + std::string(limits.value - 100, 'a');
    padded.body += "&last=" + std::string(limits.body - padded.body.size() - 6, 'a');
    REQUIRE(padded.body.size() == limits.body);
    auto too_large = padded;
    too_large.body += 'a';
    CHECK(h.s.as.handle(too_large).status == 413);
    auto long_value = h.request();
    long_value.body += "&pad=" + std::string(limits.value + 1, 'a');
    CHECK(problem(h.s.as.handle(long_value)) == "invalid_request");
    auto many = h.request();
    for (std::size_t i = 5; i < limits.parameters + 1; ++i)
        many.body += "&p" + std::to_string(i) + "=1";
    CHECK(problem(h.s.as.handle(many)) == "invalid_request");
    CHECK(h.s.as.handle(with_header(h.request(), "X-Pad", std::string(limits.header - 4, 'a')))
              .status == 431);
    CHECK(h.s.as.handle(padded).status == 200);
}

TEST_CASE("grant_type is required, known, and the client's", "[OA21-TOK-05][BCP-07][OA21-GEN-02]") {
    auto c = config(policy::mcp());
    c.clients[0].grant_types = {"refresh_token"};
    const given::server s{std::move(c)};
    const auto ask = [&](const char* type) {
        return s.token({{"grant_type", type}, {"client_id", "app"}, {"code", "x"}});
    };
    CHECK(problem(s.token({{"client_id", "app"}})) == "invalid_request");
    for (const char* type : {"password", "implicit", "Authorization_Code", "client_credentials",
                             "urn:ietf:params:oauth:grant-type:device_code"}) {
        CHECK(ask(type).status == 400);
        CHECK(problem(ask(type)) == "unsupported_grant_type");
    }
    CHECK(problem(ask("authorization_code")) == "unauthorized_client");
}

TEST_CASE("Each grant's own parameter is required", "[OA21-CODE-11][OA21-TOK-05]") {
    const given::server s;
    CHECK(problem(s.token({{"grant_type", "authorization_code"}, {"client_id", "app"}})) ==
          "invalid_request");
    CHECK(problem(s.token({{"grant_type", "refresh_token"}, {"client_id", "app"}})) ==
          "invalid_request");
    CHECK(problem(s.token({{"grant_type", "refresh_token"}, {"refresh_token", "x"}})) ==
          "invalid_request");
    CHECK(problem(s.token({{"grant_type", "authorization_code"}, {"code", "x"}})) ==
          "invalid_request");
}

TEST_CASE("Success and refusal alike may not be kept by a cache",
          "[OA21-TOK-10][ATK-TK-30][OA21-TOK-11]") {
    const honest h;
    const auto bad = h.s.redeem("nonsense");
    const auto good = h.s.as.handle(h.request());
    for (const auto* answer : {&bad, &good}) {
        CHECK(answer->header("Cache-Control") == "no-store");
        CHECK(answer->header("Pragma") == "no-cache");
        CHECK(answer->header("Content-Type") == "application/json");
    }
}

TEST_CASE("OAuth 2.1 §3.2.3: the answer with tokens, whole",
          "[MCP-TOK-09][OA21-TOK-09][OA21-TOK-10][MCP-SCO-13]") {
    const given::server s{policy::strict()};
    const auto whole = [](const http_response& answer) {
        CHECK(answer.status == 200);
        CHECK(answer.headers == std::vector<http_header>{{"Content-Type", "application/json"},
                                                         {"Cache-Control", "no-store"},
                                                         {"Pragma", "no-cache"}});
        const auto access = member(answer, "access_token");
        const auto refresh = member(answer, "refresh_token");
        REQUIRE_FALSE(access.empty());
        REQUIRE_FALSE(refresh.empty());
        CHECK(answer.body == R"({"access_token":")" + access +
                                 R"(","token_type":"Bearer","expires_in":600,"refresh_token":")" +
                                 refresh + R"(","scope":"mcp notes:write"})");
        return refresh;
    };
    whole(s.refresh(whole(s.redeem(s.code()))));
}

TEST_CASE("No refusal repeats what was sent", "[OA21-GEN-08][OA21-GEN-05]") {
    const given::server s;
    const std::string marker = "tellnobody";
    for (const char* name : {"code", "refresh_token", "client_secret", "code_verifier", "scope",
                             "client_id", "grant_type", "resource", "redirect_uri"}) {
        const auto answer = s.token(changed(given::server::redemption(marker), {{name, marker}}));
        CHECK(answer.status >= 400);
        CHECK(answer.body.find(marker) == std::string::npos);
    }
}

TEST_CASE("A public client is slowed down by nothing, a guesser of secrets by the limiter",
          "[OA21-CLI-09][MCP-SEC-04][ATK-TK-14][pain-23]") {
    memory_attempt_limiter::rates rates;
    rates.failed_secret = attempt_rate{3, 1};
    memory_attempt_limiter limiter{rates};
    const given::server s{config(policy::mcp()), &limiter};
    const auto guess = [&](const char* credentials, const char* source) {
        return s.as.handle(guessing("/token", credentials, source));
    };
    int refused = 0;
    while (guess(wrong, "192.0.2.66").status == 401) ++refused;
    CHECK(refused == 3);
    // Who was told to wait was told so before anything was compared, and each time it is an event.
    CHECK(s.events.count(event_kind::client_authentication_failed) == 3);
    CHECK(s.events.count(event_kind::throttled) == 1);
    for (int i = 0; i < 100; ++i) CHECK(guess(wrong, "192.0.2.66").status == 429);
    const auto waiting = guess(right, "192.0.2.66"); // not even rightly
    CHECK(waiting.status == 429);
    CHECK(std::stoi(std::string{*waiting.header("Retry-After")}) > 0);
    // Elsewhere nobody is locked out: only the refresh token is wrong there.
    CHECK(problem(guess(right, "192.0.2.7")) == "invalid_grant");
    CHECK(guess(wrong, "192.0.2.7").status == 401);
    CHECK(s.first_refresh_token() != "");
    s.clock.advance(10min);
    CHECK(guess(wrong, "192.0.2.66").status == 401);
    CHECK(problem(guess(right, "192.0.2.66")) == "invalid_grant");
}

TEST_CASE("Whoever guesses at one endpoint has guessed at every other",
          "[OA21-CLI-09][MCP-SEC-04][ATK-TK-14]") {
    memory_attempt_limiter::rates rates;
    rates.failed_secret = attempt_rate{3, 1};
    memory_attempt_limiter limiter{rates};
    const given::server s{config(policy::mcp()), &limiter};
    const auto guess = [&](const char* target, const char* credentials, const char* source) {
        return s.as.handle(guessing(target, credentials, source));
    };
    CHECK(guess("/revoke", wrong, "192.0.2.66").status == 401);
    CHECK(guess("/token", wrong, "192.0.2.66").status == 401);
    CHECK(guess("/revoke", wrong, "192.0.2.66").status == 401);
    for (const char* target : {"/revoke", "/token"}) {
        const auto slow = guess(target, right, "192.0.2.66");
        CHECK(slow.status == 429);
        CHECK(slow.header("Retry-After"));
    }
    CHECK(guess("/revoke", right, "192.0.2.7").status == 200);
    CHECK(problem(guess("/token", right, "192.0.2.7")) == "invalid_grant");
}

TEST_CASE("A wrong secret that was compared is answered 401, also where it was one too many",
          "[OA21-CLI-09][OA21-TOK-08]") {
    class late final : public attempt_limiter {
        std::optional<seconds> admit(attempt, std::string_view, instant) override { return 7s; }
        std::optional<seconds> peek(attempt, std::string_view, instant) override { return {}; }
    } limiter; // as it is where two guesses arrive at once
    const given::server s{config(policy::mcp()), &limiter};
    const auto answer = s.as.handle(post("/token", {{"grant_type", "refresh_token"},
                                                    {"client_id", "service"},
                                                    {"client_secret", "wrong"},
                                                    {"refresh_token", "x"}}));
    CHECK(answer.status == 401);
    CHECK(s.events.count(event_kind::client_authentication_failed) == 1);
    CHECK(s.events.count(event_kind::throttled) == 0);
}

TEST_CASE("A form that cannot be read is an event, at the token endpoint and at revocation",
          "[OA21-TOK-02][REV-01]") {
    const given::server s;
    const auto refused = [&](http_request request) {
        const auto before = s.events.count(event_kind::request_refused);
        CHECK(s.as.handle(request).status >= 400);
        return s.events.count(event_kind::request_refused) - before;
    };
    for (const char* path : {"/token", "/revoke"}) {
        INFO(path);
        CHECK(refused(get(path)) == 1);
        CHECK(refused(post(path, {{"client_id", "app"}, {"client_id", "app"}})) == 1);
        auto json = post(path, {});
        json.headers = {{"Content-Type", "application/json"}};
        CHECK(refused(json) == 1);
        auto large = post(path, {});
        large.body = std::string(policy::mcp().limits.body + 1, 'x');
        CHECK(refused(large) == 1);
        const auto target = std::string{path} + '?' + std::string(policy::mcp().limits.query, 'x');
        CHECK(refused(post(target, {})) == 1);
    }
    CHECK(refused(post("/token", {})) == 1);
    CHECK(refused(post("/token", {{"grant_type", "password"}})) == 1);
}

TEST_CASE("A limiter that throws cannot tell, and holds nobody up", "[OA21-CLI-09]") {
    class broken final : public attempt_limiter {
        std::optional<seconds> admit(attempt, std::string_view, instant) override { throw 1; }
        std::optional<seconds> peek(attempt, std::string_view, instant) override { throw 1; }
    } limiter;
    const given::server s{config(policy::mcp()), &limiter};
    const auto code =
        s.code({{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}});
    const auto as_service = [&](const char* credentials) {
        auto request = post(
            "/token",
            {{"grant_type", "authorization_code"}, {"code", code}, {"code_verifier", verifier}});
        request.headers.push_back({"Authorization", credentials});
        return s.as.handle(request);
    };
    CHECK(as_service("Basic c2VydmljZTp3cm9uZw==").status == 401); // service:wrong
    CHECK(as_service("Basic c2VydmljZTpzM2NyZXQ=").status == 200); // service:s3cret
    http_request registration = post("/register", {});
    registration.headers = {{"Content-Type", "application/json"}};
    registration.body = R"({"redirect_uris":["https://c.example/cb"]})";
    CHECK(s.as.handle(registration).status == 201);
}
