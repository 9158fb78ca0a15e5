// Tickets: what the host's pages carry through the user agent. Sealed, bound, short, and good for a
//          while.

#include "outcomes.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

authorization_server_config other_issuer() {
    auto c = config(policy::mcp());
    c.issuer = "https://other-as.example";
    return c;
}
std::string login_ticket(const server& s, const fields& with = {}) {
    return the_interaction(s.authorize(with)).ticket;
}
void check_refused_everywhere(const server& s, std::string_view ticket) {
    check_spent(s.as.authenticated(ticket, s.alice()));
    check_spent(s.as.approve(ticket, "session-1"));
    check_spent(s.as.deny(ticket, "session-1"));
}

/// Everything at its limit: 128 scopes, 64 resources, and clients with the longest names and
/// redirects.
authorization_server_config at_every_limit() {
    auto c = config(policy::mcp());
    c.scopes_supported.clear();
    c.resources.clear();
    for (int i = 0; i < 128; ++i) c.scopes_supported.push_back("scope-" + std::to_string(i));
    for (int i = 0; i < 64; ++i)
        c.resources.push_back("https://as.example/" + std::to_string(i) + std::string(500, 'r'));
    c.default_scopes = c.scopes_supported;
    client longest;
    longest.client_id = std::string(200, 'c');
    longest.redirect_uris = {"https://c.example/" + std::string(366, 'p')};
    c.clients = {longest};
    c.policy.scope.hierarchy.clear();
    return c;
}
std::string request_at_every_limit(const authorization_server_config& c) {
    std::string query = encode(server::request({{"client_id", c.clients[0].client_id},
                                                {"redirect_uri", c.clients[0].redirect_uris[0]},
                                                {"state", std::string(2048, 's')},
                                                {"scope", ""},
                                                {"max_age", "999999999"},
                                                {"dpop_jkt", std::string(43, 'A')},
                                                {"prompt", "login consent"},
                                                {"resource", ""}}));
    for (const auto& each : c.resources) query += "&" + encode({{"resource", each}});
    return query;
}
login longest_login(const server& s) {
    auto who = s.alice();
    who.subject = std::string(128, 'u');
    who.acr = std::string(64, 'a');
    for (int i = 0; i < 14; ++i) who.amr.emplace_back("am");
    return who;
}

} // namespace

TEST_CASE("A ticket fits into 4096 octets with everything at its limit at once",
          "[OA21-AUTHZ-20][TICKET]") {
    auto c = at_every_limit();
    c.policy.limits.query = 64 * 1024;
    c.policy.limits.parameters = 128;
    REQUIRE(c.clients[0].redirect_uris[0].size() == 384);
    const auto query = request_at_every_limit(c);
    const auto scopes = c.scopes_supported;
    const auto resources = c.resources;
    const auto redirect_uri = c.clients[0].redirect_uris[0];
    const server s{std::move(c)};
    const auto begun = the_interaction(s.as.authorize(get("/authorize?" + query)));
    CHECK(begun.ticket.size() <= 4096);
    const auto view = the_view(s.as.authenticated(begun.ticket, longest_login(s)));
    CHECK(view.ticket.size() <= 4096);
    CHECK(view.ticket.size() > 3600); // or the limits could be wider
    CHECK(view.resources == resources);
    CHECK(std::vector<std::string>{view.scopes.begin(), view.scopes.end()} == scopes);
    const auto redirect = the_redirect(s.as.approve(view.ticket, "session-1"));
    CHECK(location(redirect).rfind(redirect_uri + "?code=", 0) == 0);
    CHECK(parameter(redirect, "state") == std::string(2048, 's'));
}

TEST_CASE("A postponed error fits into a ticket beside the longest state", "[TICKET]") {
    const server s{at_every_limit()};
    const auto c = at_every_limit();
    const auto begun = the_interaction(s.as.authorize(
        get("/authorize?" + encode(server::request({{"client_id", c.clients[0].client_id},
                                                    {"redirect_uri", c.clients[0].redirect_uris[0]},
                                                    {"state", std::string(2048, 's')},
                                                    {"code_challenge", ""},
                                                    {"resource", ""},
                                                    {"scope", ""}})))));
    CHECK(begun.ticket.size() <= 4096);
    const auto redirect = the_redirect(s.as.authenticated(begun.ticket, longest_login(s)));
    CHECK(parameter(redirect, "error") == "invalid_request");
    CHECK(parameter(redirect, "state") == std::string(2048, 's'));
}

TEST_CASE("One past a ticket's limit is refused where it comes in", "[TICKET][OA21-GEN-08]") {
    const auto fault = [](auto change) {
        auto c = at_every_limit();
        change(c);
        return fault_of(std::move(c));
    };
    CHECK(fault([](auto&) {}).empty());
    const auto client = "clients: \"" + std::string(200, 'c');
    CHECK(fault([](auto& c) {
              c.clients[0].redirect_uris[0] += 'x';
          }).rfind(client + "\": its redirect URI ", 0) == 0);
    CHECK(fault([](auto& c) { c.clients[0].client_id += 'x'; }) ==
          client + "...\": the client_id is empty or too long");
    CHECK(fault([](auto& c) { c.scopes_supported.emplace_back("one-more"); }) ==
          "scopes_supported: are more than 128, or 4096 octets in all");
    CHECK(fault([](auto& c) { c.resources.emplace_back("https://as.example/one-more"); }) ==
          "resources: are more than 64");
}

