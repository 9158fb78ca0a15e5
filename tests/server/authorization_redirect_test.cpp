// Where a request may be answered at all: the proofs that come before anything else, and the
// attacks on them. Whoever fails here sees a page of the host's, and no program on the net hears of
// it.

#include "outcomes.hpp"

using namespace given;

namespace {

authorize_outcome asked(const server& s, const std::string& redirect) {
    return s.authorize({{"client_id", "web"}, {"redirect_uri", redirect}});
}
authorize_outcome raw(const server& s, const std::string& query) {
    return s.as.authorize(get("/authorize?" + query));
}

} // namespace

TEST_CASE("OAuth 2.1 §4.1.2.1: an unknown, missing or disabled client is never redirected",
          "[OA21-AUTHZ-08][MCP-AZR-08][pain-7]") {
    client gone = web_client();
    gone.disabled = true;
    const server s{config_with(gone)};
    const auto unknown = the_page(s.authorize({{"client_id", "nobody"}}));
    CHECK(unknown.status == 400);
    CHECK(unknown.why == error{error_code::invalid_client, "the client is not known here"});
    const auto missing = the_page(s.authorize({{"client_id", ""}}));
    CHECK(missing.status == 400);
    CHECK(missing.why == error{error_code::invalid_request, "client_id is required"});
    check_page(s.authorize(as_web), 400, error_code::invalid_client);
}

TEST_CASE(
    "RFC 6749 appendix A.1: a client_id that can be none is refused before the store is asked",
    "[OA21-AUTHZ-08][OA21-GEN-08]") {
    const server s;
    for (const std::string& id : {std::string{"a\0b", 3}, std::string{"\xC3\xA9"},
                                  std::string{"a\nb"}, std::string{"\x7F"}, std::string(201, 'x')})
        check_page(s.authorize({{"client_id", id}}), 400, error_code::invalid_client);
    CHECK(s.store.calls() == 0);
    check_page(s.authorize({{"client_id", std::string(200, 'x')}}), 400,
               error_code::invalid_client);
    CHECK(s.store.calls() == 1);
}

TEST_CASE("OAuth 2.1 §4.1.1: what only begins like the registered URI is another one",
          "[OA21-AUTHZ-11][OA21-AUTHZ-09][ATK-RU-01][MCP-AZR-05]") {
    const server s{config_with(web_client())};
    for (const char* evil :
         {"https://c.example/cb2", "https://c.example/cb/x", "https://c.example/cb?x=1",
          "https://c.example/c", "https://c.example/", "https://c.example.evil.example/cb",
          "https://evil.example/cb", "https://sub.c.example/cb", "https://c.example/cb?"}) {
        INFO(evil);
        const auto page = the_page(asked(s, evil));
        CHECK(page.status == 400);
        CHECK(page.why ==
              error{error_code::invalid_request, "redirect_uri is not registered for this client"});
    }
    CHECK(std::holds_alternative<interaction>(asked(s, "https://c.example/cb")));
}

TEST_CASE("OAuth 2.1 §4.1.1: no trick of spelling leads away from the registered URI",
          "[OA21-AUTHZ-11][ATK-RU-02][ATK-RU-03][ATK-RU-04][ATK-RU-05][ATK-RU-06][ATK-RU-07]") {
    const server s{config_with(web_client())};
    for (const char* evil : {"https://c.example@evil.example/cb",
                             "https://c.example%40evil.example/cb",
                             "http://127.0.0.1:80@evil.example/cb",
                             "https://c.example\\@evil.example",
                             "https:///c.example/cb",
                             "https:c.example/cb",
                             "//c.example/cb",
                             "/cb",
                             "https://c.example/cb#x",
                             "https://c.example/cb#",
                             "https://c.example/%63b",
                             "https://c.example/cb%2f..%2fevil",
                             "https://c.example/%2e%2e/cb",
                             "https://c.example/%252e",
                             "https://c.example/cb/../evil",
                             "https://c.example/./cb",
                             "https://c.example/cb;x",
                             "https://c.example:443/cb",
                             "https://c.example:8443/cb",
                             "HTTPS://C.EXAMPLE/cb",
                             "https://C.example/cb",
                             "https://c.example./cb",
                             "https://\xD1\x81.example/cb",
                             "http://c.example/cb",
                             " https://c.example/cb",
                             "https://c.example/cb ",
                             "https://*.example/cb",
                             "https://c.example/*"}) {
        INFO(evil);
        check_page(asked(s, evil), 400, error_code::invalid_request);
    }
}

