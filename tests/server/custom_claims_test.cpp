// What a host adds to access tokens, in both formats, and what happens where it may not.

#include "gates.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

using answer = expected<std::string, unavailable>;

authorization_server_config with_hook(claims_hook hook, access_token_format format) {
    auto rules = policy::mcp();
    rules.access_token.format = format;
    auto c = config(rules);
    c.custom_claims = std::move(hook);
    return c;
}
std::string custom_at_gate(const server& s, const http_response& tokens,
                           const std::string& at = resource) {
    const auto gate = *resource_server::beside(s.as, {{at, {}, {"mcp"}, {}, {}}},
                                               {&s.store, &s.events, &s.clock, &s.random});
    auto decided = gate.admit(gates::request(member(tokens, "access_token")));
    REQUIRE(std::holds_alternative<principal>(decided));
    return std::get<principal>(decided).custom_claims();
}
void forget(const server& s) { static_cast<void>(s.events.take()); }
const auto both = {access_token_format::jwt, access_token_format::opaque};

/// 503 that says to come again, and one event with the reason.
bool is_host_fault(const server& s, const http_response& r) {
    std::size_t told = 0;
    for (const auto& e : s.events.take())
        if (e.kind == event_kind::request_refused && e.reason == "custom_claims") ++told;
    return r.status == 503 && member(r, "error") == "temporarily_unavailable" &&
           r.header("Retry-After") == "1" && told == 1;
}

} // namespace

TEST_CASE("what the host adds is in the token and in the principal, in either format",
          "[gate][custom_claims][AT-04]") {
    for (const auto format : both) {
        std::size_t asked = 0;
        const server s{with_hook(
            [&](const token_facts&) -> answer {
                return R"({ "roles" : ["admin"], "n" : )" + std::to_string(++asked) + "}";
            },
            format)};
        const auto first = s.redeem(s.code());
        REQUIRE(first.status == 200);
        CHECK(custom_at_gate(s, first) == R"({"roles":["admin"],"n":1})");
        const auto second = s.refresh(member(first, "refresh_token"));
        CHECK(custom_at_gate(s, second) == R"({"roles":["admin"],"n":2})");
        CHECK(custom_at_gate(s, first) == R"({"roles":["admin"],"n":1})");
    }
}

TEST_CASE("a token without custom claims has none", "[gate][custom_claims]") {
    for (const auto format : both) {
        const server none{with_hook({}, format)};
        CHECK(custom_at_gate(none, none.redeem(none.code())).empty());
        for (const auto* nothing : {"", "{}"}) {
            const server s{with_hook(
                [&](const token_facts&) -> answer { return std::string{nothing}; }, format)};
            CHECK(custom_at_gate(s, s.redeem(s.code())).empty());
        }
    }
}

TEST_CASE("the host is told the grant and what of it the token covers, and nothing else",
          "[custom_claims][OA21-REF-03]") {
    std::string facts;
    const server s{with_hook(
        [&](const token_facts& f) -> answer {
            facts = std::string{f.subject} + "|" + std::string{f.client_id} + "|" +
                    std::string{f.resource} + "|" + f.scopes.text() + "|" +
                    std::string{f.host_data} + "|" + std::to_string(f.grant_id.size());
            return std::string{};
        },
        access_token_format::jwt)};
    approval given;
    given.host_data = R"({"plan":"gold"})";
    const auto redirect = s.approve(s.consent(), given);
    const auto tokens = s.redeem(*parameter(redirect, "code"));
    CHECK(facts == R"(alice|app|https://as.example/mcp|mcp notes:write|{"plan":"gold"}|22)");
    const auto narrowed = s.refresh(member(tokens, "refresh_token"), {{"scope", "notes:read"}});
    CHECK(narrowed.status == 200);
    CHECK(facts == R"(alice|app|https://as.example/mcp|notes:read|{"plan":"gold"}|22)");
}

TEST_CASE("a claim that may not be there is the host's fault, and nothing is used up",
          "[custom_claims][AT-04][AT-09][MCP-ERR-07]") {
    for (const auto format : both) {
        std::string gives;
        const server s{with_hook([&](const token_facts&) -> answer { return gives; }, format)};
        const auto code = s.code();
        for (const std::string bad :
             {R"({"sub":"mallory"})", R"({"roles":[],"scope":"admin"})", R"({"cnf":{}})",
              R"({"exp":99999999999})", R"({"aud":"https://other.example/mcp"})",
              R"({"grant_id":"x"})", R"({"act":{"sub":"x"}})", R"(["roles"])", "roles",
              R"({"a":1,"a":2})"}) {
            gives = bad;
            forget(s);
            CHECK(is_host_fault(s, s.redeem(code)));
        }
        gives = R"({"ok":true})";
        const auto tokens = s.redeem(code); // the code is still good
        CHECK(tokens.status == 200);
        gives = R"({"sub":"mallory"})";
        forget(s);
        const auto refresh_token = member(tokens, "refresh_token");
        CHECK(is_host_fault(s, s.refresh(refresh_token)));
        gives = "";
        const auto next = s.refresh(refresh_token);
        CHECK(next.status == 200);
        CHECK(custom_at_gate(s, next).empty());
    }
}

TEST_CASE("a hook that has no answer or throws is the host's fault too",
          "[custom_claims][MCP-ERR-07]") {
    for (const auto format : both)
        for (const bool throws : {false, true}) {
            bool broken = true;
            const server s{with_hook(
                [&](const token_facts&) -> answer {
                    if (broken && throws) throw 1;
                    if (broken) return unexpected<unavailable>{unavailable{}};
                    return std::string{};
                },
                format)};
            const auto code = s.code();
            forget(s);
            CHECK(is_host_fault(s, s.redeem(code)));
            broken = false;
            CHECK(s.redeem(code).status == 200);
        }
}

TEST_CASE("claims up to the limit go into a token, and one octet more does not",
          "[custom_claims][JBCP-11]") {
    for (const auto format : both) {
        std::size_t octets = most_custom_claims;
        const server s{with_hook(
            [&](const token_facts&) -> answer {
                return "{\"a\":\"" + std::string(octets - 8, 'x') + "\"}";
            },
            format)};
        CHECK(custom_at_gate(s, s.redeem(s.code())).size() == most_custom_claims);
        ++octets;
        const auto code = s.code();
        forget(s);
        CHECK(is_host_fault(s, s.redeem(code)));
    }
}

TEST_CASE("a token that custom claims make too long to be read is not issued",
          "[custom_claims][JBCP-11]") {
    for (const auto format : both) {
        std::size_t octets = most_custom_claims;
        auto c = with_hook(
            [&](const token_facts&) -> answer {
                return "{\"a\":\"" + std::string(octets - 8, 'x') + "\"}";
            },
            format);
        std::string all;
        for (int i = 0; i < 40; ++i) {
            c.scopes_supported.push_back("s" + std::to_string(i) + std::string(96, 'x'));
            all += (all.empty() ? "" : " ") + c.scopes_supported.back();
        }
        c.policy.limits.value = c.policy.limits.query = 8000;
        const server s{std::move(c)};
        const auto code = s.code({{"scope", all}});
        forget(s);
        CHECK(is_host_fault(s, s.redeem(code)));
        octets = 8;
        CHECK(s.redeem(code).status == 200);
    }
}
