#include <algorithm>
#include <string>
#include <vector>

#include "foreign.hpp"

using namespace foreign;

namespace {

using urls = std::vector<std::string>;

// A token under a key that nobody has published.
std::string of_unknown_key(const gate& g, const std::string& kid = "no-such-key") {
    return gates::sign(signing_input(g.claims(), kid, signature_algorithm::es256), key_of_alpha());
}

} // namespace

TEST_CASE("a token of a trusted issuer is good: its keys are found through its metadata",
          "[gate][trusted][MCP-TOK-04][MCP-TOK-06][AT-11][MCP-SEC-07]") {
    gate g;
    const auto decided = g.admit(gate::jwt(g.claims()));
    REQUIRE(std::holds_alternative<principal>(decided));
    const auto& who = std::get<principal>(decided);
    CHECK(who.issuer() == alpha);
    CHECK(who.subject() == "alice");
    CHECK(who.client_id() == "app");
    CHECK(who.scopes() == scope_set{"mcp"});
    CHECK(g.site.take() == urls{alpha_metadata, alpha_jwks});
    CHECK(g.status() == 0);
    CHECK(g.site.take().empty());
    CHECK(g.events.take().empty());
}

TEST_CASE("an OpenID provider's metadata is found at the last of three places",
          "[gate][trusted][ASM-02][MCP-TOK-06]") {
    gate g{trust(beta)};
    CHECK(g.status(gate::jwt(g.claims(beta), key_of_beta())) == 0);
    CHECK(g.site.take() ==
          urls{"https://beta.example/.well-known/oauth-authorization-server/tenant",
               "https://beta.example/.well-known/openid-configuration/tenant",
               "https://beta.example/tenant/.well-known/openid-configuration",
               "https://keys.example/beta"});
}

TEST_CASE("an issuer that is not pinned is refused and nothing is fetched",
          "[gate][trusted][MCP-TOK-05][MCP-TOK-06][JBCP-07][ATK-JW-05]") {
    gate g;
    for (const auto* other : {"https://evil.example", "https://alpha.example/",
                              "https://ALPHA.example", "http://alpha.example", beta})
        CHECK(g.status(gate::jwt(g.claims(other))) == 401);
    for (const auto* text : {"x", "a.b.c", "", "e30.e30.AAAA"})
        CHECK(g.status(std::string{text} + "x") == 401);
    CHECK(g.site.take().empty());
}

TEST_CASE("two issuers each have their own keys: the key of one never speaks for the other",
          "[gate][trusted][JBCP-04][AT-11][ATK-JW-12]") {
    gate g{config({trust(alpha), trust(beta)})};
    CHECK(g.status(gate::jwt(g.claims(alpha), key_of_alpha())) == 0);
    CHECK(g.status(gate::jwt(g.claims(beta), key_of_beta())) == 0);
    CHECK(g.status(gate::jwt(g.claims(alpha), key_of_beta())) == 401);
    CHECK(g.status(gate::jwt(g.claims(beta), key_of_alpha())) == 401);
}

TEST_CASE("a server of its own and a trusted issuer stand side by side",
          "[gate][trusted][JBCP-04][ATK-JW-12]") {
    auto c = gates::config();
    c.trusted_issuers = {trust(alpha)};
    gate g{std::move(c)};
    auto own = g.claims(gates::issuer);
    own.grant_id = "AAECAwQFBgcICQoLDA0ODw";
    const auto decided = g.admit(gates::gate::jwt(own));
    REQUIRE(std::holds_alternative<principal>(decided));
    CHECK(std::get<principal>(decided).grant_id() == own.grant_id);
    CHECK(g.site.take().empty());
    CHECK(g.status() == 0);
    CHECK(g.status(gate::jwt(own, key_of_alpha())) == 401);
    CHECK(g.status(gate::jwt(g.claims(), given::the_signing_key())) == 401);
}

