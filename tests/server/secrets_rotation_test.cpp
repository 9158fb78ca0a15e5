#include "given.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

constexpr const char* first_secret = "0123456789abcdef0123456789abcdef";
constexpr const char* second_secret = "fedcba9876543210fedcba9876543210";

struct aged {
    const char* octets;
    secret_role role;
};

/// One more server over the same store, clock and clients, with secrets of these ages.
authorization_server beside(const given::server& s, const std::vector<aged>& secrets,
                            policy rules = policy::mcp()) {
    auto c = config(std::move(rules));
    c.secrets.clear();
    for (const auto& each : secrets) c.secrets.push_back({secret{each.octets}, each.role});
    server_ports ports{s.store};
    ports.clock = &s.clock;
    ports.random = &s.random;
    ports.events = &s.events;
    return std::move(*authorization_server::make(std::move(c), ports));
}

http_response refresh_at(const authorization_server& as, const std::string& token) {
    return as.handle(
        post("/token",
             {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", "app"}}));
}

const std::vector<aged> phase_1{{first_secret, secret_role::current},
                                {second_secret, secret_role::next}};
const std::vector<aged> phase_2{{second_secret, secret_role::current},
                                {first_secret, secret_role::previous}};
const std::vector<aged> phase_3{{second_secret, secret_role::current}};

} // namespace

TEST_CASE("I10: a retry gets the same octets across a rotation of secrets, on every server",
          "[I10][RT-05]") {
    const given::server s;
    const auto old_server = beside(s, phase_1);
    const auto new_server = beside(s, phase_2);
    const auto token = s.first_refresh_token();
    const auto head = member(refresh_at(old_server, token), "refresh_token");
    CHECK(member(refresh_at(new_server, token), "refresh_token") == head);
    const auto next = member(refresh_at(new_server, head), "refresh_token");
    CHECK(next != head);
    CHECK(member(refresh_at(old_server, head), "refresh_token") == next);
    CHECK(member(refresh_at(old_server, token), "refresh_token") == next);
}

TEST_CASE("I10: a server that lacks the head's secret answers 503, never invalid_grant", "[I10]") {
    const given::server s;
    const auto token = s.first_refresh_token();
    const auto head = member(refresh_at(beside(s, phase_2), token), "refresh_token");
    const auto unaware = beside(s, {{first_secret, secret_role::current}});
    CHECK(refresh_at(unaware, token).status == 503); // a retry, whose answer it cannot mint
    CHECK(refresh_at(unaware, head).status == 400);  // a handle that it cannot read
    CHECK(refresh_at(beside(s, phase_2), head).status == 200);
}

TEST_CASE("Dropping a secret costs every token under it, and changes no record", "[I10]") {
    const given::server s;
    const auto token = s.first_refresh_token();
    const auto writes = s.store.calls(testing::store_call::replace);
    const auto answer = refresh_at(beside(s, phase_3), token);
    CHECK(answer.status == 400);
    CHECK(member(answer, "error") == "invalid_grant");
    CHECK(s.store.calls(testing::store_call::replace) == writes);
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("A code, a ticket and an access token outlive a rotation as well", "[I10]") {
    const given::server s;
    const auto view = s.consent();
    const auto code = s.code();
    const auto later = beside(s, phase_2);
    const auto decided = later.approve(view.ticket, "session-1");
    REQUIRE(std::holds_alternative<http_response>(decided));
    CHECK(later.handle(post("/token", given::server::redemption(code))).status == 200);
}

TEST_CASE("Another issuer's handles are nothing here, even under the same secret", "[ISS-04]") {
    const given::server s;
    auto c = config(policy::mcp());
    c.issuer = "https://other.example";
    server_ports ports{s.store};
    ports.clock = &s.clock;
    ports.random = &s.random;
    auto other = std::move(*authorization_server::make(std::move(c), ports));
    const auto token = s.first_refresh_token();
    CHECK(member(refresh_at(other, token), "error") == "invalid_grant");
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("A store belongs to the secrets whose check value it holds", "[secret_check]") {
    const given::server s;
    REQUIRE(s.as.check_store());
    CHECK(s.as.check_store());
    CHECK(beside(s, phase_1).check_store());
    CHECK(beside(s, phase_2).check_store()); // and now the store says the second one
    CHECK(beside(s, phase_1).check_store()); // rolled out server by server, in any order
    CHECK(beside(s, phase_2).check_store());
    CHECK(beside(s, phase_3).check_store());
    const auto foreign = s.as.check_store();
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error().member == "store");
    CHECK(foreign.error().problem.rfind("belongs to other server secrets: put those back that it "
                                        "was filled with, ",
                                        0) == 0);
}

TEST_CASE("After a leak the operator lets the store take the new secrets as its own",
          "[secret_check]") {
    const given::server s;
    REQUIRE(s.as.check_store());
    const auto fresh = beside(s, phase_3);
    CHECK_FALSE(fresh.check_store());
    CHECK(fresh.check_store(authorization_server::on_mismatch::adopt));
    CHECK(fresh.check_store());
    CHECK_FALSE(s.as.check_store());
}

TEST_CASE("A store that does not answer is no store to start with", "[secret_check][MCP-ERR-07]") {
    const given::server s;
    s.store.fail(testing::store_call::load, 1, testing::store_fault::unavailable);
    CHECK_FALSE(s.as.check_store());
    s.store.fail(testing::store_call::create, 1, testing::store_fault::unknown_written);
    CHECK(s.as.check_store()); // looked again, and found its own
    for (std::size_t i = 1; i <= 8; ++i)
        s.store.fail(testing::store_call::replace, i, testing::store_fault::unavailable);
    CHECK_FALSE(beside(s, phase_2).check_store());
}

TEST_CASE("Two servers that start at once agree on a store", "[secret_check]") {
    const given::server s;
    s.store.before(testing::store_call::create, 1, [&s] { REQUIRE(s.as.check_store()); });
    CHECK(s.as.check_store());
}
