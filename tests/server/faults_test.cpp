#include "registration.hpp"

using namespace given;
using namespace std::chrono_literals;
using testing::store_call;
using testing::store_fault;

namespace {

void check_unavailable(const http_response& answer) {
    CHECK(answer.status == 503);
    CHECK(answer.body == R"({"error":"temporarily_unavailable","error_description":)"
                         R"("try again in a moment"})");
    CHECK(answer.header("Retry-After") == "1");
    CHECK(answer.header("Cache-Control") == "no-store");
}

} // namespace

TEST_CASE("A store that is down never yields invalid_client or invalid_grant, and uses nothing up",
          "[MCP-ERR-07][pain-7][OA21-CODE-12]") {
    const given::server s;
    const auto id = registered_id(s, refreshing_registration);
    const auto code = s.code({{"client_id", id}});
    for (std::size_t nth = 1; nth <= 4; ++nth) { // client, grant, client kept alive, swap
        s.store.fail(store_call::any, nth, store_fault::unavailable);
        check_unavailable(s.redeem(code, {{"client_id", id}}));
    }
    const auto tokens = s.redeem(code, {{"client_id", id}});
    REQUIRE(tokens.status == 200);
    const auto token = member(tokens, "refresh_token");
    for (std::size_t nth = 1; nth <= 2; ++nth) { // grant, swap
        s.store.fail(store_call::any, nth, store_fault::unavailable);
        check_unavailable(s.refresh(token, {{"client_id", id}}));
    }
    CHECK(s.refresh(token, {{"client_id", id}}).status == 200);
    CHECK(s.events.count(event_kind::store_unavailable) == 6);
}

TEST_CASE("A refusal waits for the client's record, and is 503 where it cannot be read",
          "[MCP-ERR-07]") {
    const given::server s;
    const auto id = registered_id(s, refreshing_registration);
    s.store.fail(store_call::load, 1, store_fault::unavailable);
    check_unavailable(s.refresh("garbage", {{"client_id", id}}));
    CHECK(member(s.refresh("garbage", {{"client_id", id}}), "error") == "invalid_grant");
}

TEST_CASE("An unknown outcome is read back: the write landed, and the answer is the winner's",
          "[unknown]") {
    const auto rules = GENERATE(0, 1);
    const given::server s{rules == 0 ? policy::strict() : policy::mcp()};
    const auto first = s.first_refresh_token({{"resource", resource}});
    s.store.fail(store_call::replace, 1, store_fault::unknown_written);
    const auto answer = s.refresh(first);
    REQUIRE(answer.status == 200);
    CHECK(s.events.count(event_kind::refresh_retry) == 0);
    const auto next = s.refresh(member(answer, "refresh_token"));
    CHECK(next.status == 200);
}

TEST_CASE("An unknown outcome is read back: the write was lost, and is done again", "[unknown]") {
    const given::server s{policy::strict()};
    const auto first = s.first_refresh_token();
    s.store.fail(store_call::replace, 1, store_fault::unknown_lost);
    const auto answer = s.refresh(first);
    REQUIRE(answer.status == 200);
    CHECK(s.refresh(member(answer, "refresh_token")).status == 200);
}

TEST_CASE("A write that lands late lands nowhere: the version it expects is gone", "[unknown]") {
    const given::server s{policy::strict()};
    const auto first = s.first_refresh_token();
    s.store.fail(store_call::replace, 1, store_fault::unknown_late);
    const auto answer = s.refresh(first);
    REQUIRE(answer.status == 200);
    CHECK(s.store.land_late() == std::vector<write_outcome>{write_outcome::conflict});
    CHECK(s.refresh(member(answer, "refresh_token")).status == 200);
}

TEST_CASE("A redemption whose outcome is unknown does not kill its own login", "[unknown][I7]") {
    const auto how = GENERATE(store_fault::unknown_written, store_fault::unknown_lost);
    const given::server s{policy::strict()};
    const auto code = s.code();
    s.store.fail(store_call::replace, 1, how);
    const auto tokens = s.redeem(code);
    REQUIRE(tokens.status == 200);
    CHECK(s.events.count(event_kind::code_replay) == 0);
    CHECK(s.refresh(member(tokens, "refresh_token")).status == 200);
}

TEST_CASE("A client that may not have been kept alive is 503, and its code is not used up",
          "[unknown][OA21-CODE-12]") {
    const auto how = GENERATE(store_fault::unknown_written, store_fault::unknown_lost);
    const given::server s{policy::strict()};
    const auto id = registered_id(s, refreshing_registration);
    const auto code = s.code({{"client_id", id}});
    s.store.fail(store_call::replace, 1, how); // the client's own record comes first
    check_unavailable(s.redeem(code, {{"client_id", id}}));
    CHECK(s.redeem(code, {{"client_id", id}}).status == 200);
    CHECK(s.events.count(event_kind::code_replay) == 0);
}