TEST_CASE("OAuth 2.1 §8.4.2: only the port of a loopback redirect is free",
          "[OA21-AUTHZ-12][NAT-01][NAT-02][ATK-RU-08][MCP-AZR-06][pain-8][D17]") {
    const server s{config_with(web_client("http://127.0.0.1/cb"))};
    for (const char* evil :
         {"http://127.0.0.1.evil.example/cb", "http://localhost.evil.example/cb", "http://127.1/cb",
          "http://2130706433/cb", "http://[::ffff:127.0.0.1]/cb", "http://[::1]/cb",
          "http://localhost/cb", "http://127.0.0.2/cb", "http://127.0.0.1:51004/other",
          "http://127.0.0.1:51004/cb?x=1", "http://127.0.0.1:0/cb", "http://127.0.0.1:99999/cb",
          "http://127.0.0.1:8080x/cb", "https://127.0.0.1:51004/cb",
          "http://127.0.0.1@evil.example/cb", "http://evil.example#@127.0.0.1/cb"}) {
        INFO(evil);
        check_page(asked(s, evil), 400, error_code::invalid_request);
    }
    for (const char* good : {"http://127.0.0.1/cb", "http://127.0.0.1:51004/cb",
                             "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb"}) {
        INFO(good);
        const auto view = s.consent({{"client_id", "web"}, {"redirect_uri", good}});
        CHECK(view.redirect_uri == good);
        const auto redirect = s.approve(view);
        CHECK(location(redirect).substr(0, std::string{good}.size() + 1) ==
              std::string{good} + "?");
    }
}

TEST_CASE("OAuth 2.1 §4.1.1: localhost has a free port too, unless the operator says otherwise",
          "[OA21-AUTHZ-12][D17][pain-8][MCP-AZR-06]") {
    const server s{config_with(web_client("http://localhost/callback"))};
    for (const char* good : {"http://localhost/callback", "http://localhost:3118/callback"})
        CHECK(std::holds_alternative<interaction>(asked(s, good)));
    for (const char* evil : {"http://127.0.0.1/callback", "http://LOCALHOST:3118/callback",
                             "http://localhost.:3118/callback", "http://localhost:3118/callback/"})
        check_page(asked(s, evil), 400, error_code::invalid_request);
    auto rules = policy::mcp();
    rules.redirect.localhost_is_loopback = false;
    CHECK(fault_of(config_with(web_client("http://localhost/callback"), rules)) ==
          "clients: \"web\": its redirect URI \"http://localhost/callback\" is not acceptable "
          "(policy.redirect says which are)");
}

TEST_CASE("RFC 8252 §7.1: a private-use scheme is matched to the letter",
          "[NAT-03][NAT-04][NAT-02]") {
    const server s{config_with(web_client("com.example.app:/cb"))};
    for (const char* evil : {"com.example.app:/cb2", "com.example.app:cb", "com.example.app://cb",
                             "COM.example.app:/cb", "com.example.app:/cb?x", "com.evil.app:/cb"}) {
        INFO(evil);
        check_page(asked(s, evil), 400, error_code::invalid_request);
    }
    const auto redirect =
        s.approve(s.consent({{"client_id", "web"}, {"redirect_uri", "com.example.app:/cb"}}));
    CHECK(location(redirect).rfind("com.example.app:/cb?code=", 0) == 0);
}

TEST_CASE("A control character in redirect_uri splits no header", "[ATK-RU-10][OA21-GEN-08]") {
    const server s{config_with(web_client())};
    for (const char* evil :
         {"https%3A%2F%2Fc.example%2Fcb%0d%0aSet-Cookie:x=1", "https%3A%2F%2Fc.example%2Fcb%00",
          "https%3A%2F%2Fc.example%2Fcb%09", "https%3A%2F%2Fc.example%2Fcb%C3%A9",
          "https%3A%2F%2Fc.example%2Fcb%FF", "https%3A%2F%2Fc.example%2Fcb%2", "%"}) {
        INFO(evil);
        check_page(raw(s, encode(changed(server::request({{"client_id", "web"}}),
                                         {{"redirect_uri", ""}})) +
                              "&redirect_uri=" + evil),
                   400, error_code::invalid_request);
    }
}