TEST_CASE("another issuer's token has no grant here, whatever it claims",
          "[gate][trusted][JBCP-04][MCP-TOK-06]") {
    auto c = gates::config();
    c.policy.gate.revocation = gate_revocation::at_once;
    c.trusted_issuers = {trust(alpha)};
    gate g{std::move(c)};
    auto claims = g.claims();
    claims.grant_id = "AAECAwQFBgcICQoLDA0ODw";
    const auto decided = g.admit(gate::jwt(claims));
    REQUIRE(std::holds_alternative<principal>(decided));
    CHECK(std::get<principal>(decided).grant_id().empty());
}

TEST_CASE("metadata of another issuer, over a redirect or too large leads to no keys",
          "[gate][trusted][AT-11][JBCP-07][ATK-RG-05][MCP-SEC-07]") {
    gate g;
    SECTION("another issuer") {
        g.site.serve(alpha_metadata, metadata("https://evil.example", alpha_jwks));
    }
    SECTION("a redirect, whatever it says itself") {
        g.site.pages[alpha_metadata] = {
            302, {{"Location", "https://alpha.example/elsewhere"}}, metadata(alpha, alpha_jwks)};
        g.site.serve("https://alpha.example/elsewhere", metadata(alpha, alpha_jwks));
    }
    SECTION("keys over http") {
        g.site.serve(alpha_metadata, metadata(alpha, "http://alpha.example/jwks"));
    }
    SECTION("too large") {
        g.site.serve(alpha_metadata, metadata(alpha, alpha_jwks) + std::string(64 * 1024, ' '));
    }
    CHECK(g.status() == 503);
    const auto asked = g.site.take();
    CHECK(std::count(asked.begin(), asked.end(), std::string{alpha_jwks}) == 0);
    CHECK(asked.size() == 2);
}

TEST_CASE("a metadata place that does not serve the issuer is passed over for the next",
          "[gate][trusted][ASM-02]") {
    gate g;
    g.site.serve(alpha_metadata, metadata("https://evil.example", "https://evil.example/jwks"));
    g.site.serve("https://alpha.example/.well-known/openid-configuration",
                 metadata(alpha, alpha_jwks));
    CHECK(g.status() == 0);
}

TEST_CASE("what is no key set, or is too large for one, is none",
          "[gate][trusted][JOSE-15][JBCP-11]") {
    gate g;
    const auto page = GENERATE(std::string{"<html>"}, std::string{"{}"}, std::string{},
                               jwks({&key_of_alpha()}) + std::string(64 * 1024, ' '));
    g.site.serve(alpha_jwks, page);
    CHECK(g.status() == 503);
}

TEST_CASE("keys come with a 200, and with nothing else", "[gate][trusted][JBCP-07]") {
    gate g;
    g.site.pages[alpha_jwks].status = GENERATE(201, 206, 301, 404, 500);
    CHECK(g.status() == 503);
}

TEST_CASE("a shared secret and `none` in a key set verify nothing",
          "[gate][trusted][JOSE-04][JBCP-02][ATK-JW-01][ATK-JW-02]") {
    gate g;
    g.site.serve(alpha_jwks, R"({"keys":[{"kty":"oct","kid":"h","alg":"HS256","k":"c2VjcmV0"},)"
                             R"({"kty":"none","kid":"n","alg":"none"}]})");
    const auto payload = base64url(to_json(g.claims()));
    const auto hmac = hmac_sha256(
        "secret", base64url(R"({"typ":"at+jwt","alg":"HS256","kid":"h"})") + '.' + payload);
    const std::string_view mac{reinterpret_cast<const char*>(hmac.data()), hmac.size()};
    CHECK(g.status(base64url(R"({"typ":"at+jwt","alg":"HS256","kid":"h"})") + '.' + payload + '.' +
                   base64url(mac)) == 401);
    CHECK(g.status(base64url(R"({"typ":"at+jwt","alg":"none","kid":"n"})") + '.' + payload + ".") ==
          401);
}

