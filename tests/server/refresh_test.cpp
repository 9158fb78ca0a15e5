#include "given.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

const std::string invalid_grant =
    R"({"error":"invalid_grant","error_description":"the code or token is invalid, expired or revoked"})";

policy windowed() {
    policy p = policy::mcp();
    p.refresh.retry_window = 60s;
    p.refresh.retry_depth = 8;
    return p;
}

} // namespace

TEST_CASE("RT-01: a refresh gives a new refresh token and the same scope",
          "[RT-01][OA21-REF-05][MCP-RFT-01][OA21-REF-04]") {
    const given::server s{policy::strict()};
    const auto first = s.first_refresh_token();
    const auto answer = s.refresh(first);
    CHECK(answer.status == 200);
    CHECK(answer.header("Content-Type") == "application/json");
    CHECK(answer.header("Cache-Control") == "no-store");
    CHECK(answer.header("Pragma") == "no-cache");
    CHECK(member(answer, "token_type") == "Bearer");
    CHECK(member(answer, "scope") == "mcp notes:write");
    CHECK(member(answer, "refresh_token").rfind("mcpo_rt_", 0) == 0);
    CHECK(member(answer, "refresh_token") != first);
}

TEST_CASE("RT-02: without a window a rotated token that comes back ends the grant",
          "[RT-02][OA21-REF-06][OA21-REF-07][MCP-RFT-02][ATK-TK-07]") {
    const given::server s{policy::strict()};
    const auto first = s.first_refresh_token();
    const auto second = member(s.refresh(first), "refresh_token");
    const auto replayed = s.refresh(first);
    CHECK(replayed.status == 400);
    CHECK(replayed.body == invalid_grant);
    CHECK(s.events.count(event_kind::refresh_replay) == 1);
    const auto after = s.refresh(second);
    CHECK(after.status == 400);
    CHECK(after.body == invalid_grant);
    CHECK(s.events.count(event_kind::used_after_revocation) == 1);
}

TEST_CASE("RT-02: one-time use holds when the clock has not moved, or runs backwards",
          "[RT-02][OA21-REF-06]") {
    const auto back = GENERATE(0ms, 1ms, 3'600'000ms);
    const given::server s{policy::strict()};
    const auto first = s.first_refresh_token();
    const auto second = member(s.refresh(first), "refresh_token");
    s.clock.advance(-back);
    CHECK(s.refresh(first).status == 400);
    CHECK(s.refresh(second).status == 400);
}

TEST_CASE("RT-03: inside its window a grandparent is answered with the head as well", "[RT-03]") {
    const given::server s{windowed()};
    const auto first = s.first_refresh_token();
    const auto second = member(s.refresh(first), "refresh_token");
    const auto third = member(s.refresh(second), "refresh_token");
    s.clock.advance(59'999ms);
    (void)s.events.take();
    const auto answer = s.refresh(first);
    CHECK(answer.status == 200);
    CHECK(member(answer, "refresh_token") == third);
    const auto seen = s.events.take();
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].kind == event_kind::refresh_retry);
    CHECK(seen[0].generations_behind == 2);
    CHECK(seen[0].age == 59'999ms);
    CHECK(seen[0].source == "192.0.2.1");
    CHECK(seen[0].correlation_id == "request-1");
}

