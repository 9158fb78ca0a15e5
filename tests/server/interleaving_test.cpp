#include <functional>
#include <set>

#include "given.hpp"
#include "mcp_oauth/server/driver.hpp"

using namespace given;

namespace {

using operation_of_http = operation<http_response>;

/// Carries out steps one at a time, as an event loop would: on one thread, whenever it likes.
class loop {
public:
    explicit loop(const given::server& s) : s_(s) {}
    void advance(operation_of_http& op) { op.resume(carry_out(op.next(), step_ports_of(s_))); }
    http_response finish(operation_of_http op) {
        while (!op.finished()) advance(op);
        return std::move(op).result();
    }

private:
    const given::server& s_;
};

using begin_function = std::function<operation_of_http(const given::server&)>;

/// Steps of the first operation where `order` has a set bit, of the second otherwise.
std::pair<http_response, http_response> interleave(const given::server& s, operation_of_http a,
                                                   operation_of_http b, unsigned order) {
    loop host{s};
    for (; !a.finished() || !b.finished(); order >>= 1U) {
        const bool first = (order & 1U) != 0;
        if ((first && !a.finished()) || b.finished())
            host.advance(a);
        else
            host.advance(b);
    }
    return {std::move(a).result(), std::move(b).result()};
}

operation_of_http refreshing(const given::server& s, const std::string& token) {
    return s.as.begin(
        post("/token",
             {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", "app"}}));
}
operation_of_http redeeming(const given::server& s, const std::string& code) {
    return s.as.begin(post("/token", given::server::redemption(code)));
}
operation_of_http revoking(const given::server& s, const std::string& token) {
    return s.as.begin(post("/revoke", {{"token", token}, {"client_id", "app"}}));
}

constexpr unsigned orders = 1U << 8U; // every order of the first eight steps

} // namespace

TEST_CASE("Two refreshes in every order of their steps converge on one head",
          "[interleaving][RT-05][D3]") {
    for (unsigned order = 0; order < orders; ++order) {
        const given::server s{policy::mcp()};
        const auto token = s.first_refresh_token();
        const auto [a, b] = interleave(s, refreshing(s, token), refreshing(s, token), order);
        REQUIRE(a.status == 200);
        REQUIRE(b.status == 200);
        REQUIRE(member(a, "refresh_token") == member(b, "refresh_token"));
        REQUIRE(s.refresh(member(a, "refresh_token")).status == 200);
    }
}

TEST_CASE("Two strict refreshes in every order: one success, and then nothing works",
          "[interleaving][RT-04][I2][pain-3][D4]") {
    for (unsigned order = 0; order < orders; ++order) {
        const given::server s{policy::strict()};
        const auto token = s.first_refresh_token();
        const auto [a, b] = interleave(s, refreshing(s, token), refreshing(s, token), order);
        REQUIRE((a.status == 200) != (b.status == 200));
        const auto& won = a.status == 200 ? a : b;
        REQUIRE(s.refresh(member(won, "refresh_token")).status == 400);
    }
}

TEST_CASE("A refresh and a revocation in every order: afterwards nothing works",
          "[interleaving][RT-20][I5]") {
    for (unsigned order = 0; order < orders; ++order) {
        const given::server s{policy::mcp()};
        const auto token = s.first_refresh_token();
        const auto [refreshed, revoked] =
            interleave(s, refreshing(s, token), revoking(s, token), order);
        REQUIRE(revoked.status == 200);
        REQUIRE(s.refresh(token).status == 400);
        if (refreshed.status == 200)
            REQUIRE(s.refresh(member(refreshed, "refresh_token")).status == 400);
    }
}

TEST_CASE("Two redemptions in every order: one success, and the grant is dead",
          "[interleaving][OA21-CODE-04][OA21-CODE-05]") {
    for (unsigned order = 0; order < orders; ++order) {
        const given::server s{policy::mcp()};
        const auto code = s.code();
        const auto [a, b] = interleave(s, redeeming(s, code), redeeming(s, code), order);
        REQUIRE((a.status == 200) != (b.status == 200));
        const auto& won = a.status == 200 ? a : b;
        REQUIRE(s.refresh(member(won, "refresh_token")).status == 400);
    }
}

TEST_CASE("An operation abandoned at any step leaves the store consistent",
          "[interleaving][abandoned][D4]") {
    for (std::size_t steps = 0; steps <= 4; ++steps) {
        const given::server s{policy::mcp()};
        const auto code = s.code();
        const auto token = s.first_refresh_token();
        for (auto begin :
             {begin_function{[&](const given::server& as) { return redeeming(as, code); }},
              begin_function{[&](const given::server& as) { return refreshing(as, token); }}}) {
            auto op = begin(s);
            loop host{s};
            for (std::size_t i = 0; i < steps && !op.finished(); ++i) host.advance(op);
        } // destroyed here, wherever it stood
        const auto again = s.refresh(token);
        REQUIRE(again.status == 200);
        REQUIRE(s.refresh(member(again, "refresh_token")).status == 200);
        const auto redeemed = s.redeem(code);
        REQUIRE((redeemed.status == 200 || member(redeemed, "error") == "invalid_grant"));
    }
}

TEST_CASE("An answer of another kind than the step counts as no answer", "[abandoned]") {
    const given::server s{policy::mcp()};
    const auto token = s.first_refresh_token();
    auto op = refreshing(s, token);
    op.resume(replace_answer{write_outcome::done});
    REQUIRE(op.finished());
    CHECK(std::move(op).result().status == 503);
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("A signer that fails uses nothing up", "[OA21-CODE-12]") {
    const given::server s{policy::strict()};
    const auto token = s.first_refresh_token();
    auto op = refreshing(s, token);
    loop host{s};
    while (!std::holds_alternative<sign_step>(op.next())) host.advance(op);
    op.resume(sign_answer{unexpected<unavailable>{unavailable{}}});
    REQUIRE(op.finished());
    CHECK(std::move(op).result().status == 503);
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("An operation owns its request and can be moved", "[abandoned]") {
    const given::server s{policy::mcp()};
    auto op = std::make_unique<operation_of_http>(refreshing(s, s.first_refresh_token()));
    loop host{s};
    host.advance(*op);
    operation_of_http moved = std::move(*op);
    op.reset();
    CHECK(host.finish(std::move(moved)).status == 200);
}
