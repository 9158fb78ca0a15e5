// A gate that loads the grant behind a token: revocation counts at once.
#include <stdexcept>

#include "gates.hpp"
#include "mcp_oauth/grant/record.hpp"
#include "server/record_keys.hpp"

using namespace gates;

namespace {

policy at_once() {
    policy rules;
    rules.gate.revocation = gate_revocation::at_once;
    return rules;
}

grant live_grant() {
    grant g;
    g.id = *grant_id_from("AAECAwQFBgcICQoLDA0ODw");
    g.client_id = "app";
    g.subject = "alice";
    g.scope = {"mcp", "notes:read"};
    g.life.state = grant_state::active;
    g.life.head = 1;
    return g;
}

void put(gate& g, const std::string& body) {
    record r;
    r.key = record_keys::grant(issuer, "AAECAwQFBgcICQoLDA0ODw");
    r.body = body;
    (void)g.memory.erase(r.key, r.version);
    (void)g.memory.create(r);
}
void put(gate& g, const grant& stored) { put(g, encode(stored)); }

std::string host_data_of(const gate& g) {
    return std::get<principal>(g.admit(gate::jwt(g.claims()))).host_data();
}
void put_with_host_data(gate& g, const key_ring& ring, std::string_view associated) {
    auto stored = live_grant();
    stored.sealed_host_data =
        *ring.seal(key_purpose::host_data, R"({"tier":"gold"})", g.random, associated);
    put(g, stored);
}

bool is_unavailable(const http_response& r) {
    return r.status == 503 &&
           r.headers == headers{{"Cache-Control", "no-store"},
                                {"Content-Type", "application/json"},
                                {"Retry-After", "1"}} &&
           r.body == R"({"error":"temporarily_unavailable",)"
                     R"("error_description":"try again in a moment"})";
}

} // namespace

TEST_CASE("a live grant lets its token in, with one load and nothing else", "[gate][policy]") {
    gate g{at_once()};
    put(g, live_grant());
    CHECK(g.admits(gate::jwt(g.claims()), {"notes:read"}));
    CHECK(g.store.calls() == 1);
    CHECK(g.store.calls(testing::store_call::load) == 1);
    CHECK(g.events.all().empty());
}

TEST_CASE("a revoked grant's token is refused at once, or lives on as the policy says",
          "[gate][policy][ATK-RS-06][OA21-RS-08]") {
    auto revoked = live_grant();
    revoked.life.state = grant_state::revoked;
    revoked.life.reason = revocation_reason::client;
    gate g{at_once()};
    put(g, live_grant());
    CHECK(g.admits(gate::jwt(g.claims())));
    put(g, revoked);
    CHECK(is_invalid_token(g.refusal(gate::jwt(g.claims()))));
    CHECK(g.reason() == "revoked");

    gate lazy;
    put(lazy, revoked);
    CHECK(lazy.admits(gate::jwt(lazy.claims())));
    CHECK(lazy.store.calls() == 0);
}

TEST_CASE("a grant that was revoked ends a token that was here before, remembered as it is",
          "[gate][remembered][ATK-RS-06][OA21-RS-08]") {
    gate g{at_once()};
    put(g, live_grant());
    const auto token = gate::jwt(g.claims());
    CHECK(g.admits(token));
    CHECK(g.admits(token));
    auto revoked = live_grant();
    revoked.life.state = grant_state::revoked;
    revoked.life.reason = revocation_reason::client;
    put(g, revoked);
    CHECK(is_invalid_token(g.refusal(token)));
    CHECK(g.reason() == "revoked");
}

TEST_CASE("a token whose grant does not exist, or is another's, is refused", "[gate]") {
    gate g{at_once()};
    CHECK(is_invalid_token(g.refusal(gate::jwt(g.claims()))));
    CHECK(g.reason() == "unknown_grant");
    for (std::string grant::*const member : {&grant::client_id, &grant::subject}) {
        auto stored = live_grant();
        stored.*member = "another";
        put(g, stored);
        CHECK(is_invalid_token(g.refusal(gate::jwt(g.claims()))));
        CHECK(g.reason() == "unknown_grant");
    }
}

