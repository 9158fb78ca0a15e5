// An authorization server on this store, from the login to the replay.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "database.hpp"
#include "mcp_oauth/mcp_oauth.hpp"
#include "server/given.hpp"

using namespace postgresql_tests;

namespace {

std::size_t count_of(const std::string& text, const std::string& what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
    return count;
}

/// The statements of this store that the server logged while `work` ran.
struct statements {
    std::size_t loads = 0;
    std::size_t writes = 0;
    friend bool operator==(const statements& a, const statements& b) {
        return a.loads == b.loads && a.writes == b.writes;
    }
};
template <class Work> statements statements_of(Work work) {
    const auto before = server_log().size();
    work();
    std::this_thread::sleep_for(50ms);
    const auto log = server_log().substr(before);
    const auto executed = [&](const std::string& name) {
        return count_of(log, "execute mcp_oauth_" + name + ":");
    };
    return {executed("load"), executed("create") + executed("replace") + executed("erase")};
}

/// `given::server`, with this store in the place of the one in memory.
class site {
public:
    explicit site(postgresql_options o, policy rules = policy::mcp())
        : store(database::open(std::move(o))), as(make(std::move(rules))) {}

    http_response post(const std::string& target, const given::fields& body) const {
        return as.handle(given::post(target, body));
    }
    std::string code(const std::string& client_id = "app",
                     const std::string& callback = given::callback) const {
        const auto wanted =
            given::server::request({{"client_id", client_id}, {"redirect_uri", callback}});
        auto begun = as.authorize(given::get("/authorize?" + given::encode(wanted)));
        REQUIRE(std::holds_alternative<interaction>(begun));
        login who;
        who.subject = "alice";
        who.at = system_clock{}.now();
        who.session = "session-1";
        auto known = as.authenticated(std::get<interaction>(begun).ticket, std::move(who));
        REQUIRE(std::holds_alternative<consent_view>(known));
        auto decided = as.approve(std::get<consent_view>(known).ticket, "session-1");
        REQUIRE(std::holds_alternative<http_response>(decided));
        return given::parameter(std::get<http_response>(decided), "code").value_or("");
    }
    http_response redeem(const std::string& code_text, const given::fields& with = {}) const {
        return post("/token", given::server::redemption(code_text, with));
    }
    http_response refresh(const std::string& token, const given::fields& with = {}) const {
        return post("/token", given::changed({{"grant_type", "refresh_token"},
                                              {"refresh_token", token},
                                              {"client_id", "app"}},
                                             with));
    }

    std::unique_ptr<postgresql_store> store;
    authorization_server as;

private:
    authorization_server make(policy rules) {
        return given::must(
            authorization_server::make(given::config(std::move(rules)), server_ports{*store}));
    }
};

policy with_registration(policy rules) {
    rules.registration.access = registration_access::open;
    return rules;
}

} // namespace

TEST_CASE("login, code, refresh, replay and revocation on PostgreSQL", "[postgresql][server]") {
    database db;
    const site s{db.options(), policy::strict()};
    REQUIRE(s.as.check_store());
    REQUIRE(s.as.check_store()); // now against the value that is there
    const auto code = s.code();
    const auto tokens = s.redeem(code);
    REQUIRE(tokens.status == 200);
    const auto first = given::member(tokens, "refresh_token");
    const auto rotated = s.refresh(first);
    REQUIRE(rotated.status == 200);
    const auto second = given::member(rotated, "refresh_token");

    const auto replayed = s.refresh(first);
    CHECK(replayed.status == 400);
    CHECK(given::member(replayed, "error") == "invalid_grant");
    const auto ended = s.refresh(second);
    CHECK(given::member(ended, "error") == "invalid_grant");
}

TEST_CASE("another server process goes on where the first one stopped", "[postgresql][server]") {
    database db;
    std::string token;
    {
        const site s{db.options()};
        token = given::member(s.redeem(s.code()), "refresh_token");
    }
    const site s{db.options()};
    CHECK(s.refresh(token).status == 200);
}

TEST_CASE("while the database is away nobody is told that a client or a grant is invalid",
          "[postgresql][server][MCP-ERR-07]") {
    database db;
    const site s{db.options()};
    const auto token = given::member(s.redeem(s.code()), "refresh_token");
    server("kill");
    const auto known = s.refresh(token);
    CHECK(known.status == 503);
    CHECK(given::member(known, "error") == "temporarily_unavailable");
    const auto stranger = s.refresh(token, {{"client_id", "nobody"}});
    CHECK(stranger.status == 503);
    CHECK(given::member(stranger, "error") == "temporarily_unavailable");
    server("restart");
    await([&] { return s.refresh(token).status == 200; });
    CHECK(given::member(s.refresh(token, {{"client_id", "nobody"}}), "error") == "invalid_client");
}

TEST_CASE("a refresh is one read and one conditional write, and a registered client one read more",
          "[postgresql][server]") {
    database db;
    auto o = db.options();
    o.connection += " options='-c log_statement=all'";
    const site s{o, with_registration(policy::strict())};
    auto token = given::member(s.redeem(s.code()), "refresh_token");
    CHECK(statements_of([&] { REQUIRE(s.refresh(token).status == 200); }) == statements{1, 1});

    http_request registration{"POST",
                              "/register",
                              {{"Content-Type", "application/json"}},
                              R"({"redirect_uris":["https://client.example/cb"],)"
                              R"("grant_types":["authorization_code","refresh_token"],)"
                              R"("token_endpoint_auth_method":"client_secret_post"})",
                              "192.0.2.1",
                              "request-1"};
    const auto registered = s.as.handle(registration);
    REQUIRE(registered.status == 201);
    const auto id = given::member(registered, "client_id");
    const given::fields client{{"client_id", id},
                               {"client_secret", given::member(registered, "client_secret")}};
    auto redeemed = client;
    redeemed.emplace_back("redirect_uri", "https://client.example/cb");
    const auto tokens = s.redeem(s.code(id, "https://client.example/cb"), redeemed);
    REQUIRE(tokens.status == 200);
    token = given::member(tokens, "refresh_token");
    CHECK(statements_of([&] { REQUIRE(s.refresh(token, client).status == 200); }) ==
          statements{2, 1});
}

TEST_CASE("many refreshes of one grant at once end in one head", "[postgresql][server][threads]") {
    database db;
    const site s{db.options()};
    const auto token = given::member(s.redeem(s.code()), "refresh_token");
    std::vector<std::string> heads(8);
    at_once(heads.size(), [&](std::size_t i) {
        const auto answer = s.refresh(token);
        if (answer.status == 200) heads[i] = given::member(answer, "refresh_token");
    });
    CHECK_FALSE(heads.front().empty());
    CHECK(heads == std::vector<std::string>(heads.size(), heads.front()));
}
