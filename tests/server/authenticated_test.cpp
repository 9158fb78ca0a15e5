// The user is known now: what the login had to honour, and what the consent page is given.

#include "outcomes.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

authenticated_outcome known(const server& s, const fields& with, std::optional<login> who) {
    return s.as.authenticated(the_interaction(s.authorize(with)).ticket, std::move(who));
}
login alice_at(const server& s, seconds ago) {
    auto who = s.alice();
    who.at -= ago;
    return who;
}
const std::string log_in_again = error_location("login_required", "the user has to log in");

} // namespace

TEST_CASE("The login is told what the request asks of it", "[OA21-AUTHZ-24][OIDC-PROMPT]") {
    const server s;
    const auto silent = the_interaction(s.authorize({{"prompt", "none"}})).demands;
    CHECK(silent.none);
    CHECK_FALSE(silent.login);
    const auto loud = the_interaction(s.authorize({{"prompt", "login consent select_account new"},
                                                   {"max_age", "300"},
                                                   {"acr_values", "gold silver"},
                                                   {"login_hint", "<alice>"}}))
                          .demands;
    CHECK_FALSE(loud.none);
    CHECK(loud.login);
    CHECK(loud.consent);
    CHECK(loud.select_account);
    CHECK(loud.max_age == seconds{300});
    CHECK(loud.acr_values == "gold silver");
    CHECK(loud.login_hint == "<alice>");
    const auto nothing = the_interaction(s.authorize()).demands;
    CHECK_FALSE((nothing.none || nothing.login || nothing.consent || nothing.select_account));
    CHECK_FALSE(nothing.max_age);
    CHECK(nothing.acr_values.empty());
    CHECK(nothing.login_hint.empty());
}

TEST_CASE("The consent page is given everything that it has to show",
          "[OA21-AUTHZ-26][MCP-CIMD-26][MCP-CIMD-28][pain-15]") {
    client c = web_client("https://c.example:8443/cb?x=1");
    c.client_uri = "https://c.example/about";
    const server s{config_with(c)};
    const auto view = s.consent({{"client_id", "web"}, {"redirect_uri", ""}});
    CHECK(view.client_id == "web");
    CHECK(view.client_name == "A web app");
    CHECK(view.client_uri == "https://c.example/about");
    CHECK(view.provenance == client_provenance::configured);
    CHECK(view.redirect_uri == "https://c.example:8443/cb?x=1");
    CHECK(view.redirect_host == "c.example");
    CHECK_FALSE(view.redirect_is_local);
    CHECK(view.scopes == scope_set{"mcp", "notes:write"});
    CHECK(view.resources == std::vector<std::string>{resource});
    CHECK_FALSE(view.ticket.empty());
}

TEST_CASE("A redirect that any program on the machine can receive is said to be local",
          "[MCP-CIMD-28][OA21-AUTHZ-26]") {
    for (const char* redirect :
         {"http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb", "com.example.app:/cb",
          "https://localhost/cb", "https://127.0.0.1/cb"}) {
        INFO(redirect);
        const server s{config_with(web_client(redirect))};
        CHECK(s.consent({{"client_id", "web"}, {"redirect_uri", ""}}).redirect_is_local);
    }
}

TEST_CASE("OpenID Connect Core §3.1.2.1: prompt=none is answered without a page, come what may",
          "[OIDC-PROMPT][OA21-AUTHZ-24]") {
    const server s;
    CHECK(location(the_redirect(known(s, {{"prompt", "none"}}, std::nullopt))) == log_in_again);
    CHECK(location(the_redirect(known(s, {{"prompt", "none"}}, s.alice()))) ==
          error_location("consent_required", "the user has to agree"));
    CHECK(location(the_redirect(known(s, {{"prompt", "none"}, {"scope", "evil"}}, std::nullopt))) ==
          error_location("invalid_scope", "no requested scope is offered"));
    const auto both = error_location("invalid_request", "prompt=none stands alone");
    CHECK(location(the_redirect(known(s, {{"prompt", "none login"}}, std::nullopt))) == both);
    CHECK(location(the_redirect(known(s, {{"prompt", "consent none"}}, s.alice()))) == both);
    CHECK(records(s, record_kind::grant, owned_by_alice).empty());
}