TEST_CASE("OAuth 2.1 §4.1.2.1: a repeated client_id or redirect_uri is never redirected to",
          "[OA21-AUTHZ-05][OA21-AUTHZ-06][ATK-RU-11]") {
    const server s{config_with(web_client())};
    const std::string usual = encode(server::request(as_web));
    const std::string good = "redirect_uri=https%3A%2F%2Fc.example%2Fcb";
    const std::string evil = "redirect_uri=https%3A%2F%2Fevil.example%2Fcb";
    for (const std::string& query :
         {usual + "&" + evil, evil + "&" + usual, usual + "&" + good,
          usual + "&redirect_uri=", usual + "&client_id=app", "client_id=app&" + usual,
          usual + "&client_id=web", usual + "&client_id="}) {
        INFO(query);
        const auto page = the_page(raw(s, query));
        CHECK(page.status == 400);
        CHECK(page.why == error{error_code::invalid_request, "a parameter is repeated"});
    }
}

TEST_CASE("OAuth 2.1 §2.3.2: redirect_uri may be left out only where exactly one is registered",
          "[OA21-AUTHZ-10][OA21-AUTHZ-09]") {
    client two = web_client();
    two.redirect_uris.emplace_back("https://c.example/other");
    client none;
    none.client_id = "none";
    auto c = config_with(two);
    c.clients.push_back(none);
    const server s{std::move(c)};
    const auto page = the_page(s.authorize({{"client_id", "web"}, {"redirect_uri", ""}}));
    CHECK(page.status == 400);
    CHECK(page.why == error{error_code::invalid_request, "redirect_uri is required"});
    check_page(s.authorize({{"client_id", "none"}, {"redirect_uri", ""}}), 400,
               error_code::invalid_request);
    check_page(s.authorize({{"client_id", "none"}}), 400, error_code::invalid_request);

    const auto view = s.consent({{"redirect_uri", ""}});
    CHECK(view.redirect_uri == callback);
    CHECK(location(s.approve(view)).rfind(std::string{callback} + "?code=", 0) == 0);
}

TEST_CASE("OAuth 2.1 §4.1.2: the answer goes next to a registered query and replaces nothing of it",
          "[OA21-AUTHZ-21][OA21-CLI-03]") {
    const server s{config_with(web_client("https://c.example/cb?tenant=a%20b&code=mine"))};
    const fields with{{"client_id", "web"},
                      {"redirect_uri", "https://c.example/cb?tenant=a%20b&code=mine"}};
    const auto redirect = s.approve(s.consent(with));
    CHECK(location(redirect).rfind("https://c.example/cb?tenant=a%20b&code=mine&code=", 0) == 0);
    auto wrong = with;
    wrong.emplace_back("scope", "unheard-of");
    CHECK(location(s.postponed(wrong)) ==
          "https://c.example/cb?tenant=a%20b&code=mine&" +
              encode({{"error", "invalid_scope"},
                      {"error_description", "no requested scope is offered"},
                      {"state", "xyz"},
                      {"iss", issuer}}));
}

TEST_CASE("A configured client's redirect obeys the rules of registration",
          "[BCP-02][OA21-CLI-03]") {
    for (const char* evil :
         {"http://c.example/cb", "https://c.example/cb#x", "https://user@c.example/cb", "/cb",
          "https://c.example%40evil.example/cb", "javascript:alert(1)", "data:text/html,x",
          "dotless:/cb", "https:///cb"}) {
        INFO(evil);
        memory_store store;
        auto made = authorization_server::make(config_with(web_client(evil)), {store});
        REQUIRE(!made);
        CHECK(made.error().member == "clients");
        CHECK(made.error().problem.rfind("\"web\": its redirect URI \"", 0) == 0);
    }
}
