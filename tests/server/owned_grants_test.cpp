// The host's page of connected applications: what a user gave, what a client holds, and its end.
#include "mcp_oauth/server/driver.hpp"
#include "registration.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

/// Every grant of an owner, page by page.
std::vector<grant_summary> all_of(const given::server& s, const grant_owner& owner,
                                  std::size_t limit = 50) {
    std::vector<grant_summary> all;
    std::string after;
    do {
        auto page = s.as.list_grants(owner, after, limit);
        REQUIRE(page);
        for (auto& each : page->grants) all.push_back(std::move(each));
        after = page->next;
    } while (!after.empty());
    return all;
}
std::size_t count_of(const given::server& s, const grant_owner& owner) {
    return all_of(s, owner).size();
}
const auto alice = grant_owner::subject("alice");

/// Logs `subject` in, and returns the first refresh token.
std::string token_of(const given::server& s, const std::string& subject,
                     const std::string& client_id = "app") {
    auto begun = s.authorize({{"client_id", client_id}});
    auto who = s.alice();
    who.subject = subject;
    auto known = s.as.authenticated(std::get<interaction>(begun).ticket, who);
    const auto redirect = s.approve(std::get<consent_view>(known));
    const auto tokens =
        s.redeem(parameter(redirect, "code").value_or(""), {{"client_id", client_id}});
    REQUIRE(tokens.status == 200);
    return member(tokens, "refresh_token");
}

} // namespace

TEST_CASE("A user's grants are listed with what a person wants to know of them", "[owned_grants]") {
    const given::server s;
    CHECK(all_of(s, alice).empty());
    const auto approved_at = s.clock.now();
    const auto code = s.code();
    auto all = all_of(s, alice);
    REQUIRE(all.size() == 1);
    CHECK(all[0].subject == "alice");
    CHECK(all[0].client_id == "app");
    CHECK(all[0].client_name == "An app");
    CHECK(all[0].scopes.text() == "mcp notes:write");
    CHECK(all[0].resources == std::vector<std::string>{resource});
    CHECK(all[0].approved_at == approved_at);
    CHECK_FALSE(all[0].last_used_at); // the code waits
    CHECK(all[0].ends_at == approved_at + 60s);

    s.clock.advance(5s);
    const auto token = member(s.redeem(code), "refresh_token");
    CHECK(all_of(s, alice)[0].last_used_at == s.clock.now());
    s.clock.advance(2h);
    REQUIRE(s.refresh(token).status == 200);
    all = all_of(s, alice);
    CHECK(all[0].last_used_at == s.clock.now());
    CHECK(all[0].ends_at >= approved_at + policy::mcp().refresh.absolute - 1s);
    CHECK(s.as.revoke_grant(all[0].grant_id).value());
    CHECK(all_of(s, alice).empty());
    CHECK(s.refresh(token).status == 400);
}

TEST_CASE("Only what is alive is listed: no denied, expired, idle, revoked or restored grant",
          "[owned_grants]") {
    const given::server s;
    (void)s.as.deny(s.consent().ticket, "session-1");
    CHECK(count_of(s, alice) == 0);
    (void)s.code();
    CHECK(count_of(s, alice) == 1);
    s.clock.advance(60s); // the code's last moment has passed
    CHECK(count_of(s, alice) == 0);
    (void)s.first_refresh_token();
    s.clock.advance(policy::mcp().refresh.idle - 1ms);
    CHECK(count_of(s, alice) == 1);
    s.clock.advance(1ms);
    CHECK(count_of(s, alice) == 0);
    (void)s.first_refresh_token();
    CHECK(count_of(s, alice) == 1);
    auto raised = config(policy::mcp());
    raised.policy.min_epoch = 1;
    server_ports ports{s.memory};
    ports.clock = &s.clock;
    const auto after_restore = authorization_server::make(std::move(raised), ports);
    CHECK(after_restore->list_grants(alice)->grants.empty());
}

