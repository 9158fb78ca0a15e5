// Tokens that their issuer is asked about: what is asked, of whom, and what becomes of the answer.

#include <string>
#include <vector>

#include "asking.hpp"
#include "mcp_oauth/server/driver.hpp"
#include "rfc/proofs.hpp"

using namespace asking;

namespace {

using parameters = std::vector<form::parameter>;

introspected_issuer at_fixed_place() {
    auto t = trust();
    t.endpoint = asked_at;
    return t;
}

const signing_key& key_of_client() {
    static const signing_key key = *signing_key::generate_es256();
    return key;
}

// A call with a token of this scheme, with a proof by `key` where there is one.
http_request call(const gate& g, const std::string& scheme, const std::string& token,
                  const signing_key* key) {
    auto request = gates::request({});
    request.headers.push_back({"Authorization", scheme + " " + token});
    if (key == nullptr) return request;
    static int count = 0;
    const proofs::claims claims{"POST", gates::notes, to_unix_seconds(g.clock.now()),
                                "jti-" + std::to_string(++count),
                                R"(,"ath":")" + proofs::ath_of(token) + "\""};
    request.headers.push_back({"DPoP", proofs::proof(*key, claims)});
    return request;
}

} // namespace

TEST_CASE("RFC 7662 §2: an opaque token is good if its issuer says so",
          "[gate][introspection][MCP-TOK-04][MCP-TOK-06][MCP-SEC-07]") {
    gate g;
    const auto decided = g.admit("good");
    REQUIRE(std::holds_alternative<principal>(decided));
    const auto& who = std::get<principal>(decided);
    CHECK(who.issuer() == issuer);
    CHECK(who.subject() == "alice");
    CHECK(who.client_id() == "app");
    CHECK(who.scopes() == scope_set{"mcp"});
    CHECK(who.grant_id().empty());
    CHECK(who.expires_at() == g.clock.now() + 1h);
    CHECK(g.events.take().empty());

    const auto asked = g.site.take();
    REQUIRE(asked.size() == 2);
    CHECK(asked[0].url == metadata_url);
    CHECK_FALSE(asked[0].is_post);
    CHECK(asked[1].url == asked_at);
    CHECK(asked[1].is_post);
    CHECK(asked[1].authorization == "Basic Z2F0ZTpzM2NyZXQ=");
    CHECK(asked[1].sent == parameters{{"token", "good"}, {"token_type_hint", "access_token"}});
    CHECK(asked[1].largest_body == 8192);
    CHECK(asked[1].time_limit == 5000ms);
}

TEST_CASE("with client_secret_post the credentials are in the form and nowhere else",
          "[gate][introspection]") {
    auto t = at_fixed_place();
    t.method = client_authentication_method::client_secret_post;
    gate g{std::move(t)};
    CHECK(g.status("good") == 0);
    const auto asked = g.site.take();
    REQUIRE(asked.size() == 1); // nothing is discovered where the place is configured
    CHECK(asked[0].authorization.empty());
    CHECK(asked[0].sent == parameters{{"client_id", "gate"},
                                      {"client_secret", "s3cret"},
                                      {"token", "good"},
                                      {"token_type_hint", "access_token"}});
}

TEST_CASE("a token that its issuer does not know is invalid_token",
          "[gate][introspection][INT-10]") {
    gate g{at_fixed_place()};
    CHECK(g.verdict("unknown") == "401 token_refused inactive");
    g.site.tokens["odd"] = R"({"active":"true","sub":"alice"})";
    CHECK(g.verdict("odd") == "401 token_refused inactive");
    const auto decided = g.admit("unknown");
    const auto& answer = std::get<http_response>(decided);
    CHECK(gates::is_invalid_token(answer));
}