TEST_CASE("RT-06: a lost response is recovered inside the window, and a replay from its end on",
          "[RT-06][MCP-RFT-03][pain-1]") {
    const given::server s{windowed()};
    const auto first = s.first_refresh_token();
    const auto lost = s.refresh(first);
    s.clock.advance(59'999ms);
    const auto again = s.refresh(first);
    CHECK(again.status == 200);
    CHECK(member(again, "refresh_token") == member(lost, "refresh_token"));
    CHECK(member(again, "access_token") != member(lost, "access_token"));
    s.clock.advance(1ms);
    CHECK(s.refresh(first).body == invalid_grant);
    CHECK(s.refresh(member(lost, "refresh_token")).body == invalid_grant);
}

TEST_CASE("RT-07: a retry inside the window converges on the head although it was used",
          "[RT-07]") {
    const given::server s{windowed()};
    const auto first = s.first_refresh_token();
    const auto second = member(s.refresh(first), "refresh_token");
    const auto third = member(s.refresh(second), "refresh_token");
    CHECK(member(s.refresh(first), "refresh_token") == third);
    CHECK(member(s.refresh(second), "refresh_token") == third);
    CHECK(s.refresh(third).status == 200);
}

TEST_CASE("A retry writes nothing, so it extends nothing", "[RT-06][OA21-REF-08]") {
    const given::server s{windowed()};
    const auto first = s.first_refresh_token();
    REQUIRE(s.refresh(first).status == 200);
    const auto writes = s.store.calls(testing::store_call::replace);
    REQUIRE(s.refresh(first).status == 200);
    CHECK(s.store.calls(testing::store_call::replace) == writes);
}

TEST_CASE("At full depth the head is answered again instead of rotated, until the ring may move",
          "[RT-07]") {
    const given::server s{windowed()};
    std::string head = s.first_refresh_token();
    for (int i = 0; i < 8; ++i) head = member(s.refresh(head), "refresh_token");
    const auto coalesced = s.refresh(head);
    CHECK(coalesced.status == 200);
    CHECK(member(coalesced, "refresh_token") == head);
    CHECK(s.events.count(event_kind::refresh_coalesced) == 1);
    s.clock.advance(65s - 1ms); // the window and the operation limit
    CHECK(member(s.refresh(head), "refresh_token") == head);
    s.clock.advance(1ms);
    CHECK(member(s.refresh(head), "refresh_token") != head);
}

TEST_CASE("RT-11: a narrower scope narrows the access token only, and the next one is full",
          "[RT-11][OA21-REF-03][OA21-REF-04][MCP-RFT-08][D1]") {
    const given::server s{policy::strict()};
    const auto narrow = s.refresh(s.first_refresh_token(), {{"scope", "mcp"}});
    CHECK(narrow.status == 200);
    CHECK(member(narrow, "scope") == "mcp");
    const auto full = s.refresh(member(narrow, "refresh_token"));
    CHECK(full.status == 200);
    CHECK(member(full, "scope") == "mcp notes:write");
    CHECK(member(full, "refresh_token") != member(narrow, "refresh_token"));
}

TEST_CASE("D1: rotation goes on when offline_access is narrowed away", "[D1][OA21-REF-05]") {
    const given::server s{policy::strict()};
    auto token = s.first_refresh_token({{"scope", "mcp offline_access"}});
    for (int i = 0; i < 3; ++i) {
        const auto answer = s.refresh(token, {{"scope", "mcp"}});
        REQUIRE(answer.status == 200);
        CHECK(member(answer, "refresh_token") != token);
        token = member(answer, "refresh_token");
    }
}

TEST_CASE("A scope that the granted one implies may be asked for", "[OA21-REF-03][MCP-SCO-12]") {
    const given::server s{policy::strict()};
    const auto answer = s.refresh(s.first_refresh_token(), {{"scope", "notes:read"}});
    CHECK(answer.status == 200);
    CHECK(member(answer, "scope") == "notes:read");
}

TEST_CASE("RT-12: a wider scope or an unknown resource is refused and uses nothing up",
          "[RT-12][OA21-REF-03][OA21-TOK-15][RES-05][MCP-RES-10][ATK-TK-09][MCP-RFT-08]") {
    const given::server s{policy::strict()};
    const auto token = s.first_refresh_token({{"scope", "mcp notes:read"}});
    const auto wider = s.refresh(token, {{"scope", "mcp notes:write"}});
    CHECK(wider.status == 400);
    CHECK(wider.body ==
          R"({"error":"invalid_scope","error_description":"scope exceeds what was granted"})");
    CHECK(s.refresh(token, {{"scope", "mcp \"quoted\""}}).status == 400);
    for (const char* target : {"https://other.example/mcp", "https://evil.example/", "no uri"}) {
        const auto elsewhere = s.refresh(token, {{"resource", target}});
        CHECK(elsewhere.status == 400);
        CHECK(elsewhere.body ==
              R"({"error":"invalid_target","error_description":"resource was not granted"})");
    }
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("RT-13: refreshing goes on until the absolute end and not past it",
          "[RT-13][MCP-RFT-09]") {
    policy p = policy::strict();
    p.refresh.idle = 100s;
    p.refresh.absolute = 1000s;
    const given::server s{p};
    auto token = s.first_refresh_token();
    for (int i = 0; i < 19; ++i) {
        s.clock.advance(50s);
        const auto answer = s.refresh(token);
        REQUIRE(answer.status == 200);
        token = member(answer, "refresh_token");
    }
    s.clock.advance(50s - 1ms);
    const auto last = s.refresh(token);
    REQUIRE(last.status == 200);
    s.clock.advance(1ms);
    CHECK(s.refresh(member(last, "refresh_token")).body == invalid_grant);
    CHECK(s.events.count(event_kind::expired) == 1);
}

TEST_CASE("No access token outlives the grant", "[RT-13][REXP-01]") {
    policy p = policy::strict();
    p.refresh.idle = 1000s;
    p.refresh.absolute = 1000s;
    p.access_token.lifetime = 600s;
    const given::server s{p};
    const auto token = s.first_refresh_token();
    s.clock.advance(700s);
    const auto answer = s.refresh(token);
    const auto body = json_document::parse(answer.body);
    CHECK(body->root().integer_at("expires_in") == 300);
}

TEST_CASE("RT-14: a token that lay idle too long is expired, at the very moment",
          "[RT-14][OA21-REF-08][MCP-RFT-09]") {
    policy p = policy::strict();
    p.refresh.idle = 100s;
    const given::server s{p};
    const auto token = s.first_refresh_token();
    s.clock.advance(100s - 1ms);
    const auto in_time = s.refresh(token);
    REQUIRE(in_time.status == 200);
    s.clock.advance(100s);
    CHECK(s.refresh(member(in_time, "refresh_token")).body == invalid_grant);
}

TEST_CASE("A replay is evidence even when the grant is idle, and whatever the scope",
          "[OA21-REF-06][RT-02]") {
    policy p = policy::strict();
    p.refresh.idle = 100s;
    const given::server s{p};
    const auto first = s.first_refresh_token();
    REQUIRE(s.refresh(first).status == 200);
    s.clock.advance(200s);
    CHECK(s.refresh(first, {{"scope", "everything"}}).body == invalid_grant);
    CHECK(s.events.count(event_kind::refresh_replay) == 1);
}
