#include "mcp_oauth/server/driver.hpp"
#include "registration.hpp"

using namespace given;

namespace {

/// Runs an operation against a store in which every swap is lost to somebody else. Returns: its
/// steps.
std::size_t steps_without_luck(const given::server& s, operation<http_response> op) {
    const auto ports = step_ports_of(s);
    std::size_t steps = 0;
    for (; !op.finished(); ++steps) {
        const bool swap = std::holds_alternative<replace_step>(op.next());
        op.resume(swap ? step_answer{replace_answer{write_outcome::conflict}}
                       : carry_out(op.next(), ports));
    }
    CHECK(std::move(op).result().status == 503);
    return steps;
}
operation<http_response> ask(const given::server& s, const char* path, const fields& body) {
    return s.as.begin(post(path, body));
}

} // namespace

TEST_CASE("An operation takes no more steps than it states, even when every swap is lost",
          "[most_steps]") {
    const given::server s;
    const auto id = registered_id(s, refreshing_registration);
    const auto code = s.code({{"client_id", id}});
    const auto redeeming = steps_without_luck(
        s, ask(s, "/token", given::server::redemption(code, {{"client_id", id}})));
    CHECK(redeeming > 16);
    CHECK(redeeming <= most_steps);
    const auto token = member(s.redeem(code, {{"client_id", id}}), "refresh_token");
    const fields refresh{
        {"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", id}};
    const auto refreshing = steps_without_luck(s, ask(s, "/token", refresh));
    CHECK(refreshing > 16);
    CHECK(refreshing <= most_steps);
}

TEST_CASE("A revocation is not given up for a lost swap, and still ends", "[most_steps][R6]") {
    const given::server s{policy::strict()};
    const auto first = s.first_refresh_token();
    REQUIRE(s.refresh(first).status == 200);
    const auto replayed = steps_without_luck(
        s, ask(s, "/token",
               {{"grant_type", "refresh_token"}, {"refresh_token", first}, {"client_id", "app"}}));
    CHECK(replayed > 100);
    CHECK(replayed <= most_revocation_steps);
    const auto revoking =
        steps_without_luck(s, ask(s, "/revoke", {{"token", first}, {"client_id", "app"}}));
    CHECK(revoking > 100);
    CHECK(revoking <= most_revocation_steps);
}
