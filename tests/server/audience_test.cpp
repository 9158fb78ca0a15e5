// Which resource a token is for: from the request over code, grant and refresh to the gate.

#include "gates.hpp"
#include "registration.hpp"

using namespace given;

namespace {

constexpr const char* other = "https://other.example/mcp";

std::string claim(const http_response& tokens, std::string_view name) {
    const auto token = member(tokens, "access_token");
    const auto begin = token.find('.') + 1;
    const auto payload = decode_base64url(token.substr(begin, token.rfind('.') - begin));
    const auto claims = json_document::parse(payload.value_or(""));
    REQUIRE(claims);
    return std::string{claims->root().string_at(name).value_or("")};
}
std::string audience(const http_response& tokens) { return claim(tokens, "aud"); }
std::string problem(const http_response& answer) { return member(answer, "error"); }

/// A code for these resources, asked for in this order.
std::string code_for(const server& s, const std::vector<std::string>& resources) {
    auto asked = server::request({{"resource", ""}});
    for (const auto& each : resources) asked.emplace_back("resource", each);
    const auto begun = the_interaction(s.as.authorize(get("/authorize?" + encode(asked))));
    const auto view = the_view(s.as.authenticated(begun.ticket, s.alice()));
    return parameter(s.approve(view), "code").value_or("");
}
resource_server gate_of(const server& s, const std::string& at) {
    return must(resource_server::beside(s.as, {{at, {}, {"mcp"}, {}, {}}},
                                        {&s.store, &s.events, &s.clock, &s.random}));
}
bool lets_in(const resource_server& gate, const http_response& tokens) {
    return std::holds_alternative<principal>(
        gate.admit(gates::request(member(tokens, "access_token"))));
}
/// What the resource's document says of it.
std::string published(const resource_server& gate) {
    return member(gate.handle(get("/.well-known/oauth-protected-resource")), "resource");
}

} // namespace

TEST_CASE("RFC 8707 §2.2: a token is for the resource that was asked for, redeemed or refreshed",
          "[RES-06][MCP-RES-03][MCP-RES-05][MCP-RES-12]") {
    const server s{policy::strict()};
    for (const std::string first : {resource, other}) {
        auto tokens = s.redeem(code_for(s, {resource, other}), {{"resource", first}});
        REQUIRE(tokens.status == 200);
        CHECK(audience(tokens) == first);
        for (const std::string next : {other, resource, resource}) {
            tokens = s.refresh(member(tokens, "refresh_token"), {{"resource", next}});
            REQUIRE(tokens.status == 200);
            CHECK(audience(tokens) == next);
        }
    }
}

TEST_CASE("MCP: a refresh that names no resource stays with the grant's",
          "[MCP-RES-11][MCP-RES-03][RES-07]") {
    const server s{policy::strict()};
    for (const std::string only : {resource, other}) {
        auto tokens = s.redeem(code_for(s, {only}));
        for (int i = 0; i < 3; ++i) {
            REQUIRE(tokens.status == 200);
            CHECK(audience(tokens) == only);
            tokens = s.refresh(member(tokens, "refresh_token"));
        }
    }
    // Of two it is always the same one, and whatever was asked for before leaves no trace.
    auto tokens = s.redeem(code_for(s, {resource, other}));
    const auto standing = audience(tokens);
    for (const char* named : {other, resource}) {
        tokens = s.refresh(member(tokens, "refresh_token"), {{"resource", named}});
        tokens = s.refresh(member(tokens, "refresh_token"));
        REQUIRE(tokens.status == 200);
        CHECK(audience(tokens) == standing);
    }
}

TEST_CASE("However a client spells the resource, the token has the spelling that is configured",
          "[MCP-RES-06][MCP-RES-07][MCP-RES-13][MCP-PRM-08][pain-9]") {
    const std::pair<std::string, std::vector<std::string>> spellings[] = {
        {"https://as.example/mcp", {"HTTPS://AS.EXAMPLE/mcp", "https://as.example:443/mcp"}},
        {"HTTPS://As.Example:443/mcp", {"https://as.example/mcp", "https://AS.EXAMPLE/mcp"}},
        {"https://as.example", {"https://as.example/", "https://AS.example:443/"}},
        {"https://as.example/", {"https://as.example", "https://as.example:443"}},
    };
    for (const auto& [configured, spelled] : spellings) {
        const std::string of{configured}; // a structured binding cannot be captured
        const server s{config_but([&](auto& c) { c.resources = {of}; })};
        const auto gate = gate_of(s, of);
        CHECK(published(gate) == of);
        for (const auto& each : spelled) {
            INFO(each);
            auto tokens = s.redeem(s.code({{"resource", each}}), {{"resource", each}});
            CHECK(audience(tokens) == of);
            CHECK(lets_in(gate, tokens));
            tokens = s.refresh(member(tokens, "refresh_token"), {{"resource", each}});
            CHECK(audience(tokens) == of);
        }
    }
}