TEST_CASE("what an active answer says is judged here",
          "[gate][introspection][INT-11][MCP-TOK-05][AT-12]") {
    gate g{at_fixed_place()};
    const auto told = [&g](const std::string& answer) {
        g.site.tokens["t"] = answer;
        return g.verdict("t");
    };
    CHECK(told(g.active("", 0s)) == "401 token_refused expired");
    CHECK(told(g.active(R"("nbf":4000000000,)")) == "401 token_refused not_yet_valid");
    CHECK(told(g.active("", 1h, "Refresh")) == "401 token_refused wrong_type");
    CHECK(told(R"({"active":true})") == "401 token_refused wrong_type");
    auto other = g.active();
    other.replace(other.find(gates::notes), std::string{gates::notes}.size(), gates::other);
    CHECK(told(other) == "401 token_refused wrong_audience");
    auto evil = g.active();
    evil.replace(evil.find("id.example"), 10, "no.example");
    CHECK(told(evil) == "401 token_refused wrong_issuer");
    CHECK(told(g.active(R"("cnf":{"x5t#S256":"x"},)")) == "401 token_refused malformed");
}

TEST_CASE("scopes of an answer open what they cover and no more",
          "[gate][introspection][INT-11][OA21-RS-01]") {
    gate g{at_fixed_place()};
    CHECK(std::holds_alternative<principal>(g.admit("good", "", {"mcp"})));
    const auto decided = g.admit("good", "", {"admin"});
    REQUIRE(std::holds_alternative<http_response>(decided));
    CHECK(std::get<http_response>(decided).status == 403);
}

TEST_CASE("an issuer that does not answer, or not by the rules, is 503 and never invalid_token",
          "[gate][introspection][INT-10][MCP-ERR-07]") {
    gate g{at_fixed_place()};
    SECTION("down") {
        g.site.is_down = true;
        CHECK(g.verdict("good") == "503 issuer_unavailable timeout");
    }
    SECTION("another status") {
        g.site.status = GENERATE(201, 204, 302, 307, 400, 404, 429, 500, 503);
        CHECK(g.verdict("good") == "503 issuer_unavailable unexpected_status");
    }
    SECTION("this server's credentials are wrong") {
        g.site.status = GENERATE(401, 403);
        CHECK(g.verdict("good") == "503 issuer_unavailable introspection_unauthorized");
    }
    SECTION("no JSON") {
        g.site.tokens["good"] = GENERATE("", "<html>", "[]", R"({"active":true)");
        CHECK(g.verdict("good") == "503 issuer_unavailable introspection_unreadable");
    }
    const auto decided = g.admit("good");
    const auto& answer = std::get<http_response>(decided);
    CHECK(answer.status == 503);
    CHECK(answer.header("retry-after") == "1");
    CHECK_FALSE(answer.header("www-authenticate"));
    CHECK(answer.body.find("temporarily_unavailable") != std::string::npos);
    g.site.is_down = false;
    g.site.status = 200;
    g.know("good");
    CHECK(g.status("good") == 0);
}

TEST_CASE("an answer of another kind than the step counts as none", "[gate][introspection]") {
    gate g{at_fixed_place()};
    auto op = g.rs.begin_admit(gates::request("good"));
    REQUIRE_FALSE(op.finished());
    op.resume(load_answer{unexpected{unavailable{}}});
    REQUIRE(op.finished());
    const auto decided = std::move(op).result();
    CHECK(std::get<http_response>(decided).status == 503);
}

TEST_CASE("a token that expires while its issuer is asked is refused",
          "[gate][introspection][AT-13]") {
    gate g{at_fixed_place()};
    g.site.tokens["t"] = g.active("", 5s);
    g.site.meanwhile = [&g] { g.clock.advance(4s); };
    CHECK(g.status("t") == 0);
    g.site.tokens["u"] = g.active("", 4s);
    CHECK(g.verdict("u") == "401 token_refused expired");
}

TEST_CASE("what is no token by its form is not sent to anybody",
          "[gate][introspection][OA21-RS-02][JBCP-11][ATK-RS-03]") {
    gate g{at_fixed_place()};
    for (const auto* text : {"a b", "a\"b", "a,b", "good&client_id=x", "\xC3\xA9", "good#"})
        CHECK(g.status(text) != 0);
    CHECK(g.status(std::string(8193, 'x')) == 400); // the header is too long
    auto c = config(at_fixed_place());
    c.policy.limits.header = 16 * 1024;
    gate wide{std::move(c)};
    CHECK(wide.verdict(std::string(8193, 'x')) == "401 token_refused malformed");
    CHECK(wide.questions() == 0);
    CHECK(wide.verdict(std::string(8192, 'x')) == "401 token_refused inactive");
    CHECK(wide.questions() == 1);
    CHECK(g.questions() == 0);
}

TEST_CASE("a token is shown to the issuer that it names and to no other",
          "[gate][introspection][MCP-TOK-06][ATK-JW-12]") {
    auto c = config(at_fixed_place(), {foreign::trust(foreign::alpha)});
    c.trusted_issuers[0].jwks = foreign::jwks({&foreign::key_of_alpha()});
    c.issuer = gates::issuer;
    c.keys = {given::the_signing_key().public_key()};
    gate g{std::move(c)};
    const foreign::gate maker;
    const auto of = [&maker](const std::string& whose) {
        return foreign::gate::jwt(maker.claims(whose));
    };
    CHECK(g.status(of(foreign::alpha)) == 0);
    CHECK(g.status(gates::gate::jwt(maker.claims(gates::issuer))) == 0);
    CHECK(g.status(of("https://evil.example")) == 401);
    CHECK(g.status(of("https://id.example/")) == 401);
    CHECK(g.status(of(foreign::alpha) + "x") == 401); // a signature that is not right
    CHECK(g.questions() == 0);

    // A JWT that cannot be read could be anybody's.
    const auto good = of(foreign::alpha);
    for (const auto& text : {good + ".", good + ".x", good.substr(0, good.rfind('.')),
                             gates::sign_json(R"({"alg":"ES256"})", R"({"iss":"a","iss":"b"})"),
                             gates::sign_json(R"({"alg":"ES256"})", R"({"sub":"alice"})"),
                             gates::sign_json(R"({"alg":"ES256"})", R"({"iss":7})"),
                             gates::sign_json(R"({"alg":"ES256"})", "not JSON")}) {
        INFO(text);
        CHECK(g.status(text) == 401);
    }
    CHECK(g.questions() == 0);

    // One that names the issuer is its own, signed by whomever; so is what is no JWT, or encrypted.
    const auto named = of(issuer);
    g.know(named);
    g.know("eyJhbGciOiJkaXIifQ.a.b.c.d");
    CHECK(g.status(named) == 0);
    CHECK(g.status("eyJhbGciOiJkaXIifQ.a.b.c.d") == 0);
    CHECK(g.status("good") == 0);
    CHECK(g.status("a.b.c") == 401);
    CHECK(g.questions() == 4);
}

TEST_CASE("codes, refresh tokens and sealed tokens of this server are shown to nobody",
          "[gate][introspection][ATK-TK-10]") {
    auto c = gates::config();
    c.policy.access_token.format = access_token_format::opaque;
    c.introspected = at_fixed_place();
    gate g{std::move(c)};
    for (const auto* text : {"mcpo_at_AAAA", "mcpo_rt_AAAA", "mcpo_ac_AAAA"}) {
        INFO(text);
        CHECK(g.status(text) == 401);
    }
    CHECK(g.questions() == 0);
    CHECK(g.status("good") == 0);
    CHECK(g.questions() == 1);
}

TEST_CASE("a token that is bound to a key comes with a proof of it, as a JWT does",
          "[gate][introspection][INT-11][DPOP-23][DPOP-24][ATK-DP-06]") {
    gate g{at_fixed_place()};
    const auto jkt = jwk_thumbprint(key_of_client().public_key());
    g.site.tokens["bound"] = g.active(R"("cnf":{"jkt":")" + jkt + R"("},)", 1h, "DPoP");
    const auto thief = *signing_key::generate_es256();
    const auto result = [&g](const http_request& request) -> std::string {
        const auto decided = g.rs.admit(request);
        const auto told = g.events.take();
        if (std::holds_alternative<principal>(decided))
            return std::get<principal>(decided).key_thumbprint();
        return told.size() == 1 ? std::string{told[0].reason} : "?";
    };
    for (int round = 0; round < 2; ++round) { // asked about, and remembered
        CHECK(result(call(g, "DPoP", "bound", &key_of_client())) == jkt);
        CHECK(result(call(g, "Bearer", "bound", nullptr)) == "bound_token_as_bearer");
        CHECK(result(call(g, "Bearer", "bound", &key_of_client())) == "bound_token_as_bearer");
        CHECK(result(call(g, "DPoP", "bound", &thief)) == "dpop_another_key");
        CHECK(result(call(g, "DPoP", "good", &key_of_client())) == "unbound_token_as_dpop");
    }
    g.site.tokens["nokey"] = g.active("", 1h, "DPoP");
    CHECK(result(call(g, "DPoP", "nokey", &key_of_client())) == "wrong_type");
}

TEST_CASE("where tokens are asked about is looked up once, and again after an hour",
          "[gate][introspection][ASM-02]") {
    auto t = trust();
    t.remembered = 0s;
    gate g{std::move(t)};
    CHECK(g.status("good") == 0);
    CHECK(g.site.take().size() == 2);
    g.clock.advance(seconds{3599});
    g.know("good");
    CHECK(g.status("good") == 0);
    CHECK(g.site.take().size() == 1);
    g.clock.advance(1s);
    g.site.pages[metadata_url].body = metadata(issuer, "https://id.example/moved");
    CHECK(g.status("good") == 0);
    const auto asked = g.site.take();
    REQUIRE(asked.size() == 2);
    CHECK(asked[1].url == "https://id.example/moved");
}

TEST_CASE("metadata that is away or another's leads no token anywhere",
          "[gate][introspection][MCP-SEC-07][MCP-ERR-07][ASM-12]") {
    gate g;
    auto& page = g.site.pages[metadata_url];
    std::string reason = "unexpected_status"; // of the last place, which is not there
    SECTION("another's") { page.body = metadata("https://evil.example"); }
    SECTION("a redirect") { page.status = 302; }
    SECTION("not there") { g.site.pages.clear(); }
    SECTION("over http, in both places") {
        page.body = metadata(issuer, "http://id.example/introspect");
        g.site.pages[openid_url] = page;
        reason = "metadata_refused_introspection";
    }
    CHECK(g.verdict("good") == "503 issuer_unavailable " + reason);
    for (const auto& each : g.site.take()) CHECK_FALSE(each.is_post);
    // Once in its interval.
    CHECK(g.verdict("good") == "503 issuer_unavailable no_introspection_endpoint");
    CHECK(g.site.take().empty());
    g.site.pages[metadata_url] = {200, {}, metadata()};
    g.clock.advance(29s);
    CHECK(g.status("good") == 503);
    g.clock.advance(1s);
    CHECK(g.status("good") == 0);
}

TEST_CASE("a place that was found goes on while the metadata is away",
          "[gate][introspection][MCP-ERR-07]") {
    gate g;
    CHECK(g.status("good") == 0);
    CHECK(g.questions() == 1);
    g.site.pages.clear();
    g.clock.advance(1h);
    g.know("good");
    CHECK(g.status("good") == 0);
    CHECK(g.questions() == 1);
    g.clock.advance(20s);
    CHECK(g.status("good") == 0);
    CHECK(g.site.take().size() == 1); // the lookup is not tried again so soon
}

TEST_CASE("the introspected issuer is named beside the trusted ones", "[gate][introspection]") {
    gate g{config(trust(), {foreign::trust(foreign::alpha)})};
    const auto found = g.rs.handle(given::get("/.well-known/oauth-protected-resource/mcp"));
    CHECK(found.body.find(R"("authorization_servers":["https://alpha.example",)"
                          R"("https://id.example"])") != std::string::npos);
}

TEST_CASE("an introspected issuer that contradicts itself is no configuration",
          "[gate][introspection][MCP-TOK-06]") {
    provider site;
    const auto fault = [&site](auto change, std::size_t resources = 1) {
        auto t = trust();
        change(t);
        auto c = config(std::move(t), {foreign::trust(foreign::alpha)});
        c.resources.resize(resources);
        const auto made =
            resource_server::make(std::move(c), {nullptr, nullptr, nullptr, nullptr, &site});
        return made ? std::string{} : made.error().member;
    };
    using issuer_t = introspected_issuer;
    CHECK(fault([](issuer_t&) {}).empty());
    CHECK(fault([](issuer_t& t) { t.issuer = "http://id.example"; }) == "introspected.issuer");
    CHECK(fault([](issuer_t& t) { t.issuer = foreign::alpha; }) == "introspected.issuer");
    CHECK(fault([](issuer_t& t) { t.endpoint = "http://id.example/i"; }) ==
          "introspected.endpoint");
    CHECK(fault([](issuer_t& t) { t.endpoint = "https://u:p@id.example/i"; }) ==
          "introspected.endpoint");
    CHECK(fault([](issuer_t& t) { t.client_id.clear(); }) == "introspected.client_id");
    CHECK(fault([](issuer_t& t) { t.client_secret = secret{}; }) == "introspected.client_id");
    CHECK(fault([](issuer_t& t) { t.method = client_authentication_method::none; }) ==
          "introspected.client_id");
    for (const auto span : {seconds{-1}, seconds{61}}) {
        CHECK(fault([=](issuer_t& t) { t.leeway = span; }) == "introspected.leeway");
        CHECK(fault([=](issuer_t& t) { t.remembered = span; }) == "introspected.remembered");
    }
    CHECK(fault([](issuer_t& t) { t.leeway = t.remembered = seconds{60}; }).empty());
    CHECK(fault([](issuer_t& t) { t.limits.at_once = 0; }) == "introspected.limits");
    CHECK(fault([](issuer_t& t) { t.limits.fruitless.burst = 0; }) == "introspected.limits");
    const auto named = [](issuer_t& t) { t.audience = "api://notes"; };
    CHECK(fault(named).empty());
    CHECK(fault(named, 2) == "introspected.audience");
    const auto lax = [](issuer_t& t) { t.rules.audience = absent_member::accepted; };
    CHECK(fault(lax).empty());
    CHECK(fault(lax, 2) == "introspected.rules.audience");
    const auto alone = resource_server::make(config(), {});
    REQUIRE_FALSE(alone);
    CHECK(alone.error().member == "ports.fetcher");
}
