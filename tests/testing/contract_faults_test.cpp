// Faults on a real socket: a good client of a small database passes, and each flaw that clients
// have is caught by the clause that stands for it.
#include "mcp_oauth/testing/fault_proxy.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "testing/broken_stores.hpp"
#include "testing/socket_store.hpp"

using namespace contract_tests;
using namespace mcp_oauth::testing;

namespace {

struct served {
    std::shared_ptr<record_server> server = std::make_shared<record_server>();
    std::shared_ptr<fault_proxy> proxy = fault_proxy::to_port("127.0.0.1", server->port());

    [[nodiscard]] store_under_test store(client_flaw flaw = client_flaw::none) const {
        store_under_test s;
        s.open = [port = server->port()] { return std::make_shared<socket_store>(port); };
        s.operation_limit = socket_store::limit;
        s.race_time = milliseconds{100};
        s.faults = faults_of(proxy, [port = proxy->port(), flaw] {
            return std::make_shared<socket_store>(port, flaw);
        });
        return s;
    }
};

} // namespace

TEST_CASE("a good client of a database behind a socket keeps the whole contract",
          "[testing][threads]") {
    const served database;
    const auto report = check_record_store(database.store());
    INFO(report.text());
    CHECK(report.passed());
    CHECK(report.count(verdict::not_checked) == 0);
}

TEST_CASE("what a client does wrong when its connection fails is caught", "[testing][threads]") {
    struct flaw_case {
        client_flaw flaw;
        const char* clause;
        const char* detail;
    };
    const auto each = GENERATE(values<flaw_case>({
        {client_flaw::says_unavailable, "faults.lost_answer",
         "create answered unavailable, and was written"},
        {client_flaw::says_done, "faults.lost_request",
         "create answered done, and was not written"},
        {client_flaw::asks_again, "faults.lost_answer",
         "create answered conflict, and nobody else wrote"},
        {client_flaw::never_reconnects, "faults.recovers",
         "after refuse was healed, create still answers unavailable"},
        {client_flaw::waits_for_ever, "faults.stalled", " ms, and has 1000"},
        {client_flaw::asks_again, "faults.increments", "increments were done"},
        {client_flaw::finds_nothing, "faults.refused",
         "load met a fault, and told of another record than there is, or of none"},
    }));
    const served database;
    auto broken = database.store(each.flaw);
    broken.race_time = std::chrono::seconds{5}; // or until it is caught
    const auto result = check_clause(broken, each.clause);
    CHECK(result.outcome == verdict::failed);
    CHECK(result.detail.find(each.detail) != std::string::npos);
}

TEST_CASE("what goes wrong between processes only is caught", "[testing][threads]") {
    // The same flaws as between threads, each process with a connection and a cache of its own.
    const auto find = [](const std::vector<flaw>& flaws, std::string_view clause) {
        return *std::find_if(flaws.begin(), flaws.end(),
                             [&](const flaw& each) { return each.clause == clause; });
    };
    const std::pair<flaw, const char*> cases[] = {
        {find(flaws_of_writes(), "races.increments"), "processes.increments"},
        {find(flaws_of_writes(), "races.creators"), "processes.creators"},
        {find(flaws_of_reads(), "ordering.others_writes"), "processes.seen_at_once"},
    };
    const served database;
    for (const auto& each : cases) {
        auto broken = database.store();
        broken.race_time = std::chrono::seconds{5}; // or until it is caught
        broken.open = [port = database.server->port(), put_into = each.first.put_into] {
            auto store = std::make_shared<broken_store>(
                std::make_shared<broken_database>(std::make_shared<socket_store>(port)));
            put_into(*store);
            return store;
        };
        INFO(each.second);
        CHECK(check_clause(broken, each.second).outcome == verdict::failed);
    }
}
