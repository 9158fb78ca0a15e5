// The authorization endpoint as operations without I/O: a host with an event loop, one with clients
// of its own, and one that gives up half-way.

#include "mcp_oauth/server/driver.hpp"
#include "outcomes.hpp"

using namespace given;

namespace {

/// Drives `op` with answers to the wrong question: the host's fault, which counts as no answer.
template <class Result> Result mistaken(operation<Result> op) {
    std::size_t steps = 0;
    while (!op.finished()) {
        REQUIRE(++steps <= most_steps);
        const bool writes = std::holds_alternative<create_step>(op.next());
        if (writes)
            op.resume(step_answer{load_answer{std::optional<record>{}}});
        else
            op.resume(step_answer{erase_answer{write_outcome::done}});
    }
    return std::move(op).result();
}

class own_clients final : public client_registry {
public:
    expected<std::optional<client>, unavailable> find(std::string_view id) override {
        ++asked;
        if (id == "broken") throw 1;
        if (id == "away") return unexpected<unavailable>{unavailable{}};
        if (id != "theirs" && id != "THEIRS") return std::optional<client>{};
        client c = web_client();
        c.client_id = "theirs";
        return std::optional<client>{c};
    }
    int asked = 0;
};

} // namespace

TEST_CASE("A step that is answered with another step's answer counts as unanswered",
          "[MCP-ERR-07][OPERATION]") {
    const server s;
    check_page(mistaken(s.as.begin_authorize(
                   get("/authorize?" + encode(server::request({{"client_id", "client_x"}}))))),
               503, error_code::temporarily_unavailable);
    const auto view = s.consent();
    const auto try_again = error_location("temporarily_unavailable", "try again in a moment");
    CHECK(location(the_redirect(mistaken(s.as.begin_approve(view.ticket, "session-1")))) ==
          try_again);
    CHECK(location(the_redirect(mistaken(s.as.begin_deny(view.ticket, "session-1")))) == try_again);
    CHECK(s.store.calls() == 0);
    CHECK(s.approve(view).status == 303);
}

TEST_CASE(
    "An operation that is abandoned leaves nothing behind, and its ticket is as good as before",
    "[OPERATION]") {
    const server s;
    const auto view = s.consent();
    for (int i = 0; i < 3; ++i) {
        const auto abandoned = s.as.begin_approve(view.ticket, "session-1");
        CHECK_FALSE(abandoned.finished());
        CHECK(std::holds_alternative<create_step>(abandoned.next()));
    }
    CHECK(records(s, record_kind::grant, owned_by_alice).empty());
    CHECK(s.approve(view).status == 303);
}

TEST_CASE("An operation owns its request and its ticket", "[OPERATION]") {
    const server s;
    auto text = std::make_unique<std::string>(s.consent().ticket);
    auto session = std::make_unique<std::string>("session-1");
    auto op = s.as.begin_approve(*text, *session);
    text.reset();
    session.reset();
    const auto redirect = the_redirect(run(std::move(op), {&s.store, nullptr, {}}));
    CHECK(parameter(redirect, "code").has_value());
}

TEST_CASE(
    "A host's own client registry is asked instead of the store, and its outages are no verdict",
    "[pain-18][MCP-ERR-07][OA21-AUTHZ-08]") {
    memory_store store;
    own_clients clients;
    server_ports ports{store};
    ports.clients = &clients;
    const auto made = authorization_server::make(config(policy::mcp()), ports);
    REQUIRE(made.has_value());
    const auto ask = [&](const char* id) {
        return made->authorize(get(
            "/authorize?" + encode(server::request(
                                {{"client_id", id}, {"redirect_uri", "https://c.example/cb"}}))));
    };
    the_interaction(ask("theirs"));
    check_page(ask("unknown"), 400, error_code::invalid_client);
    check_page(ask("away"), 503, error_code::temporarily_unavailable);
    check_page(ask("broken"), 503, error_code::temporarily_unavailable);
    CHECK(clients.asked == 4);
    check_page(ask("THEIRS"), 400,
               error_code::invalid_client); // found by a table that ignores case
    CHECK(clients.asked == 5);
    check_page(ask("app"), 400, error_code::invalid_request); // configured; another redirect
    CHECK(clients.asked == 5);
}
