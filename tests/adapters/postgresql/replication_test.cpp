// A server that is not the primary, and a primary that waits for a standby.

#include <fstream>
#include <string>

#include "database.hpp"

using namespace postgresql_tests;

namespace {

/// The server as a standby: it recovers for ever and can be read, until it is promoted.
class demoted {
public:
    demoted() {
        std::ofstream{first_line_of("place") + "/data/standby.signal"};
        server("restart");
    }
    demoted(const demoted&) = delete;
    demoted& operator=(const demoted&) = delete;
    ~demoted() { promote(); }
    void promote() const { admin{}.run("SELECT pg_is_in_recovery() AND pg_promote()"); }
};

/// The primary acknowledges nothing before a standby has it, and there is none.
class waiting_for_standby {
public:
    waiting_for_standby() { set("SET synchronous_standby_names = 'nobody'"); }
    waiting_for_standby(const waiting_for_standby&) = delete;
    waiting_for_standby& operator=(const waiting_for_standby&) = delete;
    ~waiting_for_standby() { set("RESET synchronous_standby_names"); }

private:
    static void set(const std::string& what) {
        const admin session;
        session.run("ALTER SYSTEM " + what);
        session.run("SELECT pg_reload_conf()");
        const std::string wanted = what.front() == 'S' ? "nobody" : "";
        await([&] { return session.value("SHOW synchronous_standby_names") == wanted; });
        std::this_thread::sleep_for(100ms); // the other sessions hear of it when they next wake up
    }
};

} // namespace

TEST_CASE("a standby is neither opened nor read, and taken when it is promoted",
          "[postgresql][replication]") {
    database db;
    const auto store = db.open();
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    const demoted standby;
    CHECK(has(database::problem(db.options()), "read-only"));
    CHECK_FALSE(store->load("k"));
    CHECK(store->replace(record_of("k", 2), version_of(1)) == write_outcome::unavailable);
    standby.promote();
    std::this_thread::sleep_for(1100ms);
    CHECK(store->replace(record_of("k", 2), version_of(1)) == write_outcome::done);
}

TEST_CASE("a commit that waits for a standby ends the call in time as unknown",
          "[postgresql][replication]") {
    database db;
    auto o = db.options();
    o.call_limit = 600ms;
    const auto store = database::open(o);
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    {
        const waiting_for_standby nobody;
        write_outcome outcome{};
        const auto time =
            time_of([&] { outcome = store->replace(record_of("k", 2), version_of(1)); });
        CHECK(time < 900ms);
        CHECK(outcome == write_outcome::unknown);
        CHECK(store->load("k")->value().version == version_of(1)); // seen by nobody yet
    }
    await([&] { return store->load("k")->value().version == version_of(2); });
}
