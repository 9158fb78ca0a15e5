#include "given.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

/// The only grant's record.
record grant_record_of(const given::server& s) {
    return s.memory.list(record_kind::grant, std::string{issuer} + "#subject/alice", {}, 1)
        ->records.at(0);
}

/// The store as it was: what a restored backup, or a failover that lost writes, leaves behind.
void restore(const given::server& s, const record& backup) {
    const auto there = s.memory.load(backup.key)->value();
    REQUIRE(s.memory.replace(backup, there.version) == write_outcome::done);
}

void check_dead(const given::server& s, const std::vector<std::string>& tokens) {
    for (const auto& token : tokens) CHECK(member(s.refresh(token), "error") == "invalid_grant");
}

} // namespace

TEST_CASE("I9: a token ahead of a store that went back proves it, and the grant ends",
          "[I9][state_lost]") {
    const auto rotations = GENERATE(1, 5);
    const given::server s;
    auto token = s.first_refresh_token();
    const auto at_backup = token;
    const auto backup = grant_record_of(s);
    for (int i = 0; i < rotations; ++i) token = member(s.refresh(token), "refresh_token");
    restore(s, backup);
    CHECK(member(s.refresh(token), "error") == "invalid_grant");
    CHECK(s.events.count(event_kind::state_lost) == 1);
    check_dead(s, {at_backup, token});
}

TEST_CASE(
    "I9: whichever handle comes first after a restore, none that the backup knew as dead lives",
    "[I9][state_lost]") {
    const auto rules = GENERATE(0, 1) == 0 ? policy::strict() : policy::mcp();
    const auto lost = GENERATE(std::size_t{1}, std::size_t{7});
    constexpr std::size_t head = 3; // of the backup
    for (std::size_t first = 0; first <= head + lost; ++first) {
        CAPTURE(first, lost);
        const given::server s{rules};
        std::vector<std::string> handles{s.first_refresh_token()};
        const auto rotate = [&](std::size_t times) {
            for (std::size_t i = 0; i < times; ++i) {
                s.clock.advance(2h); // far outside of every window
                handles.push_back(member(s.refresh(handles.back()), "refresh_token"));
            }
        };
        rotate(head);
        const auto backup = grant_record_of(s);
        rotate(lost);
        const auto other_grant = s.first_refresh_token();
        restore(s, backup);

        const auto answer = s.refresh(handles[first]);
        if (first == head) {
            // The backup says that it is good, and nothing there says otherwise. The client's own,
            // later one does, and then both lines have ended.
            CHECK(answer.status == 200);
            CHECK(member(s.refresh(handles.back()), "error") == "invalid_grant");
            check_dead(s, {member(answer, "refresh_token")});
        } else {
            CHECK(member(answer, "error") == "invalid_grant");
        }
        check_dead(s, handles);
        CHECK(s.events.count(event_kind::state_lost) == (first >= head ? 1 : 0));
        CHECK(s.refresh(other_grant).status == 200); // it costs that grant at most
    }
}

TEST_CASE("I9: the head's generation with another nonce is from a lost timeline",
          "[I9][state_lost][I9-a]") {
    const given::server s;
    const auto first = s.first_refresh_token();
    const auto backup = grant_record_of(s);
    const auto lost = member(s.refresh(first), "refresh_token");
    restore(s, backup);
    const auto found = member(s.refresh(first), "refresh_token"); // generation 2 again
    CHECK(found != lost);
    CHECK(member(s.refresh(lost), "error") == "invalid_grant");
    CHECK(s.events.count(event_kind::state_lost) == 1);
    check_dead(s, {found, first});
}

TEST_CASE("I9: a refresh token of a grant that is pending again ends it", "[I9][state_lost]") {
    const given::server s;
    const auto code = s.code();
    const auto backup = grant_record_of(s);
    const auto token = member(s.redeem(code), "refresh_token");
    restore(s, backup);
    CHECK(member(s.refresh(token), "error") == "invalid_grant");
    CHECK(s.events.count(event_kind::state_lost) == 1);
    CHECK(member(s.redeem(code), "error") == "invalid_grant");
}

TEST_CASE("I9-b: after a restore a raised epoch refuses every grant from before",
          "[I9-b][min_epoch]") {
    const given::server s;
    const auto token = s.first_refresh_token();
    const auto backup = grant_record_of(s);
    REQUIRE(s.revoke(token).status == 200);
    restore(s, backup); // the revocation is lost, and nobody can see that
    auto rules = policy::mcp();
    rules.min_epoch = 1;
    auto c = config(rules);
    server_ports ports{s.store};
    ports.clock = &s.clock;
    ports.random = &s.random;
    ports.events = &s.events;
    const auto later = std::move(*authorization_server::make(std::move(c), ports));
    const auto answer = later.handle(
        post("/token",
             {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", "app"}}));
    CHECK(member(answer, "error") == "invalid_grant");
    const auto events = s.events.all();
    CHECK(events.back().reason == "epoch_passed");
}

TEST_CASE("I8: a grant's record outlives it by what is still under way at its end", "[I8][R5]") {
    const auto limit = GENERATE(milliseconds{5s}, milliseconds{2min});
    auto rules = policy::mcp();
    rules.operation_limit = limit;
    rules.refresh.retry_window = 3min;
    const given::server s{rules};
    (void)s.first_refresh_token();
    const auto end = s.as.list_grants(grant_owner::subject("alice"))->grants.at(0).ends_at;
    CHECK(grant_record_of(s).expires_at == end + std::max(limit, milliseconds{1min}));
}

TEST_CASE("I9: a stalled write from before a restore cannot hit the restored record",
          "[I9][versions]") {
    const given::server s;
    const auto first = s.first_refresh_token();
    const auto backup = grant_record_of(s);
    s.store.fail(testing::store_call::replace, 1, testing::store_fault::unknown_late);
    auto second = member(s.refresh(first), "refresh_token"); // done by its second attempt
    restore(s, backup);
    REQUIRE(s.revoke(first).status == 200); // acknowledged in the new timeline
    CHECK(s.store.land_late() == std::vector<write_outcome>{write_outcome::conflict});
    check_dead(s, {first, second});
}