TEST_CASE("A policy whose tickets could not be carried is refused at start-up", "[TICKET]") {
    const auto fault = [](std::size_t state, std::size_t client_id, std::size_t redirect_uri) {
        return fault_of(config_but([&](auto& c) {
            c.policy.limits.state = state;
            c.policy.limits.client_id = client_id;
            c.policy.limits.redirect_uri = redirect_uri;
        }));
    };
    const auto no = [](std::size_t state, std::size_t client_id, std::size_t redirect_uri) {
        return "policy.limits.state: " + std::to_string(state) +
               ": must be at most 2632 together with limits.redirect_uri, which is " +
               std::to_string(redirect_uri) + ", and limits.client_id, which is " +
               std::to_string(client_id);
    };
    CHECK(fault(2048, 200, 384).empty());
    CHECK(fault(2049, 200, 384) == no(2049, 200, 384));
    CHECK(fault(2049, 199, 384).empty()); // what one takes another gives
    CHECK(fault(1, 1, std::size_t(-1)) == no(1, 1, std::size_t(-1)));
    CHECK(fault(std::size_t(-1), 1, 1) == no(std::size_t(-1), 1, 1));
    CHECK(fault(1, std::size_t(-1), 1) == no(1, std::size_t(-1), 1));
}

TEST_CASE("A ticket that was changed anywhere is no ticket",
          "[BCP-01][ATK-AZ-06][ATK-AZ-07][TICKET]") {
    const server s;
    const auto ticket = login_ticket(s);
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t i = 0; i < ticket.size(); ++i) {
        auto changed = ticket;
        changed[i] = alphabet[(alphabet.find(changed[i]) + 1) % alphabet.size()];
        const auto outcome = s.as.authenticated(changed, s.alice());
        if (!std::holds_alternative<error_page>(outcome)) FAIL("octet " << i << " is not sealed");
    }
    for (const std::string& none :
         {std::string{}, ticket.substr(1), ticket.substr(0, ticket.size() - 1), ticket + "A",
          ticket + "=", ticket + ticket, std::string(4097, 'A'), std::string{"\0", 1},
          std::string{"%"}, std::string(1'000'000, 'A')})
        check_refused_everywhere(s, none);
    the_view(s.as.authenticated(ticket, s.alice()));
}

TEST_CASE("A ticket of another issuer, or under other secrets, is no ticket",
          "[ISS-04][TICKET][ATK-AZ-06]") {
    const server s;
    const server other{other_issuer()};
    check_refused_everywhere(other, login_ticket(s));
    check_refused_everywhere(other, s.consent().ticket);

    const auto rotate = [](auto& c) {
        c.secrets[0].role = secret_role::previous;
        c.secrets.push_back({secret{"another secret of 32 octets or so"}, secret_role::current});
    };
    const server rotated{config_but(rotate)};
    the_view(rotated.as.authenticated(login_ticket(s), rotated.alice()));
    const server dropped{config_but([&](auto& c) {
        rotate(c);
        c.secrets.erase(c.secrets.begin());
    })};
    check_refused_everywhere(dropped, login_ticket(s));
}

TEST_CASE("A ticket of one kind is no ticket of the other", "[ATK-AZ-06][ATK-AZ-07][TICKET]") {
    const server s;
    const auto login = login_ticket(s);
    check_spent(s.as.approve(login, "session-1"));
    check_spent(s.as.deny(login, "session-1"));
    const auto consent = s.consent().ticket;
    check_spent(s.as.authenticated(consent, s.alice()));
    const auto code = s.code();
    check_refused_everywhere(s, code);
    CHECK(records(s, record_kind::grant, owned_by_alice).size() == 1);
}

TEST_CASE("A ticket lives as long as its page may stay open, and not a millisecond longer",
          "[TICKET]") {
    auto rules = policy::mcp();
    rules.consent.page_lifetime = 10s;
    const server s{rules};
    const auto first = login_ticket(s);
    s.clock.advance(9999ms);
    const auto view = the_view(s.as.authenticated(first, s.alice()));
    s.clock.advance(1ms);
    check_spent(s.as.authenticated(first, s.alice()));
    // The second ticket's time begins with its own page.
    s.clock.advance(9998ms);
    CHECK(s.approve(view).status == 303);
    s.clock.advance(1ms);
    check_spent(s.as.approve(view.ticket, "session-1"));
    check_spent(s.as.deny(view.ticket, "session-1"));
}

TEST_CASE("A ticket does not survive a change of the lists that it points into", "[TICKET]") {
    const server s;
    const auto ticket = login_ticket(s);
    const server same;
    the_view(same.as.authenticated(ticket, same.alice()));
    const auto check_changed = [&](auto change) {
        const server changed{config_but(change)};
        check_refused_everywhere(changed, ticket);
    };
    check_changed([](auto& c) { c.scopes_supported.emplace_back("more"); });
    check_changed([](auto& c) { std::swap(c.scopes_supported[0], c.scopes_supported[1]); });
    check_changed([](auto& c) { c.resources.emplace_back("https://third.example"); });
    check_changed([](auto& c) { std::swap(c.resources[0], c.resources[1]); });
}
