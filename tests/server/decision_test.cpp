// The user answered: one ticket, one grant, one answer, whoever presses the button how often.

#include "outcomes.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

const std::string denied = error_location("access_denied", "the user denied the request");

std::vector<record> grants(const server& s) {
    return records(s, record_kind::grant, owned_by_alice);
}
approval granting(scope_set scopes) {
    approval given;
    given.granted = std::move(scopes);
    return given;
}
approval with_data(std::string data) {
    approval given;
    given.host_data = std::move(data);
    return given;
}

} // namespace

TEST_CASE("OAuth 2.1 §4.1.2: an approval is a 303 with code, state and iss, in whole",
          "[OA21-AUTHZ-20][OA21-GEN-03][ATK-AZ-09][ISS-01][ISS-02][MCP-ISS-02][OA21-CODE-03]"
          "[MCP-AZR-16][ATK-AZ-01]") {
    const server s;
    const auto redirect = s.approve(s.consent());
    const auto code = parameter(redirect, "code").value_or("");
    CHECK(redirect.status == 303);
    CHECK(redirect.headers ==
          headers{{"Location", std::string{callback} + "?" +
                                   encode({{"code", code}, {"state", "xyz"}, {"iss", issuer}})},
                  {"Cache-Control", "no-store"},
                  {"Pragma", "no-cache"},
                  {"Referrer-Policy", "no-referrer"},
                  {"Content-Length", "0"}});
    CHECK(redirect.body.empty());
    CHECK(code.find(challenge) == std::string::npos);
    CHECK(grants(s).size() == 1);
    CHECK(grants(s)[0].body.find(code) == std::string::npos); // OA21-GEN-05
    CHECK(s.events.count(event_kind::approved) == 1);
    const auto e = s.events.all().back();
    CHECK(e.client_id == "app");
    CHECK(e.subject == "alice");
}

TEST_CASE("OAuth 2.1 §4.1.2.1: a denial travels back, and leaves a dead grant",
          "[OA21-AUTHZ-16][ATK-AZ-01][ISS-01]") {
    const server s;
    const auto view = s.consent();
    CHECK(location(the_redirect(s.as.deny(view.ticket, "session-1"))) == denied);
    CHECK(location(the_redirect(s.as.deny(view.ticket, "session-1"))) == denied);
    REQUIRE(grants(s).size() == 1);
    CHECK(grants(s)[0].body.find("\"denied\"") != std::string::npos);
    CHECK(s.events.count(event_kind::denied) >= 1);
    CHECK(s.events.count(event_kind::approved) == 0);
}

TEST_CASE("The first answer stands: deny then approve, approve then deny", "[ATK-AZ-07]") {
    const server s;
    const auto one = s.consent();
    CHECK(location(the_redirect(s.as.deny(one.ticket, "session-1"))) == denied);
    check_spent(s.as.approve(one.ticket, "session-1"));
    const auto other = s.consent();
    const auto code = parameter(s.approve(other), "code");
    check_spent(s.as.deny(other.ticket, "session-1"));
    CHECK(s.redeem(code.value_or("")).status == 200);
}

