#include "adapters/redis/given_redis.hpp"
#include "server/given.hpp"

using namespace given_redis;

namespace {

/// All keys and values of a store, as somebody sees them who stole the database.
std::string dump(const given_redis::server& redis, const redis_options& options) {
    const auto cli = "redis-cli -s " + quoted(redis.socket_path());
    return output_of(cli + " --scan --pattern " + quoted(options.key_prefix + '*') +
                     " | while read -r key; do echo \"$key\"; " + cli + " get \"$key\"; " + cli +
                     " zrange \"$key\" 0 -1; done");
}

} // namespace

TEST_CASE("a whole life of a grant happens in Redis, replay included", "[redis]") {
    const given_redis::server redis;
    const auto options = redis.options();
    auto store = redis.opened(options);
    const given::server s{store, policy::strict()};
    const auto code = s.code();
    const auto tokens = s.redeem(code);
    REQUIRE(tokens.status == 200);
    const auto first = given::member(tokens, "refresh_token");
    const auto refreshed = s.refresh(first);
    REQUIRE(refreshed.status == 200);
    const auto second = given::member(refreshed, "refresh_token");

    const auto replayed = s.refresh(first);
    CHECK(replayed.status == 400);
    CHECK(given::member(replayed, "error") == "invalid_grant");
    CHECK(s.refresh(second).status == 400); // the grant has ended
    CHECK(keys_of(store, std::string{given::issuer} + "#subject/alice").size() == 1);

    const auto all = dump(redis, options);
    CHECK(contains(all, R"("subject":"alice")"));
    for (const auto& text : {code, first, second, given::member(tokens, "access_token"),
                             given::member(refreshed, "access_token")}) {
        REQUIRE(text.size() > 20);
        CHECK_FALSE(contains(all, text));
        CHECK_FALSE(contains(all, text.substr(text.size() - 12)));
    }
}

TEST_CASE("many who refresh at once through Redis converge on one successor", "[redis][threads]") {
    const given_redis::server redis;
    auto store = redis.store();
    const given::server s{store, policy::mcp()};
    const auto token = s.first_refresh_token();
    std::vector<std::string> answers(16);
    std::vector<std::thread> threads;
    for (auto& answer : answers)
        threads.emplace_back([&] { answer = given::member(s.refresh(token), "refresh_token"); });
    for (auto& each : threads) each.join();
    for (const auto& answer : answers) {
        CHECK_FALSE(answer.empty());
        CHECK(answer == answers.front());
    }
}

TEST_CASE("while Redis is away the answer is 503, and tokens are good again when it is back",
          "[redis][MCP-ERR-07]") {
    const given_redis::server redis;
    const auto proxy = redis.proxy();
    auto options = redis.through(*proxy, redis.options());
    options.call_limit = 500ms;
    auto store = redis.opened(options);
    const given::server s{store, policy::mcp()};
    const auto code = s.code();
    const auto token = s.first_refresh_token();
    proxy->refuse();
    for (const auto& answer :
         {s.refresh(token), s.redeem(code), s.refresh(token, {{"client_id", "unknown"}})}) {
        CHECK(answer.status == 503);
        CHECK(given::member(answer, "error") == "temporarily_unavailable");
    }
    proxy->heal();
    while (!store.load("k")) std::this_thread::sleep_for(5ms);
    CHECK(s.refresh(token).status == 200);
    CHECK(s.redeem(code).status == 200);
}