TEST_CASE("a grant that still waits for its code has no tokens: the store went back", "[gate]") {
    gate g{at_once()};
    auto stored = live_grant();
    stored.life.state = grant_state::pending;
    stored.life.head = 0;
    put(g, stored);
    CHECK(is_invalid_token(g.refusal(gate::jwt(g.claims()))));
    CHECK(g.reason() == "state_lost");
}

TEST_CASE("a grant from before the epoch is refused, and one of it is not", "[gate][policy]") {
    auto rules = at_once();
    rules.min_epoch = 7;
    gate g{rules};
    for (const std::uint32_t epoch : {0U, 6U}) {
        auto stored = live_grant();
        stored.life.epoch = epoch;
        put(g, stored);
        CHECK(is_invalid_token(g.refusal(gate::jwt(g.claims()))));
        CHECK(g.reason() == "epoch_passed");
    }
    auto stored = live_grant();
    stored.life.epoch = 7;
    put(g, stored);
    CHECK(g.admits(gate::jwt(g.claims())));
}

TEST_CASE("a store that does not answer is 503, never a bad token", "[gate][MCP-ERR-07]") {
    gate g{at_once()};
    put(g, live_grant());
    g.store.fail(testing::store_call::load, 1, testing::store_fault::unavailable);
    CHECK(is_unavailable(g.refusal(gate::jwt(g.claims()))));
    CHECK(g.reason(event_kind::store_unavailable) == "load");
    CHECK(g.admits(gate::jwt(g.claims())));
}

TEST_CASE("a store that throws is 503, never a bad token", "[gate][MCP-ERR-07][MCP-ERR-09]") {
    gate g{at_once()};
    put(g, live_grant());
    g.store.before(testing::store_call::load, 1, [] { throw std::runtime_error("lost"); });
    CHECK(is_unavailable(g.refusal(gate::jwt(g.claims()))));
}

TEST_CASE("a record that this version cannot read is 503, never a bad token",
          "[gate][MCP-ERR-07]") {
    gate g{at_once()};
    for (const auto* const body : {"", "{}", R"({"v":2})", "\xFF"}) {
        put(g, body);
        CHECK(is_unavailable(g.refusal(gate::jwt(g.claims()))));
        CHECK(g.reason(event_kind::store_unavailable) == "unreadable_grant");
    }
}

TEST_CASE("a bad token is refused before the store is asked", "[gate]") {
    gate g{at_once()};
    auto claims = g.claims();
    claims.audience = {other};
    CHECK(!g.admits(gate::jwt(claims)));
    CHECK(!g.admits("garbage"));
    CHECK(!g.admits(""));
    CHECK(g.store.calls() == 0);
}

TEST_CASE("revocation is judged before scope: 403 is said to good tokens only", "[gate]") {
    gate g{at_once()};
    CHECK(g.refusal(gate::jwt(g.claims()), {"admin"}).status == 401);
    put(g, live_grant());
    CHECK(g.refusal(gate::jwt(g.claims()), {"admin"}).status == 403);
}

TEST_CASE("a token without a grant has nothing to be looked up", "[gate]") {
    gate g{at_once()};
    auto claims = g.claims();
    claims.grant_id.clear();
    const auto decided = g.admit(gate::jwt(claims));
    REQUIRE(std::holds_alternative<principal>(decided));
    CHECK(std::get<principal>(decided).grant_id().empty());
    CHECK(g.store.calls() == 0);
}

