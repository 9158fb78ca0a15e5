#include "mcp_oauth/ports/folding_events.hpp"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "mcp_oauth/testing/recording_events.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::chrono_literals;
using std::chrono::hours;

namespace {

constexpr instant noon = from_unix_seconds(1'799'971'200); // a whole hour
static_assert(1'799'971'200 % 3600 == 0);

event old_request(instant at, std::string client = "app", std::string_view rule = "pkce_missing") {
    event e;
    e.kind = event_kind::would_be_refused;
    e.at = at;
    e.client_id = std::move(client);
    e.reason = rule;
    return e;
}
event other_event(instant at) {
    event e;
    e.kind = event_kind::granted;
    e.at = at;
    return e;
}
/// `client rule count` of each, and the minute after noon.
std::vector<std::string> told(testing::recording_events& events) {
    std::vector<std::string> all;
    for (const auto& each : events.take())
        all.push_back(
            std::to_string((to_unix_ms(each.at) - to_unix_ms(noon)) / 60'000) + " " +
            std::string{each.kind == event_kind::would_be_refused ? each.reason : name(each.kind)} +
            " " + each.client_id + " " + std::to_string(each.count));
    return all;
}
using lines = std::vector<std::string>;

} // namespace

TEST_CASE("the first of an hour is handed on at once, and the others as one",
          "[ports][migration]") {
    testing::recording_events out;
    folding_events fold{out};
    fold.on_event(old_request(noon));
    CHECK(told(out) == lines{"0 pkce_missing app 1"});
    for (int minute = 1; minute < 60; ++minute)
        fold.on_event(old_request(noon + std::chrono::minutes{minute}));
    CHECK(told(out).empty());
    fold.on_event(old_request(noon + 1h));
    CHECK(told(out) == lines{"59 pkce_missing app 59", "60 pkce_missing app 1"});
    fold.flush();
    CHECK(told(out).empty()); // there was but one in the second hour
}

TEST_CASE("an hour is one of Unix time: its last millisecond, and the next hour's first",
          "[ports][migration]") {
    testing::recording_events out;
    folding_events fold{out};
    fold.on_event(old_request(noon + 1h - 2ms));
    fold.on_event(old_request(noon + 1h - 1ms));
    CHECK(told(out).size() == 1);
    fold.close_hours(noon + 1h - 1ms);
    CHECK(told(out).empty());
    fold.close_hours(noon + 1h);
    CHECK(told(out) == lines{"59 pkce_missing app 1"});
    fold.on_event(old_request(noon + 1h));
    CHECK(told(out).size() == 1);
}

TEST_CASE("clients and rules are counted apart", "[ports][migration]") {
    testing::recording_events out;
    folding_events fold{out};
    for (int i = 0; i < 3; ++i) {
        fold.on_event(old_request(noon, "a"));
        fold.on_event(old_request(noon, "b"));
        fold.on_event(old_request(noon, "a", "pkce_plain"));
    }
    CHECK(told(out) == lines{"0 pkce_missing a 1", "0 pkce_missing b 1", "0 pkce_plain a 1"});
    fold.flush();
    CHECK(told(out) == lines{"0 pkce_missing a 2", "0 pkce_plain a 2", "0 pkce_missing b 2"});
}

TEST_CASE("other events pass through at once, in their order, and close hours",
          "[ports][migration]") {
    testing::recording_events out;
    folding_events fold{out};
    fold.on_event(old_request(noon));
    fold.on_event(old_request(noon));
    fold.on_event(other_event(noon + 1min));
    CHECK(told(out) == lines{"0 pkce_missing app 1", "1 granted  1"});
    fold.on_event(other_event(noon + 61min));
    CHECK(told(out) == lines{"0 pkce_missing app 1", "61 granted  1"});
}

TEST_CASE("what is folded has the context of the last request", "[ports][migration]") {
    testing::recording_events out;
    folding_events fold{out};
    for (const auto* const source : {"first", "second", "third"}) {
        auto e = old_request(noon);
        e.source = source;
        e.requirement = "OA21-AUTHZ-14";
        e.mcp_refuses = true;
        fold.on_event(e);
    }
    fold.flush();
    const auto all = out.take();
    REQUIRE(all.size() == 2);
    CHECK(all[0].source == "first");
    CHECK(all[1].source == "third");
    CHECK(all[1].requirement == "OA21-AUTHZ-14");
    CHECK(all[1].mcp_refuses);
}

TEST_CASE("strangers fill no memory: at the limit the first makes room, and no count is lost",
          "[ports][migration]") {
    testing::recording_events out;
    folding_events fold{out, 2};
    for (const auto* const client : {"a", "a", "b", "b", "c", "c", "a"})
        fold.on_event(old_request(noon, client));
    fold.flush();
    std::uint64_t requests = 0;
    const auto all = out.take();
    for (const auto& each : all) requests += each.count;
    CHECK(requests == 7);
    CHECK(all.size() == 7); // a, b, [a], c, [b or c], …: folding suffers, the numbers do not
}

TEST_CASE("a clock that steps back opens its hour anew, and loses nothing", "[ports][migration]") {
    testing::recording_events out;
    folding_events fold{out};
    fold.on_event(old_request(noon + 1h));
    fold.on_event(old_request(noon));
    fold.on_event(old_request(noon));
    fold.on_event(old_request(noon + 1h));
    fold.flush();
    std::uint64_t requests = 0;
    for (const auto& each : out.take()) requests += each.count;
    CHECK(requests == 4);
}

TEST_CASE("the end hands on what waits, whatever the other sink throws", "[ports][migration]") {
    testing::recording_events out;
    {
        folding_events fold{out};
        fold.on_event(old_request(noon));
        fold.on_event(old_request(noon));
    }
    CHECK(told(out) == lines{"0 pkce_missing app 1", "0 pkce_missing app 1"});

    class throwing final : public event_sink {
        void on_event(const event&) override { throw std::runtime_error{"full"}; }
    } full;
    folding_events fold{full};
    CHECK_THROWS_AS(fold.on_event(old_request(noon)), std::runtime_error);
    fold.on_event(old_request(noon)); // waits; its destruction throws nothing
}

TEST_CASE("fifty threads count together", "[ports][migration][threads]") {
    testing::recording_events out;
    folding_events fold{out};
    std::vector<std::thread> threads;
    for (int i = 0; i < 50; ++i)
        threads.emplace_back([&fold] {
            for (int k = 0; k < 20; ++k) fold.on_event(old_request(noon));
        });
    for (auto& each : threads) each.join();
    fold.flush();
    CHECK(told(out) == lines{"0 pkce_missing app 1", "0 pkce_missing app 999"});
}