TEST_CASE("an issuer signs with the algorithms that were agreed on and no other",
          "[gate][trusted][JBCP-01][AT-13]") {
    auto trusted = trust(alpha);
    trusted.algorithms = {signature_algorithm::eddsa};
    gate g{trusted};
    g.site.serve(alpha_jwks, jwks({&key_of_alpha(), &next_key_of_alpha()}));
    CHECK(g.status(gate::jwt(g.claims(), key_of_alpha())) == 401);
    CHECK(g.status(gate::jwt(g.claims(), next_key_of_alpha())) == 0);
}

TEST_CASE("keys that were configured are used as they are, and nothing is fetched",
          "[gate][trusted][AT-11]") {
    auto trusted = trust(alpha);
    trusted.jwks = jwks({&key_of_alpha()});
    gate g{trusted};
    CHECK(g.status() == 0);
    CHECK(g.status(of_unknown_key(g)) == 401);
    g.wait(std::chrono::hours{24 * 20});
    CHECK(g.status() == 0);
    CHECK(g.site.take().empty());
}

TEST_CASE("a key set's address that was configured needs no metadata", "[gate][trusted][AT-11]") {
    auto trusted = trust(alpha);
    trusted.jwks_uri = alpha_jwks;
    gate g{trusted};
    CHECK(g.status() == 0);
    CHECK(g.site.take() == urls{alpha_jwks});
}

TEST_CASE("leeway is the issuer's, to the second", "[gate][trusted][AT-13][JOSE-13]") {
    auto trusted = trust(alpha);
    trusted.leeway = seconds{60};
    trusted.freshness.while_unreachable = seconds{0};
    gate g{trusted};
    auto claims = g.claims();
    claims.expires_at = claims.issued_at + 10;
    const auto token = gate::jwt(claims);
    g.wait(seconds{69});
    CHECK(g.status(token) == 0);
    g.wait(seconds{1});
    CHECK(g.status(token) == 401);
}

TEST_CASE("an issuer may know the resource by a name of its own, octet for octet",
          "[gate][trusted][AT-12][MCP-TOK-05][ATK-JW-11]") {
    auto trusted = trust(alpha);
    trusted.audience = "api://notes";
    auto c = config({trusted});
    c.resources.pop_back();
    gate g{std::move(c)};
    const auto with = [&g](std::vector<std::string> audience) {
        auto claims = g.claims();
        claims.audience = std::move(audience);
        return gate::jwt(claims);
    };
    CHECK(g.status(with({"api://notes"})) == 0);
    CHECK(g.status(with({"x", "api://notes"})) == 0);
    CHECK(g.status(with({"api://notes/"})) == 401);
    CHECK(g.status(with({"API://notes"})) == 401);
    CHECK(g.status(with({gates::notes})) == 401);
}