TEST_CASE("A replay's revocation is not given up for a lost swap",
          "[I2][OA21-REF-06][ATK-TK-07][pain-3]") {
    const given::server s{policy::strict()};
    const auto first = s.first_refresh_token();
    auto head = member(s.refresh(first), "refresh_token");
    for (int i = 0; i < 20; ++i) // somebody rotates between this one's load and its swap
        s.store.before(store_call::replace, static_cast<std::size_t>(1 + i * 2),
                       [&s, &head] { head = member(s.refresh(head), "refresh_token"); });
    CHECK(member(s.refresh(first), "error") == "invalid_grant");
    CHECK(member(s.refresh(head), "error") == "invalid_grant");
}

TEST_CASE("Eight lost swaps are enough: 503, and the token is not used up", "[most_steps]") {
    const given::server s{policy::mcp()};
    const auto first = s.first_refresh_token();
    const auto key_of = [&] {
        const auto page =
            s.memory.list(record_kind::grant, std::string{issuer} + "#subject/alice", {}, 10);
        return page->records.front();
    };
    int interruptions = 0;
    for (std::size_t nth = 1; nth <= 8; ++nth)
        s.store.before(store_call::replace, nth,
                       [&] { // a write that changes nothing but the version
                           auto r = key_of();
                           const auto old = r.version;
                           r.version[0] = static_cast<std::uint8_t>(r.version[0] + 1);
                           if (s.memory.replace(r, old) == write_outcome::done) ++interruptions;
                       });
    check_unavailable(s.refresh(first));
    CHECK(interruptions == 8);
    CHECK(s.refresh(first).status == 200);
}

TEST_CASE("R1: an operation that took too long writes nothing", "[R1][I3]") {
    const given::server s{policy::mcp()};
    const auto first = s.first_refresh_token();
    const auto slow_by = [&](milliseconds delay) {
        s.store.before(store_call::load, 1, [&s, delay] { s.clock.advance(delay); });
        return s.refresh(first);
    };
    const auto writes = s.store.calls(store_call::replace);
    check_unavailable(slow_by(5001ms));
    CHECK(s.store.calls(store_call::replace) == writes);
    CHECK(slow_by(5000ms).status == 200);
}

TEST_CASE("R1: what arrived inside the window is judged by its arrival", "[R1][RT-06]") {
    const given::server s{policy::mcp()};
    const auto first = s.first_refresh_token();
    const auto second = member(s.refresh(first), "refresh_token");
    s.clock.advance(60s - 1ms);
    s.store.before(store_call::load, 1, [&s] { s.clock.advance(4s); });
    const auto answer = s.refresh(first);
    CHECK(answer.status == 200);
    CHECK(member(answer, "refresh_token") == second);
}

TEST_CASE("A record that nobody can read is the store's fault", "[MCP-ERR-07]") {
    const given::server s;
    const auto token = s.first_refresh_token();
    auto r = s.memory.list(record_kind::grant, std::string{issuer} + "#subject/alice", {}, 1)
                 ->records.front();
    const auto version = r.version;
    r.body = R"({"v":2})";
    REQUIRE(s.memory.replace(r, version) == write_outcome::done);
    check_unavailable(s.refresh(token));
}

TEST_CASE("A random source that dries up is 503, and uses nothing up", "[OA21-GEN-04]") {
    // A JWT needs one draw: its name, and the mark of the write. Sealing needs a second.
    const auto format = GENERATE(access_token_format::jwt, access_token_format::opaque);
    auto rules = policy::strict();
    rules.access_token.format = format;
    const given::server s{std::move(rules)};
    const auto token = s.first_refresh_token();
    const std::size_t draws = format == access_token_format::jwt ? 1 : 2;
    for (std::size_t drawn = 0; drawn < draws; ++drawn) {
        s.random.fail_after(drawn);
        check_unavailable(s.refresh(token));
        s.random.recover();
    }
    s.random.fail_after(draws);
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("A host may refuse a refresh before anything is used up", "[pain-22][OA21-REF-07][D27]") {
    auto c = config(policy::strict());
    std::optional<error> says;
    std::string seen;
    bool throws = false;
    c.may_refresh = [&](std::string_view subject, std::string_view client, std::string_view data) {
        if (throws) throw std::string{"an upstream is down"};
        seen = std::string{subject} + "|" + std::string{client} + "|" + std::string{data};
        return says;
    };
    const given::server s{std::move(c)};
    approval given_by_alice;
    given_by_alice.host_data = R"({"upstream":"token"})";
    const auto redirect = s.approve(s.consent(), given_by_alice);
    const auto token = member(s.redeem(*parameter(redirect, "code")), "refresh_token");
    says = error{error_code::invalid_grant, "the user was disabled"};
    CHECK(s.refresh(token).body ==
          R"({"error":"invalid_grant","error_description":"the user was disabled"})");
    CHECK(seen == R"(alice|app|{"upstream":"token"})");
    says = error{error_code::temporarily_unavailable, "the directory is down"};
    CHECK(s.refresh(token).header("Retry-After") == "1");
    throws = true;
    CHECK(s.refresh(token).status == 503);
    throws = false;
    says.reset();
    CHECK(s.refresh(token).status == 200);
}
