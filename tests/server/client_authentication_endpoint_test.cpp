#include "given.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

const std::string invalid_client =
    R"({"error":"invalid_client","error_description":"client authentication failed"})";

std::string base64(std::string_view text) {
    std::string url = base64url(text);
    for (char& c : url) c = c == '-' ? '+' : c == '_' ? '/' : c;
    return url + std::string((4 - url.size() % 4) % 4, '=');
}

/// A server that knows this one client, and a code of its.
struct known {
    explicit known(client who, policy rules = policy::mcp())
        : s([&] {
              auto c = config(std::move(rules));
              c.clients = {std::move(who)};
              return c;
          }()),
          code(s.code({{"client_id", id()}, {"redirect_uri", ""}})) {}

    [[nodiscard]] std::string id() const { return "odd:id%+ &=x"; }
    [[nodiscard]] fields body(const fields& with = {}) const {
        return changed(
            {{"grant_type", "authorization_code"}, {"code", code}, {"code_verifier", verifier}},
            with);
    }
    [[nodiscard]] http_response basic(const std::string& credentials, const fields& with = {},
                                      std::string scheme = "Basic ") const {
        auto request = post("/token", body(with));
        request.headers.push_back({"Authorization", std::move(scheme) + base64(credentials)});
        return s.as.handle(request);
    }
    given::server s;
    std::string code;
};

client odd(client_authentication_method method, std::string_view secret_text) {
    auto c = confidential_client(method);
    c.client_id = "odd:id%+ &=x";
    c.secrets = {digest_of(secret_text)};
    return c;
}

} // namespace

TEST_CASE("RFC 6749 §2.3.1: both halves of Basic are form-decoded",
          "[OA21-CLI-06][ATK-TK-15][MCP-TOK-11]") {
    const std::string text = "p:%+ \xC2\xA3";
    const known k{odd(client_authentication_method::client_secret_basic, text)};
    CHECK(k.basic(form_encode(k.id()) + ":" + form_encode(text), {}, "basic   ").status == 200);
}

TEST_CASE("Broken Basic credentials are 401 with a challenge of the same scheme",
          "[ATK-TK-15][OA21-TOK-08][MCP-ERR-06]") {
    const known k{odd(client_authentication_method::client_secret_basic, "secret")};
    const auto check = [](const http_response& answer) {
        CHECK(answer.status == 401);
        CHECK(member(answer, "error") == "invalid_client");
        CHECK(answer.header("WWW-Authenticate") == "Basic realm=\"oauth\"");
        CHECK(answer.header("Cache-Control") == "no-store");
    };
    check(k.basic("nocolon"));
    check(k.basic(":secret"));
    check(k.basic(form_encode(k.id()) + ":wrong"));
    check(k.basic(form_encode(k.id()) + ":"));
    check(k.basic(form_encode(k.id()) + ":%zz"));
    check(k.basic(k.id() + ":secret")); // not encoded: another client, and unknown
    check(k.basic(form_encode(k.id()) + ":secret", {}, "Bearer "));
    auto garbled = post("/token", k.body());
    garbled.headers.push_back({"Authorization", "Basic !!!"});
    check(k.s.as.handle(garbled));
    CHECK(k.basic(form_encode(k.id()) + ":secret").status == 200);
}

TEST_CASE("The registered method is enforced, and none is no way around it",
          "[OA21-TOK-06][OA21-CLI-02][ATK-TK-11][MCP-TOK-11]") {
    const known post_only{odd(client_authentication_method::client_secret_post, "secret")};
    CHECK(post_only.basic(form_encode(post_only.id()) + ":secret").body == invalid_client);
    const auto ask = [&](const fields& with) {
        return post_only.s.token(post_only.body(changed({{"client_id", post_only.id()}}, with)));
    };
    CHECK(ask({}).body == invalid_client);
    CHECK(ask({{"client_secret", ""}}).body == invalid_client);
    CHECK(ask({{"client_secret", "wrong"}}).body == invalid_client);
    CHECK(ask({{"client_secret", "secret"}}).status == 200);
    const known basic_only{odd(client_authentication_method::client_secret_basic, "secret")};
    const auto by_post = basic_only.s.token(
        basic_only.body({{"client_id", basic_only.id()}, {"client_secret", "secret"}}));
    CHECK(by_post.body == invalid_client);
}

TEST_CASE("OA21-TOK-07: a secret that a public client sends is not ignored", "[OA21-TOK-07]") {
    const given::server s;
    const auto code = s.code();
    CHECK(s.redeem(code, {{"client_secret", "x"}}).body == invalid_client);
    CHECK(s.redeem(code).status == 200);
}

TEST_CASE("Two mechanisms at once are refused, even when both are right",
          "[OA21-CLI-08][ATK-TK-12]") {
    const known k{odd(client_authentication_method::client_secret_basic, "secret")};
    const auto right = form_encode(k.id()) + ":secret";
    const auto both = k.basic(right, {{"client_secret", "secret"}, {"client_id", k.id()}});
    CHECK(both.status == 400);
    CHECK(member(both, "error") == "invalid_request");
    CHECK(member(k.basic(right, {{"client_id", "another"}}), "error") == "invalid_request");
    auto twice = post("/token", k.body());
    for (int i = 0; i < 2; ++i)
        twice.headers.push_back({"Authorization", "Basic " + base64(right)});
    CHECK(member(k.s.as.handle(twice), "error") == "invalid_request");
    CHECK(k.s.token(k.body({{"client_id", k.id()}, {"client_assertion", "x.y.z"}})).status == 401);
    CHECK(k.basic(right, {{"client_id", k.id()}}).status == 200);
}

TEST_CASE("D8: an expired secret does not authenticate, at the very moment", "[D8][OA21-TOK-06]") {
    auto who = odd(client_authentication_method::client_secret_basic, "secret");
    const testing::manual_clock start;
    who.secrets[0].expires_at = start.now() + 30s;
    const known k{std::move(who)};
    k.s.clock.advance(30s);
    CHECK(k.basic(form_encode(k.id()) + ":secret").body == invalid_client);
    k.s.clock.advance(-1ms);
    CHECK(k.basic(form_encode(k.id()) + ":secret").status == 200);
}

TEST_CASE("A disabled client is nobody, at every endpoint", "[pain-19]") {
    auto c = config(policy::mcp());
    c.clients[0].disabled = true;
    const given::server s{std::move(c)};
    CHECK(std::holds_alternative<error_page>(s.authorize()));
    CHECK(s.refresh("mcpo_rt_x").body == invalid_client);
    CHECK(s.revoke("mcpo_rt_x").body == invalid_client);
}
