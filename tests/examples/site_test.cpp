// The pages and what lies behind them: login, consent, sessions, forms, CORS, old paths.
#include <string>

#include "visitor.hpp"

using namespace visiting;

namespace {

bool is_login_page(const http_response& page) {
    return page.body.find("name=\"password\"") != std::string::npos;
}
bool is_consent_page(const http_response& page) {
    return page.body.find("name=\"decision\"") != std::string::npos;
}
std::string error_of(const http_response& answer) {
    return parameter(answer.header("location").value_or(""), "error");
}
/// A browser whose user has signed in.
visitor signed_in(const visitor& home) {
    visitor who = home.newcomer();
    REQUIRE(who.log_in(who.send("GET", "/login")).status == 303);
    return who;
}

} // namespace

TEST_CASE("The whole way: login, consent, code", "[examples][site]") {
    visitor who;
    const auto client = who.register_client();
    const auto login = who.send("GET", visitor::authorization(client));
    CHECK(login.status == 200);
    REQUIRE(is_login_page(login));
    const auto consent = who.log_in(login);
    REQUIRE(is_consent_page(consent));
    const auto back = who.decide(consent, "allow");
    CHECK(back.status == 303); // [OA21-GEN-03]
    const std::string location{back.header("location").value_or("")};
    CHECK(location.rfind(redirect + "?", 0) == 0);
    CHECK_FALSE(parameter(location, "code").empty());
    CHECK(parameter(location, "state") == "a state");
    CHECK(parameter(location, "iss") == origin);
    // Signed in by now, so the next request goes straight to the consent page, and `deny` says so.
    const auto again = who.send("GET", visitor::authorization(client));
    REQUIRE(is_consent_page(again));
    CHECK(error_of(who.decide(again, "deny")) == "access_denied");
}

TEST_CASE("[OA21-AUTHZ-01] Another method than GET and POST is told which there are",
          "[examples][site]") {
    visitor who;
    const auto asks = visitor::authorization(who.register_client());
    for (const auto* const method : {"PUT", "DELETE", "PATCH"}) {
        const auto page = who.send(method, asks);
        CHECK(page.status == 405);
        CHECK(page.header("allow") == "GET, POST");
        CHECK_FALSE(page.header("location"));
    }
    CHECK(who.send("GET", asks).status == 200);
}

TEST_CASE("The login page says who asks, however often it is shown", "[examples][site]") {
    visitor who;
    const auto says = [](const http_response& page, const char* words) {
        return page.body.find(words) != std::string::npos;
    };
    const auto form = [](const http_response& page, const char* password) {
        fields values{{"username", "alice"}, {"password", password}};
        for (const auto* name :
             {"form_token", "ticket", "client_name", "client_is", "redirect_host"})
            values.emplace_back(name, hidden_field(page, name));
        return values;
    };
    const auto first =
        who.send("GET", visitor::authorization(who.register_client({{"client_name", "Desk"}})));
    for (const auto& page : {first, who.post_form("/login", form(first, "guess"))}) {
        REQUIRE(is_login_page(page));
        CHECK(says(page, "\xE2\x80\x9C"
                         "Desk\xE2\x80\x9D asks for access"));
        CHECK(says(page, "nobody has checked who it is"));
        CHECK(says(page, "<strong>127.0.0.1</strong>"));
    }
    // A form that did not come from our page says nothing of anybody.
    auto forged = form(first, "guess");
    forged[2].second = "of another session";
    const auto refused = who.post_form("/login", forged);
    REQUIRE(is_login_page(refused));
    CHECK_FALSE(says(refused, "Desk"));
    // The consent page's "Use another account" leads to the same page again.
    auto consent = who.post_form("/login", form(first, "wonderland"));
    REQUIRE(is_consent_page(consent));
    consent.body.erase(0, consent.body.find("action=\"/logout\""));
    const auto again = who.post_form("/logout", form(consent, ""));
    REQUIRE(is_login_page(again));
    CHECK(says(again, "Desk"));
}