TEST_CASE("Without a login and without prompt=none nobody is redirected",
          "[OA21-AUTHZ-02][OA21-AUTHZ-24]") {
    const server s;
    check_spent(known(s, {}, std::nullopt));
    check_spent(known(s, {{"prompt", "login"}}, std::nullopt));
    check_spent(known(s, {{"response_type", "token"}}, std::nullopt));
}

TEST_CASE("OpenID Connect Core §3.1.2.1: prompt=login takes no login from before the request",
          "[OIDC-PROMPT]") {
    const server s;
    const fields again{{"prompt", "login"}};
    CHECK(location(the_redirect(known(s, again, alice_at(s, 1s)))) == log_in_again);
    the_view(known(s, again, alice_at(s, 0s)));
    const auto begun = the_interaction(s.authorize(again));
    s.clock.advance(5s);
    CHECK(location(the_redirect(s.as.authenticated(begun.ticket, alice_at(s, 6s)))) ==
          log_in_again);
    the_view(s.as.authenticated(begun.ticket, alice_at(s, 5s)));
}

TEST_CASE("OpenID Connect Core §3.1.2.1: max_age takes no login that is older", "[OIDC-MAX-AGE]") {
    const server s;
    const fields recent{{"max_age", "300"}};
    the_view(known(s, recent, alice_at(s, 300s)));
    CHECK(location(the_redirect(known(s, recent, alice_at(s, 301s)))) == log_in_again);
    // Whoever logs in for this very request is fresh enough, however long the page was open.
    const auto begun = the_interaction(s.authorize({{"max_age", "0"}}));
    CHECK(begun.demands.max_age == seconds{0});
    s.clock.advance(30s);
    the_view(s.as.authenticated(begun.ticket, alice_at(s, 10s)));
    CHECK(location(the_redirect(s.as.authenticated(begun.ticket, alice_at(s, 31s)))) ==
          log_in_again);
}

TEST_CASE("A max_age that is no number of seconds is refused", "[OIDC-MAX-AGE]") {
    const server s;
    for (const char* bad : {"-1", "1.5", "1e3", "+1", " 1", "0x10", "1234567890", "ten"}) {
        INFO(bad);
        CHECK(location(s.postponed({{"max_age", bad}})) ==
              error_location("invalid_request", "max_age is malformed"));
    }
    CHECK(the_interaction(s.authorize({{"max_age", "999999999"}})).demands.max_age ==
          seconds{999999999});
    CHECK_FALSE(the_interaction(s.authorize({{"max_age", ""}})).demands.max_age);
}

