// An MCP session belongs to whoever opened it; its ID proves nothing by itself.
#include "gates.hpp"

using namespace gates;

namespace {

principal somebody(const gate& g, const std::string& subject = "alice",
                   const std::string& client_id = "app",
                   const std::string& grant_id = "AAECAwQFBgcICQoLDA0ODw") {
    auto claims = g.claims();
    claims.subject = subject;
    claims.client_id = client_id;
    claims.grant_id = grant_id;
    return std::get<principal>(g.admit(gate::jwt(claims)));
}

} // namespace

TEST_CASE("a session is owned by the principal that opened it, with any token of the grant",
          "[gate][MCP-TOK-15][MCP-BC-10]") {
    gate g;
    const auto id = g.rs.open_session(somebody(g));
    REQUIRE(id);
    CHECK(g.rs.owns_session(somebody(g), *id));
    g.clock.advance(1h); // a refreshed token
    CHECK(g.rs.owns_session(somebody(g), *id));
    CHECK(g.events.all().empty());
}

TEST_CASE("a stolen session ID is worthless with a token of another user, client or grant",
          "[gate][MCP-TOK-03][MCP-TOK-15][MCP-BC-10]") {
    const gate g;
    const auto id = *g.rs.open_session(somebody(g));
    for (const auto& thief :
         {somebody(g, "mallory"), somebody(g, "alice", "other"), somebody(g, "alice", "app", "x"),
          somebody(g, "alice", "app", ""), somebody(g, "alic", "eapp")}) {
        CHECK(!g.rs.owns_session(thief, id));
        const auto e = g.events.take();
        REQUIRE(e.size() == 1);
        CHECK(e[0].kind == event_kind::session_refused);
        CHECK(e[0].reason == "another_principal");
        CHECK(e[0].subject == thief.subject());
    }
}

TEST_CASE("a session ID that was made up or changed is nobody's", "[gate][MCP-BC-10]") {
    const gate g;
    const auto alice = somebody(g);
    const auto id = *g.rs.open_session(alice);
    for (std::size_t i = 0; i < id.size(); ++i) {
        auto changed = id;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK(!g.rs.owns_session(alice, changed));
        CHECK(g.reason(event_kind::session_refused) == "unknown_session");
    }
    for (const auto& text : {std::string{}, std::string{"1"}, id + "A", id.substr(1),
                             std::string(4096, 'A'), std::string(1'000'000, 'A')})
        CHECK(!g.rs.owns_session(alice, text));
}

TEST_CASE("no two sessions have one ID, and an ID is visible ASCII", "[gate]") {
    const gate g;
    const auto one = *g.rs.open_session(somebody(g));
    CHECK(one != *g.rs.open_session(somebody(g)));
    for (const char c : one) CHECK(is_base64url(c));
}

TEST_CASE("a session of another issuer is nobody's, even under the same secret", "[gate]") {
    const gate g;
    auto elsewhere = config();
    elsewhere.issuer = "https://other.example";
    const gate h{std::move(elsewhere)};
    const auto alice = somebody(g);
    CHECK(h.rs.owns_session(alice, *h.rs.open_session(alice)));
    CHECK(!h.rs.owns_session(alice, *g.rs.open_session(alice)));
}

TEST_CASE("without secrets or random octets no session is opened", "[gate]") {
    auto bare = config();
    bare.secrets.clear();
    const gate g{std::move(bare)};
    const auto alice = somebody(g);
    CHECK(!g.rs.open_session(alice));
    CHECK(!g.rs.owns_session(alice, "x"));
    const gate h;
    h.random.fail_after(0);
    CHECK(!h.rs.open_session(alice));
}
