// A database that is slow, gone, restarted or killed: a call ends in time and says what it knows.

#include <signal.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "database.hpp"

using namespace postgresql_tests;

namespace {

/// Ends every session but the administrator's own.
void terminate_all(const admin& session) {
    session.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
    await([&] {
        return session.value("SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                             " AND backend_type = 'client backend'") == "0";
    });
}

/// Counts one record up from many threads, and remembers what was acknowledged.
class counters {
public:
    explicit counters(record_store& store) : store_(store) {}

    void count(std::size_t thread, const std::atomic<bool>& stop) {
        const auto key = "counter/" + std::to_string(thread);
        std::uint64_t version = 0;
        while (!stop) {
            const auto next = version + 1;
            const auto outcome = version == 0
                                     ? store_.create(record_of(key, next)).outcome
                                     : store_.replace(record_of(key, next), version_of(version));
            if (outcome == write_outcome::done) version = next;
            note(key, version, outcome);
            if (outcome == write_outcome::unknown && landed(key, next)) version = next;
        }
    }
    /// The last version of each counter that was acknowledged.
    std::map<std::string, std::uint64_t> acknowledged;
    std::map<write_outcome, std::size_t> outcomes;

private:
    /// Reads back until there is an answer, as the library's caller does by asking again.
    bool landed(const std::string& key, std::uint64_t version) const {
        for (;;) {
            const auto there = store_.load(key);
            if (there) return *there && (*there)->version == version_of(version);
            std::this_thread::sleep_for(5ms);
        }
    }
    void note(const std::string& key, std::uint64_t version, write_outcome outcome) {
        const std::lock_guard<std::mutex> held(lock_);
        ++outcomes[outcome];
        if (outcome == write_outcome::done) acknowledged[key] = version;
    }
    record_store& store_;
    std::mutex lock_;
};

std::uint64_t number_of(const record_version& v) {
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < 8; ++i) n |= std::uint64_t{v[i]} << (8 * i);
    return n;
}

/// Runs counters, harms the server meanwhile, and checks that nothing acknowledged is gone.
template <class Harm> void survive(record_store& store, Harm harm) {
    counters all{store};
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 4; ++i) threads.emplace_back([&, i] { all.count(i, stop); });
    std::this_thread::sleep_for(300ms);
    harm();
    await([&] { return store.load("counter/0").has_value(); });
    std::this_thread::sleep_for(300ms);
    stop = true;
    for (auto& each : threads) each.join();

    CHECK(all.acknowledged.size() == 4);
    CHECK(all.outcomes[write_outcome::conflict] == 0);
    for (const auto& [key, version] : all.acknowledged) {
        CAPTURE(key, version);
        const auto there = store.load(key);
        REQUIRE((there && *there));
        CHECK(number_of((*there)->version) >= version);
        CHECK(number_of((*there)->version) <= version + 1); // one more may have landed unheard of
    }
}

} // namespace

TEST_CASE("sessions that ended while idle cost no call its answer", "[postgresql][faults]") {
    database db;
    const auto store = db.open();
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    const admin session;
    terminate_all(session);
    CHECK(store->replace(record_of("k", 2), version_of(1)) == write_outcome::done);
    terminate_all(session);
    CHECK(store->load("k")->value().version == version_of(2));
    terminate_all(session);
    CHECK(store->create(record_of("l")).outcome == write_outcome::done);
    terminate_all(session);
    CHECK(store->list(record_kind::grant, "alice", "", 10)->records.size() == 2);
    terminate_all(session);
    CHECK(store->erase("k", version_of(2)) == write_outcome::done);
}

TEST_CASE("a restarted server costs no call its answer once it is back", "[postgresql][faults]") {
    database db;
    const auto store = db.open();
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    server("restart");
    CHECK(store->replace(record_of("k", 2), version_of(1)) == write_outcome::done);
}

TEST_CASE("a write whose session ends meanwhile is unknown and not sent again",
          "[postgresql][faults][threads]") {
    database db;
    const auto store = db.open();
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    const admin locker;
    const admin killer;
    locker.run("BEGIN");
    locker.run("SELECT 1 FROM " + db.table() + " FOR UPDATE");
    write_outcome outcome{};
    std::thread writer([&] { outcome = store->replace(record_of("k", 2), version_of(1)); });
    const std::string waiting = "FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    await([&] { return killer.value("SELECT count(*) " + waiting) == "1"; });
    killer.run("SELECT pg_terminate_backend(pid) " + waiting);
    writer.join();
    locker.run("ROLLBACK");
    CHECK(outcome == write_outcome::unknown);
    CHECK(store->load("k")->value().version == version_of(1));
}