TEST_CASE("A wrong password and a wrong name look the same", "[examples][site]") {
    visitor who;
    const auto login = who.send("GET", visitor::authorization(who.register_client()));
    auto wrong = who.log_in(login, "alice", "guess");
    auto nobody = who.log_in(login, "mallory", "guess");
    CHECK(wrong.status == 403);
    CHECK(nobody.status == 403);
    const auto without_name = [](std::string html) {
        for (const std::string name : {"alice", "mallory"})
            for (auto at = html.find(name); at != std::string::npos; at = html.find(name))
                html.erase(at, name.size());
        return html;
    };
    CHECK(without_name(wrong.body) == without_name(nobody.body));
    CHECK(wrong.body.find("guess") == std::string::npos);
    CHECK(is_consent_page(who.log_in(wrong)));
}

TEST_CASE("[ATK-AZ-10] A login begins a new session, and the cookie is for HTTP only",
          "[examples][site]") {
    visitor who;
    const auto login = who.send("GET", "/login");
    const auto before = who.cookie;
    const std::string set{login.header("set-cookie").value_or("")};
    CHECK(set.find("; HttpOnly") != std::string::npos);
    CHECK(set.find("; SameSite=Lax") != std::string::npos);
    CHECK(who.log_in(login).status == 303);
    CHECK(who.cookie != before);
    CHECK(who.send("GET", "/").body.find("alice") != std::string::npos);
    visitor fixated = who.newcomer();
    fixated.cookie = before;
    CHECK(fixated.send("GET", "/").body.find("alice") == std::string::npos);

    visitor secure{R"({"issuer":"https://mcp.example"})"};
    const auto page = secure.send("GET", "/login");
    const std::string cookie{page.header("set-cookie").value_or("")};
    CHECK(cookie.rfind("__Host-", 0) == 0);
    CHECK(cookie.find("; Secure") != std::string::npos);
}

TEST_CASE("A cookie that is not ours is none", "[examples][site]") {
    visitor who;
    auto user = signed_in(who);
    const auto good = user.cookie;
    for (const std::string& bad : {std::string{"session_8080="}, std::string{"session_8080=abc"},
                                   good.substr(0, good.size() - 2), "x=" + good, good + "A"}) {
        user.cookie = bad;
        CHECK(user.send("GET", "/").body.find("alice") == std::string::npos);
    }
    user.cookie = "other=1; " + good;
    CHECK(user.send("GET", "/").body.find("alice") != std::string::npos);
}

TEST_CASE("[ATK-AZ-06] A form that this browser was not shown is refused", "[examples][site]") {
    visitor home;
    const auto client = home.register_client();
    visitor victim = signed_in(home);
    visitor attacker = signed_in(home);
    const auto theirs = victim.send("GET", visitor::authorization(client));
    const auto own = attacker.send("GET", visitor::authorization(client));
    REQUIRE(is_consent_page(theirs));
    const auto token = hidden_field(own, "form_token");
    const auto ticket = hidden_field(own, "ticket");
    const fields tries[] = {
        {{"ticket", ticket}, {"decision", "allow"}},
        {{"form_token", hidden_field(theirs, "form_token")},
         {"ticket", ticket},
         {"decision", "allow"}},
        {{"form_token", token}, {"ticket", hidden_field(theirs, "ticket")}, {"decision", "allow"}},
        {{"form_token", token}, {"ticket", ""}, {"decision", "allow"}},
        {{"form_token", token}, {"ticket", ticket}, {"decision", "maybe"}},
        {{"form_token", token}, {"ticket", ticket}, {"decision", "allow"}, {"decision", "allow"}},
    };
    for (const auto& form : tries) {
        CAPTURE(form_text(form));
        const auto answer = attacker.post_form("/consent", form);
        CHECK(answer.status >= 400);
        CHECK(answer.status < 500);
        CHECK_FALSE(answer.header("location"));
    }
    CHECK(attacker.send("GET", "/consent?decision=allow&ticket=" + ticket).status == 405);
    visitor stranger = home.newcomer();
    CHECK(stranger.decide(own, "allow").status == 403); // no cookie
    CHECK(attacker.decide(own, "allow").status == 303); // still good
    CHECK(victim.decide(theirs, "allow").status == 303);
}

TEST_CASE("A login form of another session does not log in, and says what to do",
          "[examples][site]") {
    visitor who;
    const auto login = who.send("GET", visitor::authorization(who.register_client()));
    visitor other = who.newcomer();
    const auto refused = other.log_in(login);
    CHECK(refused.status == 403);
    REQUIRE(is_login_page(refused));
    CHECK(is_consent_page(other.log_in(refused))); // the request was not lost
}

TEST_CASE("prompt and max_age are honoured", "[examples][site]") {
    visitor home;
    const auto client = home.register_client();
    const auto open = [&](visitor& who, const fields& more) {
        return who.send("GET", visitor::authorization(client, more));
    };
    visitor nobody = home.newcomer();
    CHECK(error_of(open(nobody, {{"prompt", "none"}})) == "login_required");
    CHECK(is_login_page(open(nobody, {{"prompt", "none login"}})));

    auto user = signed_in(home);
    CHECK(error_of(open(user, {{"prompt", "none"}})) == "consent_required");
    CHECK(is_consent_page(open(user, {{"prompt", "consent"}})));
    CHECK(is_consent_page(open(user, {{"max_age", "3600"}})));
    for (const char* prompt : {"login", "select_account", "login consent"})
        CHECK(is_login_page(open(user, {{"prompt", prompt}})));
    const auto hinted = open(nobody, {{"login_hint", "<al\"ice>"}});
    CHECK(hinted.body.find("value=\"&lt;al&quot;ice&gt;\"") != std::string::npos);
}

TEST_CASE("Signing out ends the session, and on the consent page it asks for another user",
          "[examples][site]") {
    visitor home;
    auto user = signed_in(home);
    const auto kept = user.cookie;
    const auto page = user.send("GET", "/");
    CHECK(user.post_form("/logout", {{"form_token", "x"}}).status == 403);
    CHECK(user.send("GET", "/logout").status == 405);
    const auto out = user.post_form("/logout", {{"form_token", hidden_field(page, "form_token")}});
    CHECK(out.status == 303);
    CHECK(out.header("location") == "/"); // [BCP-01] nothing in the form says where to
    user.cookie = kept;
    CHECK(user.send("GET", "/").body.find("alice") == std::string::npos);

    auto other = signed_in(home);
    const auto consent = other.send("GET", visitor::authorization(home.register_client()));
    const auto form = consent.body.substr(consent.body.find("action=\"/logout\""));
    const http_response second{200, {}, form};
    const auto login =
        other.post_form("/logout", {{"form_token", hidden_field(second, "form_token")},
                                    {"ticket", hidden_field(second, "ticket")}});
    REQUIRE(is_login_page(login));
    CHECK(is_consent_page(other.log_in(login)));
}

TEST_CASE("[MCP-SEC-04] Guessing passwords is slowed down where that is configured",
          "[examples][site]") {
    visitor who{R"({"limits":{"failed_secrets_per_minute":2}})"};
    auto page = who.send("GET", "/login");
    for (int i = 0; i < 2; ++i) page = who.log_in(page, "alice", "guess");
    CHECK(page.status == 403);
    page = who.log_in(page, "alice", "wonderland");
    CHECK(page.status == 429); // not even the right one, for now
    CHECK(page.header("retry-after"));
}

TEST_CASE("[OA21-AUTHZ-08][OA21-AUTHZ-24] What cannot be proven stays on a page",
          "[examples][site]") {
    visitor who;
    const auto client = who.register_client();
    for (const std::string& target :
         {visitor::authorization("nobody"), std::string{"/authorize"},
          visitor::authorization(client, {{"redirect_uri", "https://evil.example/"}})}) {
        const auto page = who.send("GET", target);
        CHECK(page.status == 400);
        CHECK_FALSE(page.header("location"));
        CHECK(page.header("x-frame-options") == "DENY");
    }
    // A bad scope travels back, but not before somebody has logged in.
    const auto page = who.send("GET", visitor::authorization(client, {{"scope", "\""}}));
    REQUIRE(is_login_page(page));
    CHECK(error_of(who.log_in(page)) == "invalid_scope");
}

TEST_CASE("[MCP-SEC-13][OA21-AUTHZ-07] CORS where scripts may go, and nowhere else",
          "[examples][site][cors][D23]") {
    visitor who;
    const headers asks{{"Origin", "http://localhost:6274"},
                       {"Access-Control-Request-Method", "POST"},
                       {"Access-Control-Request-Headers", "authorization"}};
    for (const char* path :
         {"/mcp", "/register", "/token", "/revoke", "/.well-known/jwks.json",
          "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration",
          "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"}) {
        CAPTURE(path);
        const auto answer = who.send("OPTIONS", path, asks);
        CHECK(answer.status == 204);
        CHECK(answer.header("access-control-allow-origin") == "*");
        CHECK(answer.header("access-control-allow-headers") ==
              "authorization, content-type, mcp-protocol-version, mcp-session-id, mcp-method, "
              "mcp-name, last-event-id, dpop");
        const auto read = who.send("GET", path, {{"Origin", "http://localhost:6274"}});
        CHECK(read.header("access-control-allow-origin") == "*");
        CHECK(read.header("access-control-expose-headers") ==
              "WWW-Authenticate, Mcp-Session-Id, DPoP-Nonce");
        CHECK_FALSE(read.header("access-control-allow-credentials"));
    }
    for (const char* path : {"/authorize", "/login", "/consent", "/logout", "/"}) {
        for (const auto& answer : {who.send("OPTIONS", path, asks),
                                   who.send("GET", path, {{"Origin", "http://localhost:6274"}})})
            for (const auto& header : answer.headers)
                CHECK(header.name.rfind("Access-Control-", 0) != 0);
    }
    CHECK(who.send("GET", "/nowhere").header("access-control-allow-origin") == "*");
}

TEST_CASE("Only the listed origins, where some are listed", "[examples][site][cors]") {
    visitor picky{R"({"cors_allowed_origins":["https://app.example"]})"};
    const auto read = [&](const char* from) {
        return picky.send("GET", "/.well-known/oauth-authorization-server", {{"Origin", from}});
    };
    CHECK(read("https://app.example").header("access-control-allow-origin") ==
          "https://app.example");
    CHECK(read("https://app.example").header("vary") == "Origin");
    CHECK_FALSE(read("https://evil.example").header("access-control-allow-origin"));
    CHECK_FALSE(read("*").header("access-control-allow-origin"));
    CHECK(read("https://evil.example").header("vary") == "Origin");
}

TEST_CASE("[MCP-BC-02] The three old paths, whatever the issuer", "[examples][site]") {
    visitor who{R"({"issuer":"http://127.0.0.1:8080/auth"})"};
    CHECK(who.send("GET", "/.well-known/oauth-authorization-server/auth").status == 200);
    CHECK(who.send("POST", "/auth/mcp").status == 401);
    const auto client = who.register_client(); // at /register
    for (const std::string prefix : {"", "/auth"}) {
        CHECK(is_login_page(who.send("GET", prefix + visitor::authorization(client))));
        CHECK(who.post_form(prefix + "/token", {{"grant_type", "x"}}).status == 400);
    }
}

TEST_CASE("A path that is none is 404", "[examples][site]") {
    visitor who;
    for (const char* path : {"/x", "/mcp/", "/login/x", "/.well-known/x", "//"})
        CHECK(who.send("GET", path).status == 404);
}