TEST_CASE("MCP 2025-03-26: a client that knows no resource gets a token that opens the default one",
          "[MCP-BC-06][MCP-RES-09][MCP-RES-11][pain-10][pain-11][D11]") {
    for (const auto format : {access_token_format::jwt, access_token_format::opaque}) {
        policy rules = policy::mcp();
        rules.access_token.format = format;
        const server s{rules};
        const auto gate = gate_of(s, resource);
        const auto elsewhere = gate_of(s, other);
        const fields who{{"client_id", registered_id(s, refreshing_registration)}};
        const auto without = changed(who, {{"resource", ""}});
        auto tokens = s.redeem(s.code(without), who);
        for (int i = 0; i < 2; ++i) {
            REQUIRE(tokens.status == 200);
            CHECK(lets_in(gate, tokens));
            CHECK_FALSE(lets_in(elsewhere, tokens));
            tokens = s.refresh(member(tokens, "refresh_token"), who);
        }
        CHECK(published(gate) == resource);
        // The form is the server's setting: who names the resource gets the same.
        const auto named = s.redeem(s.code(who), who);
        for (const auto& each : {tokens, named}) {
            const auto text = member(each, "access_token");
            CHECK(std::count(text.begin(), text.end(), '.') ==
                  (format == access_token_format::jwt ? 2 : 0));
            CHECK((text.rfind("mcpo_at_", 0) == 0) == (format == access_token_format::opaque));
        }
    }
}

TEST_CASE("A server that comes back with more resources and scopes signs nobody out",
          "[pain-25][MCP-RES-11]") {
    const server s;
    const auto tokens = s.redeem(s.code());
    const auto waiting = s.code();
    auto grown = config(policy::mcp());
    grown.resources.insert(grown.resources.begin(), "https://as.example/new");
    grown.scopes_supported.insert(grown.scopes_supported.begin(), "admin");
    grown.default_scopes = {"admin"};
    server_ports ports{s.store};
    ports.clock = &s.clock;
    ports.random = &s.random;
    const auto later = std::move(*authorization_server::make(std::move(grown), ports));
    const auto gate = *resource_server::beside(later, {{resource, {}, {"mcp"}, {}, {}}},
                                               {&s.store, &s.events, &s.clock, &s.random});
    const auto redeemed = later.handle(post("/token", server::redemption(waiting)));
    const auto refreshed =
        later.handle(post("/token", {{"grant_type", "refresh_token"},
                                     {"refresh_token", member(tokens, "refresh_token")},
                                     {"client_id", "app"}}));
    for (const auto* each : {&tokens, &redeemed, &refreshed}) {
        REQUIRE(each->status == 200);
        CHECK(audience(*each) == resource);
        CHECK(member(*each, "scope") == "mcp notes:write");
        CHECK(lets_in(gate, *each));
    }
}

TEST_CASE("What a server no longer offers is in no new token, however old the grant",
          "[MCP-RES-04][MCP-SCO-15][OA21-TOK-15]") {
    const server s;
    const auto refresh_token = member(s.redeem(s.code()), "refresh_token"); // "mcp notes:write"
    server_ports ports{s.store};
    ports.clock = &s.clock;
    ports.random = &s.random;
    const auto refreshed = [&](auto change, given::fields more = {}) {
        auto c = config(policy::mcp());
        change(c);
        const auto later = std::move(*authorization_server::make(std::move(c), ports));
        given::fields asked{{"grant_type", "refresh_token"},
                            {"refresh_token", refresh_token},
                            {"client_id", "app"}};
        asked.insert(asked.end(), more.begin(), more.end());
        return later.handle(post("/token", asked));
    };
    const auto without = [](std::vector<std::string>& texts, const std::string& gone) {
        texts.erase(std::remove(texts.begin(), texts.end(), gone), texts.end());
    };
    const auto no_writing = [&](auto& c) { without(c.scopes_supported, "notes:write"); };
    CHECK(member(refreshed(no_writing), "scope") == "mcp");
    CHECK(problem(refreshed(no_writing, {{"scope", "notes:write"}})) == "invalid_scope");
    CHECK(problem(refreshed([&](auto& c) {
              c.scopes_supported = {"other"};
              c.default_scopes = {"other"};
          })) == "invalid_scope");
    const auto moved = [&](auto& c) { c.resources = {"https://as.example/moved"}; };
    CHECK(problem(refreshed(moved)) == "invalid_target");
    CHECK(problem(refreshed(moved, {{"resource", resource}})) == "invalid_target");
    CHECK(problem(refreshed(moved, {{"resource", "https://as.example/moved"}})) ==
          "invalid_target");
    CHECK(refreshed([](auto&) {}).status == 200); // nothing was used up
}