TEST_CASE("a row that another session holds ends the call in time, and certainly unwritten",
          "[postgresql][faults]") {
    database db;
    auto o = db.options();
    o.call_limit = 1s;
    const auto store = database::open(o);
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    const admin locker;
    locker.run("BEGIN");
    locker.run("SELECT 1 FROM " + db.table() + " FOR UPDATE");
    write_outcome outcome{};
    CHECK(time_of([&] { outcome = store->replace(record_of("k", 2), version_of(1)); }) <= 1s);
    CHECK(outcome == write_outcome::unavailable);
    CHECK(store->load("k")->value().version == version_of(1)); // readers wait for nobody
    CHECK(store->sweep(record_of("k").expires_at + sweep_margin).value() == 0);
    locker.run("ROLLBACK");
    CHECK(store->replace(record_of("k", 2), version_of(1)) == write_outcome::done);
}

TEST_CASE("a statement that the server does not take in ends the call in time, and never lands",
          "[postgresql][faults]") {
    database db;
    auto o = db.options();
    o.call_limit = 600ms;
    const auto store = database::open(o);
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    const admin session;
    const auto backend = std::stoi(session.value("SELECT pid FROM pg_stat_activity"
                                                 " WHERE application_name = 'mcp_oauth'"));
    auto large = record_of("k", 2); // more than the socket's buffers hold
    large.body = R"({"s":")" + std::string(16'000'000, 'x') + R"("})";
    REQUIRE(::kill(backend, SIGSTOP) == 0);
    write_outcome outcome{};
    const auto took = time_of([&] { outcome = store->replace(large, version_of(1)); });
    CHECK(::kill(backend, SIGCONT) == 0);
    CHECK(took < 900ms);
    CHECK(outcome == write_outcome::unknown);
    await([&] {
        return session
            .column("SELECT pid FROM pg_stat_activity WHERE pid = " + std::to_string(backend))
            .empty();
    });
    CHECK(store->load("k")->value().version == version_of(1));
}

TEST_CASE("a table that another session holds ends every call in time", "[postgresql][faults]") {
    database db;
    auto o = db.options();
    o.call_limit = 400ms;
    const auto store = database::open(o);
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    const admin locker;
    locker.run("BEGIN");
    locker.run("LOCK TABLE " + db.table());
    const auto ends = [](auto call) { CHECK(time_of([&] { CHECK(call()); }) < 800ms); };
    ends([&] { return !store->load("k"); });
    ends([&] { return store->create(record_of("l")).outcome == write_outcome::unavailable; });
    ends([&] { return store->erase("k", version_of(1)) == write_outcome::unavailable; });
    ends([&] { return !store->list(record_kind::grant, "alice", "", 10); });
    ends([&] { return !store->sweep(record_of("k").expires_at + sweep_margin); });
}

TEST_CASE("a commit that fails after its statement succeeded is no success",
          "[postgresql][faults]") {
    database db;
    const auto store = db.open();
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    const admin session;
    session.run("CREATE FUNCTION " + db.schema() +
                ".refuse() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'not now'; END $$");
    session.run("CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON " + db.table() +
                " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION " + db.schema() +
                ".refuse()");
    CHECK(store->replace(record_of("k", 2), version_of(1)) == write_outcome::unavailable);
    CHECK(store->load("k")->value().version == version_of(1));
}

TEST_CASE("a creation that finds the record in its way gone begins again, three times in all",
          "[postgresql][faults]") {
    database db;
    const auto store = db.open();
    const admin session;
    session.run("CREATE SEQUENCE " + db.schema() + ".tries");
    // As if each time somebody else had inserted before, and erased before it could be read.
    session.run("CREATE FUNCTION " + db.schema() +
                ".in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF nextval('" +
                db.schema() +
                ".tries') < NEW.expires_at THEN RETURN NULL; END IF; RETURN NEW; END $$");
    session.run("CREATE TRIGGER in_the_way BEFORE INSERT ON " + db.table() +
                " FOR EACH ROW EXECUTE FUNCTION " + db.schema() + ".in_the_way()");
    auto r = record_of("k");
    r.expires_at = from_unix_ms(3);
    CHECK(store->create(r).outcome == write_outcome::done);
    session.run("ALTER SEQUENCE " + db.schema() + ".tries RESTART");
    r.key = "l";
    r.expires_at = from_unix_ms(4);
    CHECK(store->create(r).outcome == write_outcome::unavailable);
    CHECK(store->load("l").value() == std::nullopt);
}