TEST_CASE("a provider that keeps to RFC 7519 alone is understood where that is asked for",
          "[gate][trusted][AT-10][JBCP-08]") {
    const auto plain = [](const gate& g, const std::string& typ, const std::string& more) {
        const auto exp = std::to_string(g.claims().expires_at);
        return gates::sign(
            base64url(R"({"alg":"ES256","kid":")" + jwk_thumbprint(key_of_alpha().public_key()) +
                      "\"" + typ + "}") +
                '.' +
                base64url(R"({"iss":"https://alpha.example","sub":"alice","aud":")" +
                          std::string{gates::notes} + R"(","exp":)" + exp + more + "}"),
            key_of_alpha());
    };
    auto trusted = trust(alpha);
    gate strict{trusted};
    CHECK(strict.status(plain(strict, R"(,"typ":"JWT")", R"(,"scp":["mcp"])")) == 401);
    trusted.profile = access_token_profile::plain_jwt;
    gate g{trusted};
    const auto who = [&g](const std::string& token) {
        const auto decided = g.admit(token);
        REQUIRE(std::holds_alternative<principal>(decided));
        return std::get<principal>(decided);
    };
    CHECK(who(plain(g, "", R"(,"scp":["mcp","a"],"azp":"web")")).scopes() == scope_set{"mcp", "a"});
    CHECK(who(plain(g, "", R"(,"scp":"mcp a","cid":"web")")).client_id() == "web");
    CHECK(who(plain(g, R"(,"typ":"JWT")", R"(,"scope":"mcp","scp":["a"])")).scopes() ==
          scope_set{"mcp"});
    CHECK(who(plain(g, R"(,"typ":"at+jwt")", "")).scopes().empty());
    CHECK(g.status(plain(g, R"(,"typ":"dpop+jwt")", "")) == 401);
    CHECK(g.status(plain(g, "", R"(,"scp":["mcp",7])")) == 401);
    CHECK(g.status(plain(g, "", R"(,"scp":["m cp"])")) == 401);
    CHECK(g.status(plain(g, "", R"(,"client_id":7,"azp":"web")")) == 401);
}

TEST_CASE("every resource names the issuers that it trusts", "[gate][trusted][MCP-TOK-06]") {
    gate g{config({trust(alpha), trust(beta)})};
    const auto found = g.rs.handle(given::get("/.well-known/oauth-protected-resource/mcp"));
    CHECK(found.body.find(R"("authorization_servers":["https://alpha.example",)"
                          R"("https://beta.example/tenant/"])") != std::string::npos);
}

TEST_CASE("a trust that contradicts itself is no configuration", "[gate][trusted][MCP-TOK-06]") {
    foreign::web site;
    const auto fault = [&site](std::vector<trusted_issuer> trusted) {
        const auto made = resource_server::make(config(std::move(trusted)),
                                                {nullptr, nullptr, nullptr, nullptr, &site});
        return made ? std::string{} : made.error().member;
    };
    const auto with = [](auto change) {
        auto t = trust(alpha);
        change(t);
        return std::vector<trusted_issuer>{t};
    };
    using trust_t = trusted_issuer;
    CHECK(fault({trust(alpha), trust(beta)}).empty());
    CHECK(fault({}) == "issuer");
    CHECK(fault({trust(alpha), trust(alpha)}) == "trusted_issuers.issuer");
    CHECK(fault({trust("http://alpha.example")}) == "trusted_issuers.issuer");
    CHECK(fault(with([](trust_t& t) { t.jwks_uri = "http://alpha.example/jwks"; })) ==
          "trusted_issuers.jwks_uri");
    CHECK(fault(with([](trust_t& t) { t.jwks = R"({"keys":[]})"; })) == "trusted_issuers.jwks");
    CHECK(fault(with([](trust_t& t) { t.jwks = t.jwks_uri = alpha_jwks; })) ==
          "trusted_issuers.jwks");
    CHECK(fault(with([](trust_t& t) { t.algorithms = {}; })) == "trusted_issuers.algorithms");
    CHECK(fault(with([](trust_t& t) { t.leeway = seconds{61}; })) == "trusted_issuers.leeway");
    CHECK(fault(with([](trust_t& t) { t.audience = "api://notes"; })) ==
          "trusted_issuers.audience");
    CHECK(fault(with([](trust_t& t) { t.freshness.between_fetches = seconds{0}; })) ==
          "trusted_issuers.freshness");
    CHECK(fault(with([](trust_t& t) { t.freshness.shortest = seconds{29}; })) ==
          "trusted_issuers.freshness");
    CHECK(fault(with([](trust_t& t) { t.freshness.longest = std::chrono::hours{25}; })) ==
          "trusted_issuers.freshness");
    const auto alone = resource_server::make(config({trust(alpha)}), {});
    REQUIRE_FALSE(alone);
    CHECK(alone.error().member == "ports.fetcher");
}
