// Who agreed once is not asked again: only for the very same thing, only where nobody can stand in
// for the client, and only as long as the policy says.

#include "outcomes.hpp"

using namespace given;
using namespace std::chrono_literals;
using testing::store_call;
using testing::store_fault;

namespace {

const fields service{{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}};

fields service_with(const fields& more) {
    fields all = service;
    all.insert(all.end(), more.begin(), more.end());
    return all;
}
authenticated_outcome known(const server& s, const fields& with,
                            const std::string& subject = "alice") {
    auto who = s.alice();
    who.subject = subject;
    return s.as.authenticated(the_interaction(s.authorize(with)).ticket, who);
}
bool is_asked(const server& s, const fields& with, const std::string& subject = "alice") {
    return std::holds_alternative<consent_view>(known(s, with, subject));
}
void agree(const server& s, const fields& with = service, std::optional<scope_set> granted = {}) {
    approval given;
    given.remember = true;
    given.granted = std::move(granted);
    auto asking = with;
    asking.emplace_back("prompt", "consent");
    CHECK(s.approve(s.consent(asking), given).status == 303);
}
std::size_t consents(const server& s) {
    return records(s, record_kind::consent, owned_by_alice).size();
}

} // namespace

TEST_CASE("OAuth 2.1 §7.3: who agreed is redirected at once, with a grant of its own",
          "[OA21-AUTHZ-23][ATK-AZ-11][pain-15]") {
    const server s;
    CHECK(is_asked(s, service));
    agree(s);
    const auto redirect = the_redirect(known(s, service));
    CHECK(parameter(redirect, "code").has_value());
    CHECK(parameter(redirect, "state") == "xyz");
    CHECK(parameter(redirect, "iss") == issuer);
    CHECK(parameter(the_redirect(known(s, service)), "code") != parameter(redirect, "code"));
    CHECK(parameter(the_redirect(known(s, service_with({{"prompt", "none"}}))), "code"));
    CHECK(is_asked(s, service_with({{"prompt", "consent"}})));
    CHECK(consents(s) == 1);
}

TEST_CASE("A consent is for one user, client, redirect, resource and set of scopes",
          "[OA21-AUTHZ-23][ATK-AZ-11][pain-15][D16]") {
    client two = web_client();
    two.redirect_uris.emplace_back("https://c.example/other");
    auto c = config_with(two);
    c.clients[1].redirect_uris.emplace_back("https://service.example/other");
    const server s{std::move(c)};
    agree(s);
    CHECK_FALSE(is_asked(s, service));
    CHECK_FALSE(is_asked(s, service_with({{"scope", "notes:write mcp"}})));
    CHECK_FALSE(is_asked(s, service_with({{"state", "other"}})));
    CHECK(is_asked(s, service, "bob"));
    CHECK(is_asked(s, as_web));
    CHECK(is_asked(s, service_with({{"redirect_uri", "https://service.example/other"}})));
    CHECK(is_asked(s, service_with({{"resource", "https://other.example/mcp"}})));
    CHECK(is_asked(s, service_with({{"scope", "mcp"}}))); // even less is something else
    CHECK(is_asked(s, service_with({{"scope", "mcp notes:write offline_access"}})));
}

TEST_CASE("Who uses two resources in turn is asked once for each", "[D15][OA21-AUTHZ-23]") {
    const server s;
    const auto other = service_with({{"resource", "https://other.example/mcp"}});
    agree(s);
    agree(s, other);
    for (int turn = 0; turn < 2; ++turn) {
        CHECK_FALSE(is_asked(s, service));
        CHECK_FALSE(is_asked(s, other));
    }
    CHECK(consents(s) == 2);
}

TEST_CASE("What is remembered is what was granted, not what was asked for", "[OA21-AUTHZ-23]") {
    const server s;
    agree(s, service, scope_set{"mcp"});
    CHECK(is_asked(s, service));
    const auto redirect = the_redirect(known(s, service_with({{"scope", "mcp"}})));
    CHECK(parameter(redirect, "code").has_value());
}

TEST_CASE("MCP security practices: consent is never skipped where the answer goes to this machine",
          "[OA21-AUTHZ-23][MCP-CIMD-29][ATK-AZ-11][D16]") {
    for (const char* redirect :
         {"http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb", "com.example.app:/cb",
          "https://localhost/cb", "https://127.0.0.1/cb", "https://[::1]/cb"}) {
        INFO(redirect);
        const server s{config_with(web_client(redirect))};
        const fields with{{"client_id", "web"}, {"redirect_uri", ""}};
        agree(s, with);
        CHECK(consents(s) == 0);
        CHECK(is_asked(s, with));
    }
}

