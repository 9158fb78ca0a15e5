// Flips of the options that tokens, their lives and the gate obey.

#include "mcp_oauth/server/resource_server.hpp"
#include "policy_flips.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

const fields service{{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}};

http_response as_service(const server& s, const fields& body) {
    auto request = post("/token", changed(body, {{"client_id", ""}}));
    request.headers.push_back({"Authorization", "Basic c2VydmljZTpzM2NyZXQ="});
    return s.as.handle(request);
}
http_response first_tokens(const server& s) { return s.redeem(s.code()); }
resource_server gate_of(const server& s) {
    resource_server_ports ports;
    ports.store = &s.store;
    ports.clock = &s.clock;
    ports.random = &s.random;
    auto made = resource_server::beside(s.as, {resource_config{resource, {}, {}, {}, {}}}, ports);
    REQUIRE(made.has_value());
    return std::move(*made);
}
bool admits(const resource_server& gate, const std::string& token) {
    auto request = post("/mcp", {});
    request.headers.push_back({"Authorization", "Bearer " + token});
    return std::holds_alternative<principal>(gate.admit(request));
}

} // namespace

void flips::code_lifetime() {
    const server s{with([](policy& p) { p.code.lifetime = 10s; })};
    const server usual;
    const auto wait_and_redeem = [](const server& at, milliseconds time) {
        const auto code = at.code();
        at.clock.advance(time);
        return at.redeem(code).status;
    };
    CHECK(wait_and_redeem(s, 9999ms) == 200);
    CHECK(wait_and_redeem(s, 10s) == 400);
    CHECK(wait_and_redeem(usual, 10s) == 200);
}

void flips::access_token_format() {
    const server opaque{
        with([](policy& p) { p.access_token.format = access_token_format::opaque; })};
    const server usual;
    const auto dots = [](const server& s) {
        const auto token = member(first_tokens(s), "access_token");
        CHECK(admits(gate_of(s), token));
        return std::count(token.begin(), token.end(), '.');
    };
    CHECK(dots(usual) == 2);
    CHECK(dots(opaque) == 0);
}

void flips::access_token_lifetime() {
    const server s{with([](policy& p) { p.access_token.lifetime = 30s; })};
    CHECK(first_tokens(s).body.find("\"expires_in\":30,") != std::string::npos);
    CHECK(first_tokens(server{}).body.find("\"expires_in\":600,") != std::string::npos);
}

void flips::refresh_issue() {
    const auto issued = [](refresh_issuance issue, const char* scope) {
        const server s{with([&](policy& p) { p.refresh.issue = issue; })};
        return !member(s.redeem(s.code({{"scope", scope}})), "refresh_token").empty();
    };
    CHECK(issued(refresh_issuance::when_registered, "mcp"));
    CHECK_FALSE(issued(refresh_issuance::never, "mcp offline_access"));
    CHECK_FALSE(issued(refresh_issuance::when_offline_access, "mcp"));
    CHECK(issued(refresh_issuance::when_offline_access, "mcp offline_access"));
}

void flips::refresh_idle() {
    const auto after = [](milliseconds idle) {
        const server s{with([](policy& p) { p.refresh.idle = 100s; })};
        const auto token = s.first_refresh_token();
        s.clock.advance(idle);
        return s.refresh(token).status;
    };
    CHECK(after(100s - 1ms) == 200);
    CHECK(after(100s) == 400);
}

void flips::refresh_absolute() {
    const server s{with([](policy& p) {
        p.refresh.idle = 100s;
        p.refresh.absolute = 150s;
    })};
    auto tokens = s.redeem(s.code());
    CHECK(tokens.body.find("\"expires_in\":150,") != std::string::npos);
    s.clock.advance(90s);
    tokens = s.refresh(member(tokens, "refresh_token"));
    CHECK(tokens.status == 200);
    s.clock.advance(60s);
    CHECK(s.refresh(member(tokens, "refresh_token")).status == 400);
}

void flips::refresh_retry_window() {
    const auto retried = [](milliseconds window) {
        const server s{with([&](policy& p) { p.refresh.retry_window = window; })};
        const auto first = s.first_refresh_token();
        CHECK(s.refresh(first).status == 200);
        return s.refresh(first).status;
    };
    CHECK(retried(60s) == 200);
    CHECK(retried(0ms) == 400);
}

void flips::refresh_retry_depth() {
    const auto rotates_twice = [](std::size_t depth) {
        const server s{with([&](policy& p) { p.refresh.retry_depth = depth; })};
        const auto second = member(s.refresh(s.first_refresh_token()), "refresh_token");
        return member(s.refresh(second), "refresh_token") != second;
    };
    CHECK(rotates_twice(2));
    CHECK_FALSE(rotates_twice(1));
}

void flips::refresh_confidential() {
    const auto rotates = [](confidential_rotation rotation) {
        const server s{with([&](policy& p) { p.refresh.confidential = rotation; })};
        const auto tokens = as_service(
            s, server::redemption(s.code(service), {{"redirect_uri", service[1].second}}));
        REQUIRE(tokens.status == 200);
        const auto first = member(tokens, "refresh_token");
        const auto next =
            as_service(s, {{"grant_type", "refresh_token"}, {"refresh_token", first}});
        CHECK(next.status == 200);
        return member(next, "refresh_token") != first;
    };
    CHECK(rotates(confidential_rotation::rotate));
    CHECK_FALSE(rotates(confidential_rotation::keep));
}

void flips::gate_revocation() {
    const auto admitted = [](mcp_oauth::gate_revocation when) {
        const server s{with([&](policy& p) { p.gate.revocation = when; })};
        const auto tokens = first_tokens(s);
        const auto gate = gate_of(s);
        CHECK(admits(gate, member(tokens, "access_token")));
        CHECK(s.revoke(member(tokens, "refresh_token")).status == 200);
        return admits(gate, member(tokens, "access_token"));
    };
    CHECK(admitted(mcp_oauth::gate_revocation::at_expiry));
    CHECK_FALSE(admitted(mcp_oauth::gate_revocation::at_once));
}

void flips::gate_leeway() {
    const auto admitted = [](seconds leeway, milliseconds late) {
        const server s{with([&](policy& p) { p.gate.leeway = leeway; })};
        const auto token = member(first_tokens(s), "access_token");
        s.clock.advance(600s + late);
        return admits(gate_of(s), token);
    };
    CHECK_FALSE(admitted(0s, 0ms));
    CHECK(admitted(10s, 10s - 1ms));
    CHECK_FALSE(admitted(10s, 10s));
}

void flips::operation_limit() {
    const auto redeemed = [](milliseconds limit) {
        const server s{with([&](policy& p) { p.operation_limit = limit; })};
        const auto code = s.code();
        s.store.before(testing::store_call::load, 1, [&] { s.clock.advance(2000ms); });
        return s.redeem(code).status;
    };
    CHECK(redeemed(5000ms) == 200);
    CHECK(redeemed(2000ms) == 200);
    CHECK(redeemed(1999ms) == 503);
}

void flips::min_epoch() {
    const server s;
    const auto token = s.first_refresh_token();
    server_ports ports{s.store};
    ports.clock = &s.clock;
    ports.random = &s.random;
    const auto restored = [&](std::uint32_t epoch) {
        auto made = authorization_server::make(
            config(with([&](policy& p) { p.min_epoch = epoch; })), ports);
        REQUIRE(made.has_value());
        return made
            ->handle(post(
                "/token",
                {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", "app"}}))
            .status;
    };
    CHECK(restored(0) == 200);
    CHECK(restored(1) == 400);
}
