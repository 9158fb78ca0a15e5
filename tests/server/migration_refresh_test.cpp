// Refresh tokens of clients that do not take up new ones.
#include "migration.hpp"

using namespace given;
using namespace std::chrono_literals;
using std::chrono::hours;

TEST_CASE("An old client refreshes with its first token for as long as its grant lives",
          "[migration][OA21-REF-05]") {
    const server s{migrating()};
    const auto first = s.first_refresh_token();
    // Each use keeps the grant from falling idle, which takes 14 days.
    for (int day = 0; day < 89; day += 7) {
        INFO(day);
        CHECK(s.refresh(first).status == 200);
        s.clock.advance(hours{24 * 7});
    }
    CHECK(s.events.count(event_kind::would_be_refused) == 12); // all but the first use
    CHECK(s.refresh(first).status == 400);                     // 91 days: the absolute end
    CHECK(would_be_refused(s).size() == 12);
    CHECK(s.events.count(event_kind::revoked) == 0);
}

TEST_CASE("A client that takes up new tokens loses no rotation to one that does not",
          "[migration][OA21-REF-05]") {
    const server s{migrating()};
    const auto first = s.first_refresh_token();
    auto head = first;
    for (int i = 0; i < 40; ++i) { // more than a record remembers
        const auto next = member(s.refresh(head), "refresh_token");
        REQUIRE(next != head);
        head = next;
        s.clock.advance(61s);
    }
    CHECK(would_be_refused(s).empty());
    const auto answer = s.refresh(first);
    CHECK(answer.status == 200);
    CHECK(member(answer, "refresh_token") == head); // one head, whoever asks
    REQUIRE(would_be_refused(s).size() == 1);
    CHECK(member(s.refresh(head), "refresh_token") != head);
}

TEST_CASE("A burst with a token that is too old to be judged is served and reported",
          "[migration]") {
    const server s{migrating()};
    const auto first = s.first_refresh_token();
    auto head = first;
    for (int i = 0; i < 12; ++i) head = member(s.refresh(head), "refresh_token");
    CHECK(s.refresh(first).status == 200);
    const auto events = would_be_refused(s);
    REQUIRE(events.size() >= 1);
    CHECK((events.back().reason == "refresh_retried" ||
           events.back().reason == "refresh_token_reused"));
}

TEST_CASE("The switch for a client ends the grant of the one that comes back with an old token",
          "[migration][OA21-REF-06]") {
    const server s{migrating()};
    const auto first = s.first_refresh_token();
    CHECK(s.refresh(first).status == 200);
    s.clock.advance(61s);
    CHECK(s.refresh(first).status == 200);
    auto p = policy::migration();
    p.legacy.refresh_token_reused.holds_for = {"app"};
    server_ports ports{s.store};
    ports.clock = &s.clock;
    ports.random = &s.random;
    ports.events = &s.events;
    (void)s.events.take();
    const auto restarted = authorization_server::make(migrating(p), ports);
    REQUIRE(restarted.has_value());
    const fields body{
        {"grant_type", "refresh_token"}, {"refresh_token", first}, {"client_id", "app"}};
    CHECK(restarted->handle(post("/token", body)).status == 400);
    CHECK(s.events.count(event_kind::refresh_replay) == 1);
    CHECK(would_be_refused(s).empty());
}

TEST_CASE("A client that is held to one-time use loses its grant with a retry, as under strict()",
          "[migration][OA21-REF-06]") {
    auto p = policy::migration();
    p.legacy.refresh_retried.holds_for = {"app"};
    const server s{migrating(p)};
    const auto first = s.first_refresh_token();
    CHECK(s.refresh(first).status == 200);
    CHECK(s.refresh(first).status == 400);
    CHECK(s.events.count(event_kind::refresh_replay) == 1);
    CHECK(would_be_refused(s).empty());
}

TEST_CASE("Neither a stranger nor a bad scope gets by with an old token",
          "[migration][OA21-REF-01][OA21-REF-03]") {
    const server s{migrating()};
    const auto first = s.first_refresh_token();
    CHECK(s.refresh(first).status == 200);
    s.clock.advance(61s);
    (void)s.events.take();
    CHECK(s.refresh(first, {{"client_id", "scoped"}}).status == 400);
    CHECK(s.refresh(first, {{"scope", "offline_access"}}).body ==
          error_body("invalid_scope", "scope exceeds what was granted"));
    CHECK(s.refresh(first, {{"resource", "https://other.example/mcp"}}).status == 400);
    CHECK(would_be_refused(s).empty());
    CHECK(s.refresh(first).status == 200);
    CHECK(s.revoke(first).status == 200);
    CHECK(s.refresh(first).status == 400);
    CHECK(would_be_refused(s).size() == 1);
}

TEST_CASE("A store that fails while an old token is used is no success, and not reported",
          "[migration]") {
    const server s{migrating()};
    const auto first = s.first_refresh_token();
    CHECK(s.refresh(first).status == 200);
    s.clock.advance(hours{24 * 7}); // so that the grant has to be written
    (void)s.events.take();
    s.store.fail(testing::store_call::replace, 1, testing::store_fault::unavailable);
    CHECK(s.refresh(first).status == 503);
    CHECK(would_be_refused(s).empty());
    CHECK(s.refresh(first).status == 200);
    CHECK(would_be_refused(s).size() == 1);
}