TEST_CASE("Nothing is remembered unless the user says so, nor after a denial", "[OA21-AUTHZ-23]") {
    const server s;
    s.approve(s.consent(service));
    CHECK(consents(s) == 0);
    CHECK(is_asked(s, service));
    approval nothing;
    nothing.remember = true;
    nothing.granted = scope_set{};
    CHECK(parameter(s.approve(s.consent(service), nothing), "error") == "access_denied");
    CHECK(consents(s) == 0);
}

TEST_CASE("A consent lasts as long as the policy says, and is renewed by the next",
          "[OA21-AUTHZ-23]") {
    auto rules = policy::mcp();
    rules.consent.lifetime = 100s;
    const server s{rules};
    agree(s);
    s.clock.advance(99'999ms);
    CHECK_FALSE(is_asked(s, service));
    s.clock.advance(1ms);
    CHECK(is_asked(s, service)); // although the store still holds the record
    CHECK(consents(s) == 1);
    agree(s);
    CHECK(consents(s) == 1);
    s.clock.advance(99'999ms);
    CHECK_FALSE(is_asked(s, service));
}

TEST_CASE("A record of consent tells nobody what was agreed to", "[OA21-GEN-05]") {
    const server s;
    agree(s);
    const auto kept = records(s, record_kind::consent, owned_by_alice).at(0);
    CHECK(kept.client_owner == "https://as.example#client/service");
    CHECK(kept.key.rfind("https://as.example#consent/", 0) == 0);
    CHECK(kept.body.find("service.example") == std::string::npos);
    CHECK(kept.expires_at == s.clock.now() + std::chrono::hours{24 * 30});
}

TEST_CASE("A consent that cannot be remembered is asked for again, and that is all",
          "[MCP-ERR-07][UNKNOWN]") {
    for (const auto fault : {store_fault::unavailable, store_fault::unknown_lost,
                             store_fault::unknown_late, store_fault::unknown_written}) {
        const server s;
        s.store.fail(store_call::create, 2, fault); // the grant's record comes first
        agree(s);
        CHECK(is_asked(s, service) == (fault != store_fault::unknown_written));
        agree(s);
        s.store.fail(store_call::replace, 1, fault);
        agree(s); // renewing it fails
    }
}

TEST_CASE("A remembered consent that cannot be read costs a question or an outage, no more",
          "[MCP-ERR-07]") {
    const server s;
    agree(s);
    s.store.fail(store_call::load, 1, store_fault::unavailable);
    CHECK(parameter(the_redirect(known(s, service)), "error") == "temporarily_unavailable");
    s.store.fail(store_call::create, 1, store_fault::unavailable);
    CHECK(parameter(the_redirect(known(s, service)), "error") == "temporarily_unavailable");
    s.store.fail(store_call::create, 1, store_fault::unknown_written);
    CHECK(parameter(the_redirect(known(s, service)), "code").has_value());

    auto broken = records(s, record_kind::consent, owned_by_alice).at(0);
    for (const char* body : {"{}", "[]", R"({"v":1,"expires_at":"never"})", R"({"v":1})"}) {
        const auto was = broken.version;
        ++broken.version[0];
        broken.body = body;
        REQUIRE(s.store.replace(broken, was) == write_outcome::done);
        CHECK(is_asked(s, service));
    }
}

TEST_CASE("A login ticket that was answered by a remembered consent is answered once",
          "[ATK-AZ-07][OA21-CODE-04]") {
    const server s;
    agree(s);
    const auto begun = the_interaction(s.authorize(service));
    const auto first = the_redirect(s.as.authenticated(begun.ticket, s.alice()));
    CHECK(location(the_redirect(s.as.authenticated(begun.ticket, s.alice()))) == location(first));
    s.clock.advance(60s);
    check_spent(s.as.authenticated(begun.ticket, s.alice()));
}

TEST_CASE(
    "What the host said to one grant is not missing from the next: with it, nothing is remembered",
    "[HOST-DATA]") {
    const server s;
    approval given;
    given.remember = true;
    given.host_data = R"({"tenant":"acme"})";
    s.approve(s.consent(service), given);
    CHECK(consents(s) == 0);
    CHECK(is_asked(s, service));
}
