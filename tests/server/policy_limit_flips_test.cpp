// Flips of the limits: each one at the limit, and one past it.

#include "policy_flips.hpp"

using namespace given;

namespace {

/// Whether the usual request, changed, is found acceptable.
bool accepted(const server& s, const fields& changes) {
    const auto outcome = s.authorize(changes);
    if (!std::holds_alternative<interaction>(outcome)) return false;
    return std::holds_alternative<consent_view>(
        s.as.authenticated(std::get<interaction>(outcome).ticket, s.alice()));
}
int status(const server& s, const std::string& document) { return registered(s, document).status; }

} // namespace

void flips::limits_body() {
    const auto body = encode({{"grant_type", "x"}});
    const server fits{with([&](policy& p) { p.limits.body = body.size(); })};
    const server tight{with([&](policy& p) { p.limits.body = body.size() - 1; })};
    CHECK(fits.token({{"grant_type", "x"}}).status == 400);
    CHECK(tight.token({{"grant_type", "x"}}).status == 413);
}

void flips::limits_query() {
    const auto size = encode(server::request()).size();
    CHECK(accepted(server{with([&](policy& p) { p.limits.query = size; })}, {}));
    CHECK_FALSE(accepted(server{with([&](policy& p) { p.limits.query = size - 1; })}, {}));
}

void flips::limits_header() {
    auto request = get("/.well-known/jwks.json");
    request.headers = {{"Accept", "application/json"}};
    CHECK(server{with([](policy& p) { p.limits.header = 22; })}.as.handle(request).status == 200);
    CHECK(server{with([](policy& p) { p.limits.header = 21; })}.as.handle(request).status == 431);
}

void flips::limits_parameters() {
    const auto count = server::request().size();
    CHECK(accepted(server{with([&](policy& p) { p.limits.parameters = count; })}, {}));
    CHECK_FALSE(accepted(server{with([&](policy& p) { p.limits.parameters = count - 1; })}, {}));
}

void flips::limits_value() {
    const server s{with([](policy& p) { p.limits.value = 100; })};
    CHECK(accepted(s, {{"x", std::string(100, 'x')}}));
    CHECK_FALSE(accepted(s, {{"x", std::string(101, 'x')}}));
}

void flips::limits_state() {
    const server s{with([](policy& p) { p.limits.state = 100; })};
    CHECK(accepted(s, {{"state", std::string(100, 'x')}}));
    CHECK(location(s.postponed({{"state", std::string(101, 'x')}})) ==
          error_location("invalid_request", "state is too long", ""));
}

void flips::limits_client_id() {
    client longer = web_client();
    longer.client_id = std::string(10, 'x');
    const auto fault = [&](std::size_t limit) {
        return fault_of(config_with(longer, with([&](policy& p) { p.limits.client_id = limit; })));
    };
    CHECK(fault(10).empty());
    CHECK(fault(9) == "clients: \"xxxxxxxxxx\": the client_id is empty or too long");
    const server s{with([](policy& p) { p.limits.client_id = 10; })};
    s.authorize({{"client_id", std::string(11, 'x')}});
    CHECK(s.store.calls() == 0);
    s.authorize({{"client_id", std::string(10, 'x')}});
    CHECK(s.store.calls() == 1);
}

void flips::limits_redirect_uri() {
    const std::size_t size =
        plain_registration.find("callback") + 8 - plain_registration.find("http://");
    const server fits{config_with(web_client("http://[::1]/"),
                                  with([&](policy& p) { p.limits.redirect_uri = size; }))};
    CHECK(status(fits, plain_registration) == 201);
    auto c = config(with([&](policy& p) { p.limits.redirect_uri = size - 1; }));
    c.clients.clear();
    const server tight{std::move(c)};
    CHECK(status(tight, plain_registration) == 400);
}

void flips::limits_redirect_uris() {
    const std::string two = R"({"redirect_uris":["https://c.example/1","https://c.example/2"]})";
    CHECK(status(server{with([](policy& p) { p.limits.redirect_uris = 2; })}, two) == 201);
    CHECK(status(server{with([](policy& p) { p.limits.redirect_uris = 1; })}, two) == 400);
}

void flips::limits_display_string() {
    const std::string named = R"({"redirect_uris":["https://c.example/1"],"client_name":"12345"})";
    CHECK(status(server{with([](policy& p) { p.limits.display_string = 5; })}, named) == 201);
    CHECK(status(server{with([](policy& p) { p.limits.display_string = 4; })}, named) == 400);
}

void flips::limits_json_depth() {
    CHECK(status(server{with([](policy& p) { p.limits.json_depth = 2; })}, plain_registration) ==
          201);
    CHECK(status(server{with([](policy& p) { p.limits.json_depth = 1; })}, plain_registration) ==
          400);
}

void flips::limits_host_data() {
    const auto approved = [](std::size_t limit) {
        const server s{with([&](policy& p) { p.limits.host_data = limit; })};
        approval given;
        given.host_data = R"({"a":1})";
        return std::holds_alternative<http_response>(
            s.as.approve(s.consent().ticket, "session-1", given));
    };
    CHECK(approved(7));
    CHECK_FALSE(approved(6));
}