TEST_CASE("Nobody sees or ends what belongs to another user or another client", "[owned_grants]") {
    const given::server s;
    const auto id = registered_id(s, refreshing_registration);
    const auto of_alice = token_of(s, "alice");
    const auto of_bob = token_of(s, "bob");
    const auto at_other = token_of(s, "alice", id);
    CHECK(count_of(s, alice) == 2);
    CHECK(count_of(s, grant_owner::subject("bob")) == 1);
    CHECK(count_of(s, grant_owner::client("app")) == 2);
    CHECK(count_of(s, grant_owner::client(id)) == 1);
    // A subject that is called like a client, and the other way round.
    CHECK(count_of(s, grant_owner::subject("app")) == 0);
    CHECK(count_of(s, grant_owner::client("alice")) == 0);
    for (const auto* const nobody : {"", "ali", "alice ", "ALICE", "%", "*"})
        CHECK(count_of(s, grant_owner::subject(nobody)) == 0);
    CHECK(count_of(s, grant_owner::subject(std::string{"alice\0", 6})) == 0);

    CHECK(s.as.revoke_grants(grant_owner::subject("bob")).value() == 1);
    CHECK(s.refresh(of_bob).status == 400);
    CHECK(s.refresh(of_alice).status == 200);
    CHECK(s.as.revoke_grants(grant_owner::client(id)).value() == 1);
    CHECK(s.refresh(at_other, {{"client_id", id}}).status == 400);
    CHECK(count_of(s, alice) == 1);
    CHECK(s.as.revoke_grants(grant_owner::subject(std::string{"alice\0", 6})).value() == 0);
}

TEST_CASE("Revoking a user's grants covers what was approved before, codes included",
          "[owned_grants][OA21-REF-09]") {
    const given::server s;
    const auto token = s.first_refresh_token();
    const auto code = s.code();
    CHECK(s.as.revoke_grants(alice).value() == 2);
    CHECK(member(s.redeem(code), "error") == "invalid_grant");
    CHECK(member(s.refresh(token), "error") == "invalid_grant");
    CHECK(s.as.revoke_grants(alice).value() == 0); // there is nothing left to end
    std::size_t reported = 0;
    for (const auto& each : s.events.all())
        if (each.kind == event_kind::revoked && each.reason == "administrator") ++reported;
    CHECK(reported == 2);
}

TEST_CASE("Many grants are listed and ended page by page", "[owned_grants]") {
    const given::server s;
    for (int i = 0; i < 105; ++i) (void)s.code();
    const std::size_t limit = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{7},
                                       std::size_t{104}, std::size_t{105}, std::size_t{1000});
    const auto all = all_of(s, alice, limit);
    CHECK(all.size() == 105);
    for (const auto& each : all) CHECK(each.client_name == "An app");
    CHECK(s.as.list_grants(alice, {}, 1000)->grants.size() == 100);
    CHECK(s.as.revoke_grants(alice).value() == 105);
    CHECK(all_of(s, alice).empty());
}

TEST_CASE("A remembered consent is forgotten with the grants", "[owned_grants][OA21-AUTHZ-23]") {
    auto rules = policy::mcp();
    rules.consent.remember = remembered_consent::for_https_redirects;
    const given::server s{rules};
    const fields service{{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}};
    const auto again = [&] {
        auto begun = s.authorize(service);
        return s.as.authenticated(std::get<interaction>(begun).ticket, s.alice());
    };
    approval given;
    given.remember = true;
    (void)s.approve(std::get<consent_view>(again()), given);
    REQUIRE(std::holds_alternative<http_response>(again()));
    const auto owner = GENERATE(0, 1) == 0 ? alice : grant_owner::client("service");
    CHECK(s.as.revoke_grants(owner).value() == 2);
    CHECK(std::holds_alternative<consent_view>(again()));
}

TEST_CASE("Many remembered consents are forgotten page by page", "[owned_grants][OA21-AUTHZ-23]") {
    auto rules = policy::mcp();
    rules.consent.remember = remembered_consent::for_https_redirects;
    const given::server s{rules};
    approval given;
    given.remember = true;
    constexpr std::size_t users = 105;
    for (std::size_t i = 0; i < users; ++i) {
        auto who = s.alice();
        who.subject = "user " + std::to_string(i);
        auto begun =
            s.authorize({{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}});
        auto known = s.as.authenticated(std::get<interaction>(begun).ticket, who);
        (void)s.approve(std::get<consent_view>(known), given);
    }
    const auto owner = std::string{issuer} + "#client/service";
    REQUIRE(s.memory.list(record_kind::consent, owner, {}, 1000)->records.size() == users);
    CHECK(s.as.revoke_grants(grant_owner::client("service")).value() == users);
    CHECK(s.memory.list(record_kind::consent, owner, {}, 1000)->records.empty());
}