TEST_CASE("what the host gave when the user approved comes back in the principal", "[gate]") {
    gate g{at_once()};
    put(g, live_grant());
    CHECK(host_data_of(g).empty());
    put_with_host_data(g, the_ring(), "AAECAwQFBgcICQoLDA0ODw");
    CHECK(host_data_of(g) == R"({"tier":"gold"})");
    gate lazy;
    put_with_host_data(lazy, the_ring(), "AAECAwQFBgcICQoLDA0ODw");
    CHECK(host_data_of(lazy).empty()); // it loads nothing
}

TEST_CASE("host data of another grant or under a dropped secret lets nobody in", "[gate]") {
    gate g{at_once()};
    put_with_host_data(g, the_ring(), "AAAAAAAAAAAAAAAAAAAAAA");
    CHECK(is_invalid_token(g.refusal(gate::jwt(g.claims()))));
    CHECK(g.reason() == "unreadable_host_data");
    put_with_host_data(g, the_ring("https://other.example"), "AAECAwQFBgcICQoLDA0ODw");
    CHECK(is_invalid_token(g.refusal(gate::jwt(g.claims()))));
}

TEST_CASE("with its grant loaded a wider scope is enough for a narrower one too",
          "[gate][MCP-SCO-12]") {
    gate g{at_once()};
    put(g, live_grant());
    auto claims = g.claims();
    claims.scope = {"notes:write"};
    CHECK(g.admits(gate::jwt(claims), {"notes:read"}));
    CHECK(g.refusal(gate::jwt(claims), {"mcp"}).status == 403);
    claims.scope = {"notes:read"};
    CHECK(g.refusal(gate::jwt(claims), {"notes:write"}).status == 403);
}

TEST_CASE("an event of the gate names the request and never the token",
          "[gate][OA21-GEN-05][MCP-ERR-10][ATK-RG-07][MCP-SEC-06]") {
    gate g{at_once()};
    const auto token = gate::jwt(g.claims());
    auto r = request(token);
    r.headers.push_back({"X", "y"});
    r.headers[1].value.assign(300, 'u'); // User-Agent
    (void)g.rs.admit(r);
    const auto e = g.events.all().at(0);
    CHECK(e.kind == event_kind::token_refused);
    CHECK(e.reason == "unknown_grant");
    CHECK(e.at == g.clock.now());
    CHECK(e.source == "192.0.2.1");
    CHECK(e.correlation_id == "request-1");
    CHECK(e.user_agent == std::string(256, 'u'));
    CHECK(e.grant_id == "AAECAwQFBgcICQoLDA0ODw");
    CHECK(e.client_id == "app");
    CHECK(e.subject == "alice");
}

TEST_CASE("an operation at the gate asks for one load, and outlives what it was made from",
          "[gate][operation]") {
    gate g{at_once()};
    put(g, live_grant());
    auto op = [&g] {
        const auto r = request(gate::jwt(g.claims()));
        const std::string where = notes;
        return g.rs.begin_admit(r, {"notes:read"}, where);
    }();
    REQUIRE(!op.finished());
    REQUIRE(std::holds_alternative<load_step>(op.next()));
    const auto key = std::get<load_step>(op.next()).key;
    CHECK(key == "https://as.example#grant/AAECAwQFBgcICQoLDA0ODw");
    op.resume(g.memory.load(key));
    REQUIRE(op.finished());
    CHECK(std::holds_alternative<principal>(std::move(op).result()));

    auto confused = g.rs.begin_admit(request(gate::jwt(g.claims())));
    confused.resume(replace_answer{write_outcome::done}); // no answer to a load
    CHECK(std::get<http_response>(std::move(confused).result()).status == 503);
    const auto abandoned = g.rs.begin_admit(request(gate::jwt(g.claims())));
}

TEST_CASE("without a store to load from the operation at the gate takes no step",
          "[gate][operation]") {
    const gate g;
    CHECK(g.rs.begin_admit(request(gate::jwt(g.claims()))).finished());
    CHECK(g.rs.begin_admit(request("")).finished());
}