TEST_CASE("A login that the host put together wrongly ends on a page of its own", "[OA21-GEN-08]") {
    const server s;
    const auto with = [&](auto change) {
        auto who = s.alice();
        change(who);
        return known(s, {}, who);
    };
    const auto page = the_page(with([](login& l) { l.subject.clear(); }));
    CHECK(page.status == 500);
    CHECK(page.why == error{error_code::server_error, "the login is malformed"});
    // The user sees that; the operator is told which member it was.
    const auto reason = [&](auto change) {
        (void)s.events.take();
        check_page(with(change), 500, error_code::server_error);
        const auto told = s.events.take();
        REQUIRE(told.size() == 1);
        CHECK(told[0].kind == event_kind::request_refused);
        return told[0].reason;
    };
    CHECK(reason([](login& l) { l.subject.clear(); }) == "malformed_login_subject");
    CHECK(reason([](login& l) { l.subject = "\xFF"; }) == "malformed_login_subject");
    CHECK(reason([](login& l) { l.subject = std::string(129, 'x'); }) == "malformed_login_subject");
    CHECK(reason([](login& l) { l.subject = std::string("a\0b", 3); }) ==
          "malformed_login_subject");
    CHECK(reason([](login& l) { l.session.clear(); }) == "malformed_login_session");
    CHECK(reason([](login& l) { l.at = from_unix_seconds(-1); }) == "malformed_login_at");
    CHECK(reason([](login& l) { l.acr = std::string("\0", 1); }) == "malformed_login_acr");
    CHECK(reason([](login& l) { l.acr = std::string(65, 'x'); }) == "malformed_login_acr");
    CHECK(reason([](login& l) { l.amr = {std::string("\0", 1)}; }) == "malformed_login_amr");
    CHECK(reason([](login& l) { l.amr = {std::string(55, 'x')}; }) == "malformed_login_amr");
    the_view(with([](login& l) {
        l.subject = std::string(128, 'x');
        l.acr = std::string(64, 'x');
        l.amr = {std::string(54, 'x')};
        l.session = std::string(100'000, 'x');
    }));
}

TEST_CASE("A new session name is 128 random bits that fit a cookie, and another each time",
          "[ATK-AZ-06][OA21-GEN-04]") {
    system_random random;
    const auto one = new_session_name(random);
    const auto another = new_session_name(random);
    REQUIRE((one && another));
    CHECK(*one != *another);
    CHECK(one->size() == 22);
    const auto octets = decode_base64url(*one);
    REQUIRE(octets);
    CHECK(octets->size() == 16);
    class dry final : public random_source {
        bool fill(std::uint8_t*, std::size_t) noexcept override { return false; }
    } failing;
    CHECK_FALSE(new_session_name(failing));
}

TEST_CASE("A client that went away meanwhile is not redirected to", "[OA21-AUTHZ-08][pain-7]") {
    auto rules = policy::mcp();
    rules.registration.unused_lifetime = 60s;
    const server s{rules};
    http_request r = post("/register", {});
    r.headers = {{"Content-Type", "application/json"}};
    r.body = R"({"redirect_uris":["https://c.example/cb"],"token_endpoint_auth_method":"none"})";
    const auto id = member(s.as.handle(r), "client_id");
    const auto begun =
        the_interaction(s.authorize({{"client_id", id}, {"redirect_uri", "https://c.example/cb"}}));
    const auto view = the_view(s.as.authenticated(begun.ticket, s.alice()));
    CHECK(view.provenance == client_provenance::registered);
    s.clock.advance(60s);
    check_page(s.as.authenticated(begun.ticket, s.alice()), 400, error_code::invalid_client);
    check_page(s.as.approve(view.ticket, "session-1"), 400, error_code::invalid_client);
    check_page(s.as.deny(view.ticket, "session-1"), 400, error_code::invalid_client);
    CHECK(records(s, record_kind::grant, owned_by_alice).empty());
}

TEST_CASE("OAuth 2.1 §4.1.2.1: once the client is proven it hears of a store that fails",
          "[OA21-AUTHZ-19][MCP-ERR-07][ISS-01]") {
    // `service` keeps its redirect at https, so its remembered consent is looked up.
    const server s;
    const fields service{{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}};
    s.store.fail(testing::store_call::load, 1, testing::store_fault::unavailable);
    const auto redirect = the_redirect(known(s, service, s.alice()));
    CHECK(location(redirect) ==
          "https://service.example/cb?" + encode({{"error", "temporarily_unavailable"},
                                                  {"error_description", "try again in a moment"},
                                                  {"state", "xyz"},
                                                  {"iss", issuer}}));
    CHECK(s.events.count(event_kind::store_unavailable) == 1);
    the_view(known(s, service, s.alice()));
    s.random.fail_after(2); // enough for the first ticket
    CHECK(parameter(the_redirect(known(s, service, s.alice())), "error") ==
          "temporarily_unavailable");
}

TEST_CASE("A redirect URI that was taken from its client meanwhile is not redirected to",
          "[OA21-AUTHZ-09][OA21-AUTHZ-11]") {
    const server s{config_with(web_client())};
    const auto begun = the_interaction(s.authorize(as_web));
    const auto view = the_view(s.as.authenticated(begun.ticket, s.alice()));
    server_ports ports{s.store};
    ports.clock = &s.clock;
    const auto later = std::move(
        *authorization_server::make(config_with(web_client("https://new.example/cb")), ports));
    check_page(later.authenticated(begun.ticket, s.alice()), 400, error_code::invalid_request);
    check_page(later.approve(view.ticket, "session-1"), 400, error_code::invalid_request);
    check_page(later.deny(view.ticket, "session-1"), 400, error_code::invalid_request);
    CHECK(records(s, record_kind::grant, owned_by_alice).empty());
}

TEST_CASE("A login from the future is a login of now", "[AT-09]") {
    const server s;
    s.approve(the_view(known(s, {}, alice_at(s, -1h))));
    const auto kept = records(s, record_kind::grant, owned_by_alice).at(0);
    CHECK(json_document::parse(kept.body)->root().integer_at("auth_time") ==
          to_unix_seconds(s.clock.now()));
}