TEST_CASE("Approving twice gives the same redirect while the code waits, and a page afterwards",
          "[OA21-CODE-04][ATK-AZ-07]") {
    const server s;
    const auto view = s.consent();
    const auto first = location(s.approve(view));
    CHECK(location(s.approve(view)) == first);
    s.clock.advance(59'999ms);
    CHECK(location(s.approve(view)) == first);
    s.clock.advance(1ms); // the code has expired
    check_spent(s.as.approve(view.ticket, "session-1"));

    const auto next = s.consent();
    const auto code = parameter(s.approve(next), "code").value_or("");
    CHECK(s.redeem(code).status == 200);
    check_spent(s.as.approve(next.ticket, "session-1"));
    check_spent(s.as.deny(next.ticket, "session-1"));
    CHECK(grants(s).size() == 2);
}

TEST_CASE("A second approval cannot widen or change the first", "[ATK-AZ-07][OA21-CODE-02]") {
    const server s;
    const auto view = s.consent();
    const auto first = s.approve(view, granting({"mcp"}));
    CHECK(location(s.approve(view)) == location(first));
    CHECK(member(s.redeem(parameter(first, "code").value_or("")), "scope") == "mcp");
}

TEST_CASE("A consent page of one session is not answered from another",
          "[ATK-AZ-06][OA21-GEN-08]") {
    const server s;
    const auto view = s.consent();
    for (const std::string& session :
         {std::string{"session-2"}, std::string{}, std::string{"session-1 "},
          std::string{"SESSION-1"}, std::string{"session-1\0", 10}}) {
        check_spent(s.as.approve(view.ticket, session));
        check_spent(s.as.deny(view.ticket, session));
    }
    CHECK(grants(s).empty());
    CHECK(s.approve(view).status == 303);
}

TEST_CASE("Two users who share a login ticket cannot share its grant", "[ATK-AZ-06][ATK-AZ-07]") {
    const server s;
    const auto begun = the_interaction(s.authorize());
    auto mallory = s.alice("session-1");
    mallory.subject = "mallory";
    const auto hers = the_view(s.as.authenticated(begun.ticket, s.alice()));
    const auto his = the_view(s.as.authenticated(begun.ticket, mallory));
    CHECK(s.approve(hers).status == 303);
    check_spent(s.as.approve(his.ticket, "session-1"));
    check_spent(s.as.deny(his.ticket, "session-1"));
    CHECK(records(s, record_kind::grant, "https://as.example#subject/mallory").empty());
}

TEST_CASE("Two tabs: each ticket stands for the request that its page showed",
          "[ATK-AZ-07][OA21-CODE-02]") {
    const server s;
    const auto harmless = s.consent({{"scope", "notes:read"}, {"state", "one"}});
    const auto greedy = s.consent({{"scope", "mcp notes:write"},
                                   {"state", "two"},
                                   {"resource", "https://other.example/mcp"}});
    CHECK(harmless.ticket != greedy.ticket);
    const auto answer = s.approve(harmless);
    CHECK(parameter(answer, "state") == "one");
    const auto tokens = s.redeem(parameter(answer, "code").value_or(""));
    CHECK(member(tokens, "scope") == "notes:read");
    CHECK(location(the_redirect(s.as.deny(greedy.ticket, "session-1"))) ==
          error_location("access_denied", "the user denied the request", "two"));
}

TEST_CASE("What the user grants narrows what was asked for, and never widens it",
          "[OA21-AUTHZ-17][OA21-TOK-15][MCP-SCO-13]") {
    const server s;
    const auto redeemed = [&](approval given) {
        const auto redirect = s.approve(s.consent(), std::move(given));
        return member(s.redeem(parameter(redirect, "code").value_or("")), "scope");
    };
    CHECK(redeemed({}) == "mcp notes:write");
    CHECK(redeemed(granting({"notes:write"})) == "notes:write");
    CHECK(redeemed(granting({"notes:write", "offline_access", "admin"})) == "notes:write");
    CHECK(location(s.approve(s.consent(), granting({}))) == denied);
    CHECK(location(s.approve(s.consent(), granting({"offline_access"}))) == denied);
    // Narrowing to what a shown scope implies is not what was shown.
    CHECK(location(s.approve(s.consent(), granting({"notes:read"}))) == denied);
}

TEST_CASE("host_data is JSON up to its limit, and sealed wherever it rests",
          "[OA21-GEN-05][HOST-DATA]") {
    const server s;
    const std::string data = R"({"tenant":"acme-corporation"})";
    CHECK(s.approve(s.consent(), with_data(data)).status == 303);
    REQUIRE(grants(s).size() == 1);
    CHECK(grants(s)[0].body.find("acme") == std::string::npos);
    CHECK(grants(s)[0].body.find("tenant") == std::string::npos);

    const std::string most = "\"" + std::string(4094, 'x') + "\"";
    CHECK(s.approve(s.consent(), with_data(most)).status == 303);
    const auto view = s.consent();
    const auto page = the_page(s.as.approve(view.ticket, "session-1", with_data(most + " ")));
    CHECK(page.status == 500);
    CHECK(page.why == error{error_code::server_error, "host_data is malformed"});
    for (const char* bad :
         {"{", "x", "{\"a\":1,\"a\":2}", "\"\\u0000\"", "[[[[[[[[[[]]]]]]]]]]", "\"\xFF\""}) {
        INFO(bad);
        check_page(s.as.approve(view.ticket, "session-1", with_data(bad)), 500,
                   error_code::server_error);
    }
    CHECK(s.approve(view, with_data("{}")).status == 303); // the ticket is none the worse
}

TEST_CASE("A grant remembers how the user logged in", "[AT-09][OA21-CODE-02]") {
    const server s;
    auto who = s.alice();
    who.acr = "gold";
    who.amr = {"pwd", "otp"};
    const auto view = the_view(s.as.authenticated(the_interaction(s.authorize()).ticket, who));
    s.approve(view);
    const auto text = json_document::parse(grants(s).at(0).body);
    REQUIRE(text);
    CHECK(text->root().string_at("acr") == "gold");
    CHECK(text->root().integer_at("auth_time") == to_unix_seconds(who.at));
    CHECK(text->root().find("amr")->strings() == std::vector<std::string>{"pwd", "otp"});
}

TEST_CASE("A code does not outlive its grant", "[OA21-CODE-01][REXP-01]") {
    auto rules = policy::strict();
    rules.refresh.absolute = rules.refresh.idle = 10s;
    const server s{rules};
    const auto early = s.code();
    const auto late = s.code();
    s.clock.advance(9'999ms);
    CHECK(s.redeem(early).body.find("\"expires_in\":1,") != std::string::npos);
    s.clock.advance(1ms);
    CHECK(member(s.redeem(late), "error") == "invalid_grant");
}

TEST_CASE("A second page of one ticket cannot begin anew what was cleaned away", "[ATK-AZ-07]") {
    const server s;
    const auto begun = the_interaction(s.authorize());
    const auto first = the_view(s.as.authenticated(begun.ticket, s.alice()));
    CHECK(location(the_redirect(s.as.deny(first.ticket, "session-1"))) == denied);
    s.clock.advance(599s); // the login page's last second
    const auto second = the_view(s.as.authenticated(begun.ticket, s.alice()));
    s.clock.advance(599s); // and the consent page's
    (void)s.memory.sweep(s.clock.now());
    check_spent(s.as.approve(second.ticket, "session-1"));
}

TEST_CASE("Events of the host's pages tell what it knows of the request",
          "[events][OA21-AUTHZ-24]") {
    const server s;
    const http_request page{"POST", "/consent",     {{"User-Agent", "A browser"}},
                            "a=b",  "198.51.100.7", "page-1"};
    const bool agrees = GENERATE(true, false);
    const auto view = s.consent();
    (void)s.events.take();
    if (agrees)
        (void)s.as.approve(view.ticket, "session-1", {}, page);
    else
        (void)s.as.deny(view.ticket, "session-1", page);
    const auto seen = s.events.take();
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].kind == (agrees ? event_kind::approved : event_kind::denied));
    CHECK(seen[0].source == "198.51.100.7");
    CHECK(seen[0].correlation_id == "page-1");
    CHECK(seen[0].user_agent == "A browser");
}
