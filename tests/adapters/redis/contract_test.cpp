#include "adapters/redis/given_redis.hpp"

using namespace given_redis;
using namespace mcp_oauth::testing;

TEST_CASE("the store in Redis keeps the contract of stores", "[redis][threads]") {
    const given_redis::server redis;
    auto options = redis.options();
    options.call_limit = 800ms;
    const auto open = [](const redis_options& o) -> std::shared_ptr<record_store> {
        auto made = redis_store::open(o);
        if (!made) return nullptr;
        return std::make_shared<redis_store>(std::move(*made));
    };
    store_under_test subject;
    subject.open = [&] { return open(options); };
    subject.operation_limit = 1000ms;
    subject.sweeps = false; // the server drops records, see expiry_test.cpp
    const auto proxy = redis.proxy();
    subject.faults = faults_of(proxy, [&] { return open(redis.through(*proxy, options)); });
    for (const auto& clause : contract_clauses()) {
        const auto result = check_clause(subject, clause.name);
        INFO(clause.name << ": " << clause.sentence << '\n' << result.detail);
        CHECK(result.outcome != verdict::failed);
        CHECK((result.outcome == verdict::passed || contains(std::string{clause.name}, "sweep.")));
    }
    // What a contract's check creates it erases, and with its last record a list is gone.
    CHECK(redis.cli("--scan --pattern " + quoted(options.key_prefix + '*')).empty());
}