TEST_CASE("what a session lost of its preparation is made up for", "[postgresql][faults]") {
    database db;
    auto o = db.options();
    o.connections = 1;
    const auto store = database::open(o);
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    const admin session;
    session.run("CREATE FUNCTION " + db.schema() +
                ".forget() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN DEALLOCATE mcp_oauth_replace; RETURN NEW; END $$");
    session.run("CREATE TRIGGER forget BEFORE INSERT ON " + db.table() +
                " FOR EACH ROW EXECUTE FUNCTION " + db.schema() + ".forget()");
    REQUIRE(store->create(record_of("l")).outcome == write_outcome::done);
    CHECK(store->replace(record_of("k", 2), version_of(1)) == write_outcome::done);
}

TEST_CASE("more threads than connections take turns", "[postgresql][faults][threads]") {
    database db;
    auto o = db.options();
    o.connections = 2;
    const auto store = database::open(o);
    std::atomic<int> done{0};
    at_once(16, [&](std::size_t thread) {
        for (int i = 0; i < 20; ++i) {
            const auto key = std::to_string(thread) + "/" + std::to_string(i);
            if (store->create(record_of(key)).outcome == write_outcome::done) ++done;
        }
    });
    CHECK(done == 16 * 20);
    const admin session;
    CHECK(session.value("SELECT count(*) FROM pg_stat_activity"
                        " WHERE application_name = 'mcp_oauth'") == "2");
}

TEST_CASE("a call that finds no connection free is unavailable in time",
          "[postgresql][faults][threads]") {
    database db;
    auto o = db.options();
    o.connections = 1;
    o.call_limit = 1s;
    const auto store = database::open(o);
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    const admin locker;
    locker.run("BEGIN");
    locker.run("SELECT 1 FROM " + db.table() + " FOR UPDATE");
    std::thread holder([&] {
        static_cast<void>(store->replace(record_of("k", 2), version_of(1)));
        static_cast<void>(store->replace(record_of("k", 2), version_of(1)));
    });
    std::this_thread::sleep_for(50ms);
    CHECK(time_of([&] { CHECK(store->erase("other", version_of(1)) != write_outcome::unknown); }) <=
          1s);
    holder.join();
}

TEST_CASE("nothing is sent again in the second half of a call", "[postgresql][faults][threads]") {
    database db;
    auto o = db.options();
    o.connections = 2;
    o.call_limit = 2s;
    const auto store = database::open(o);
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    const admin locker;
    locker.run("CREATE FUNCTION " + db.schema() +
               ".fail_late() RETURNS trigger LANGUAGE plpgsql AS"
               " $$ BEGIN PERFORM pg_sleep(0.8); RAISE EXCEPTION 'x' USING ERRCODE = '58030';"
               " END $$");
    locker.run("CREATE TRIGGER fail_late BEFORE UPDATE ON " + db.table() +
               " FOR EACH ROW EXECUTE FUNCTION " + db.schema() + ".fail_late()");
    locker.run("BEGIN");
    locker.run("LOCK TABLE " + db.table());
    std::atomic<int> loaded{0}; // both connections are lent until the commit
    const auto hold = [&] { loaded += store->load("k").has_value() ? 1 : 0; };
    std::thread first(hold);
    std::thread second(hold);
    std::this_thread::sleep_for(100ms);
    write_outcome outcome{};
    std::thread writer([&] { outcome = store->replace(record_of("k", 2), version_of(1)); });
    std::this_thread::sleep_for(600ms);
    locker.run("COMMIT");
    for (auto* const each : {&first, &second, &writer}) each->join();
    CHECK(loaded == 2);
    // It failed after 1.4 s in a way that another session may not know, and that one is idle; but
    // what it tried would still be under way when the call ends.
    CHECK(outcome == write_outcome::unavailable);
}

TEST_CASE("sessions that end under load lose nothing acknowledged",
          "[postgresql][faults][threads]") {
    database db;
    const auto store = db.open();
    survive(*store, [] {
        const admin session;
        for (int i = 0; i < 5; ++i) {
            session.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE application_name = 'mcp_oauth'");
            std::this_thread::sleep_for(100ms);
        }
    });
}

TEST_CASE("a restart under load loses nothing acknowledged", "[postgresql][faults][threads]") {
    database db;
    const auto store = db.open();
    survive(*store, [] { server("restart"); });
}

TEST_CASE("a server killed under load loses nothing acknowledged",
          "[postgresql][faults][threads]") {
    database db;
    const auto store = db.open();
    survive(*store, [] {
        server("kill");
        server("restart");
    });
}