TEST_CASE("A client that is deleted is unknown, and its grants have ended", "[owned_grants]") {
    const given::server s;
    const auto id = registered_id(s, refreshing_registration);
    const auto token = token_of(s, "alice", id);
    const auto code = s.code({{"client_id", id}});
    CHECK(s.as.delete_client(id).value() == 2);
    for (const auto& answer :
         {s.redeem(code, {{"client_id", id}}), s.refresh(token, {{"client_id", id}})}) {
        CHECK(answer.status == 401);
        CHECK(member(answer, "error") == "invalid_client");
    }
    CHECK(std::holds_alternative<error_page>(s.authorize({{"client_id", id}})));
    CHECK(s.as.delete_client(id).value() == 0);
    // A configured client stays: it is not in the store.
    const auto kept = s.first_refresh_token();
    CHECK(s.as.delete_client("app").value() == 1);
    CHECK(s.refresh(kept).status == 400);
    CHECK(std::holds_alternative<interaction>(s.authorize()));
    CHECK(s.as.delete_client(std::string{"app\0", 4}).value() == 0);
}

TEST_CASE("A store that fails is no acknowledgement, and a second call goes on",
          "[owned_grants][MCP-ERR-07]") {
    const auto which = GENERATE(testing::store_call::list, testing::store_call::replace,
                                testing::store_call::erase);
    auto rules = policy::mcp();
    rules.consent.remember = remembered_consent::for_https_redirects;
    const given::server s{rules};
    approval given;
    given.remember = true;
    (void)s.approve(
        s.consent({{"client_id", "service"}, {"redirect_uri", "https://service.example/cb"}}),
        given);
    (void)s.code();
    s.store.fail(which, 1, testing::store_fault::unavailable);
    CHECK_FALSE(s.as.revoke_grants(alice));
    CHECK(s.as.revoke_grants(alice).value() == 2);
    s.store.fail(testing::store_call::list, 1, testing::store_fault::unavailable);
    CHECK_FALSE(s.as.list_grants(alice));
}

TEST_CASE("An unknown outcome is read back before it is counted", "[owned_grants][REV-07]") {
    const auto how =
        GENERATE(testing::store_fault::unknown_written, testing::store_fault::unknown_lost);
    const given::server s;
    const auto token = s.first_refresh_token();
    s.store.fail(testing::store_call::replace, 1, how);
    CHECK(s.as.revoke_grants(alice).value() == 1);
    CHECK(s.refresh(token).status == 400);
    const auto id = registered_id(s, refreshing_registration);
    (void)token_of(s, "bob", id);
    s.store.fail(testing::store_call::erase, 1, how);
    CHECK(s.as.delete_client(id).value() == 1);
    CHECK(std::holds_alternative<error_page>(s.authorize({{"client_id", id}})));
}

TEST_CASE("A grant that is rotated between the listing and its end is ended all the same",
          "[owned_grants][R6]") {
    const given::server s;
    auto token = s.first_refresh_token();
    s.store.before(testing::store_call::replace, 1,
                   [&] { token = member(s.refresh(token), "refresh_token"); });
    CHECK(s.as.revoke_grants(alice).value() == 1);
    CHECK(s.refresh(token).status == 400);
}

TEST_CASE("A grant that is rotated again and again meanwhile is ended all the same",
          "[owned_grants][R6]") {
    const given::server s{policy::strict()};
    auto token = s.first_refresh_token();
    for (std::size_t i = 0; i < 20; ++i) // every rotation's own swap counts too
        s.store.before(testing::store_call::replace, 1 + i * 2,
                       [&] { token = member(s.refresh(token), "refresh_token"); });
    CHECK(s.as.revoke_grants(alice).value() == 1);
    CHECK(s.refresh(token).status == 400);
}

TEST_CASE("A grant that nobody can read is neither left out nor taken for ended",
          "[owned_grants][MCP-ERR-07]") {
    const given::server s;
    (void)s.code();
    auto r = s.memory.list(record_kind::grant, std::string{issuer} + "#subject/alice", {}, 1)
                 ->records.front();
    const auto version = r.version;
    r.body = R"({"v":2})";
    REQUIRE(s.memory.replace(r, version) == write_outcome::done);
    CHECK_FALSE(s.as.list_grants(alice));
    CHECK_FALSE(s.as.revoke_grants(alice));
    CHECK_FALSE(s.as.revoke_grants(grant_owner::client("app")));
}

TEST_CASE("Each grant of a long list has an operation limit of its own", "[owned_grants][R1]") {
    const given::server s;
    for (int i = 0; i < 3; ++i) (void)s.code();
    auto op = s.as.begin_revoke_grants(alice);
    step_ports ports;
    ports.store = &s.memory;
    while (!op.finished()) {
        auto answer = carry_out(op.next(), ports);
        s.clock.advance(4s);
        op.resume(std::move(answer));
    }
    CHECK(std::move(op).result().value() == 3);
}
