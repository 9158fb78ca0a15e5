#include <atomic>
#include <set>
#include <thread>

#include "given.hpp"

using namespace given;

namespace {

/// `count` threads that begin together. Returns: what each came to.
template <class Work> std::vector<http_response> at_once(int count, Work work) {
    std::vector<http_response> answers(static_cast<std::size_t>(count));
    std::atomic<int> waiting{count};
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            --waiting;
            while (waiting > 0) std::this_thread::yield();
            answers[static_cast<std::size_t>(i)] = work();
        });
    for (auto& each : threads) each.join();
    return answers;
}

struct tally {
    std::set<std::string> successors;
    int accepted = 0;
    int refused = 0;
};
tally count(const std::vector<http_response>& answers) {
    tally t;
    for (const auto& each : answers) {
        if (each.status != 200) {
            ++t.refused;
            continue;
        }
        ++t.accepted;
        t.successors.insert(member(each, "refresh_token"));
    }
    return t;
}

} // namespace

TEST_CASE("RT-05: fifty parallel refreshes of one token converge on one successor",
          "[RT-05][D3][pain-1][threads][MCP-RFT-03]") {
    const given::server s{policy::mcp()};
    const auto token = s.first_refresh_token();
    const auto t = count(at_once(50, [&] { return s.refresh(token); }));
    CHECK(t.accepted == 50);
    REQUIRE(t.successors.size() == 1);
    const auto next = s.refresh(*t.successors.begin());
    CHECK(next.status == 200);
    CHECK(member(next, "refresh_token") != *t.successors.begin());
}

TEST_CASE("RT-04: without a window fifty parallel refreshes give one success and a dead grant",
          "[RT-04][D3][D4][threads][pain-3]") {
    const given::server s{policy::strict()};
    const auto token = s.first_refresh_token();
    const auto t = count(at_once(50, [&] { return s.refresh(token); }));
    CHECK(t.accepted == 1);
    REQUIRE(t.successors.size() == 1);
    CHECK(member(s.refresh(*t.successors.begin()), "error") == "invalid_grant");
}

TEST_CASE("ATK-TK-03: of fifty parallel redemptions one wins, and the replays end the grant",
          "[ATK-TK-03][OA21-CODE-04][threads]") {
    const given::server s{policy::mcp()};
    const auto code = s.code();
    const auto t = count(at_once(50, [&] { return s.redeem(code); }));
    CHECK(t.accepted == 1);
    CHECK(member(s.refresh(*t.successors.begin()), "error") == "invalid_grant");
}

TEST_CASE("Twenty parallel approvals of one page give one code", "[MCP-AZR-14][threads]") {
    const given::server s{policy::mcp()};
    const auto view = s.consent();
    const auto answers = at_once(
        20, [&] { return std::get<http_response>(s.as.approve(view.ticket, "session-1")); });
    std::set<std::string> codes;
    for (const auto& each : answers) codes.insert(parameter(each, "code").value_or(""));
    CHECK(codes.size() == 1);
    CHECK(s.redeem(*codes.begin()).status == 200);
}

TEST_CASE("RT-20: after an acknowledged revocation nothing works, whatever was in flight",
          "[RT-20][REV-07][threads]") {
    const given::server s{policy::mcp()};
    for (int round = 0; round < 20; ++round) {
        const auto token = s.first_refresh_token();
        std::atomic<bool> revoked{false};
        std::atomic<int> turn{0};
        const auto answers = at_once(4, [&] {
            if (turn++ != 0) return s.refresh(token);
            auto answer = s.revoke(token);
            revoked = true;
            return answer;
        });
        REQUIRE(revoked);
        for (const auto& each : answers) {
            if (each.status != 200 || each.body.empty()) continue;
            CHECK(member(s.refresh(member(each, "refresh_token")), "error") == "invalid_grant");
        }
        CHECK(member(s.refresh(token), "error") == "invalid_grant");
    }
}
