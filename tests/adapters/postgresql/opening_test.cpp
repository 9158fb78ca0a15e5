#include <memory>
#include <string>
#include <vector>

#include "database.hpp"
#include "mcp_oauth/testing/fault_proxy.hpp"

using namespace postgresql_tests;

namespace {

/// A name that exists on the server until the test ends.
class temporary {
public:
    temporary(const std::string& kind, std::string name, const std::string& with = "")
        : kind_(kind), name_(std::move(name)) {
        drop();
        admin{}.run("CREATE " + kind_ + " " + name_ + " " + with);
    }
    temporary(const temporary&) = delete;
    temporary& operator=(const temporary&) = delete;
    ~temporary() { drop(); }

private:
    void drop() const { admin{}.run("DROP " + kind_ + " IF EXISTS " + name_); }
    std::string kind_;
    std::string name_;
};

/// The test server's connection string with words of ours, which win.
std::string uri_with(const std::string& words) { return uri() + " " + words; }

} // namespace

TEST_CASE("a wrong password is told without a password in it", "[postgresql][open]") {
    database db;
    auto o = db.options();
    o.connection = first_line_of("tcp_uri");
    CHECK(database::open(o) != nullptr);
    const std::string right = "the%20test%20password";
    o.connection.replace(o.connection.find(right), right.size(), "an%20other%20one");
    const auto problem = database::problem(o);
    CHECK(has(problem, "password authentication failed"));
    CHECK_FALSE(has(problem, "an other one"));
    CHECK_FALSE(has(problem, "an%20other%20one"));
}

TEST_CASE("a password that the server repeats is blotted out", "[postgresql][open]") {
    database db;
    auto o = db.options();
    o.connection = uri_with("dbname=s3cret password=s3cret"); // a slip of who set it up
    const auto problem = database::problem(o);
    CHECK(has(problem, "does not exist"));
    CHECK_FALSE(has(problem, "s3cret"));
}

TEST_CASE("a string that is none is told without what stands in it", "[postgresql][open]") {
    database db;
    auto o = db.options();
    o.connection = GENERATE("password=s3cret s3cret", "host='s3cret", "colour=s3cret",
                            "postgresql://user:s3cret@host:s3cret/%zz");
    const auto problem = database::problem(o);
    CHECK((has(problem, "connection: ") || has(problem, "port")));
    CHECK_FALSE(has(problem, "s3cret"));
}

TEST_CASE("an absent database, a socket that is not there and a refused port are told by name",
          "[postgresql][open]") {
    database db;
    auto o = db.options();
    o.connection = uri_with("dbname=nowhere");
    CHECK(has(database::problem(o), "\"nowhere\" does not exist"));
    o.connection = "host=/nowhere user=tester dbname=postgres";
    CHECK(has(database::problem(o), "/nowhere"));
    o.connection = "host=127.0.0.1 port=1 user=tester dbname=postgres";
    CHECK(has(database::problem(o), "Connection refused"));
}

TEST_CASE("a host that does not answer is given up in time", "[postgresql][open]") {
    database db;
    auto o = db.options();
    o.open_limit = 500ms;
    o.connection = "host=192.0.2.1 user=tester dbname=postgres"; // RFC 5737: for documentation
    std::string problem;
    CHECK(time_of([&] { problem = database::problem(o); }) < 1500ms);
    CHECK_FALSE(problem.empty());
}

TEST_CASE("a host that takes a connection and says nothing is given up in time",
          "[postgresql][open]") {
    database db;
    const auto silent = testing::fault_proxy::to_socket("/nowhere");
    REQUIRE(silent);
    silent->stall();
    const auto port = std::to_string(silent->port());
    auto o = db.options();
    o.open_limit = 1s;
    o.connection = "host=127.0.0.1 port=" + port + " user=tester dbname=postgres";
    CHECK(time_of([&] { CHECK(has(database::problem(o), "no answer in time")); }) < 1500ms);

    // It does not hide the next one either.
    o.connection = "host=127.0.0.1," + first_line_of("place") + " port=" + port + "," +
                   first_line_of("port") + " user=tester dbname=postgres";
    CHECK(database::open(o)->create(record_of("k")).outcome == write_outcome::done);
}

TEST_CASE("of several hosts the one that answers is used, wherever it stands in the list",
          "[postgresql][open]") {
    database db;
    auto o = db.options();
    const auto folder = first_line_of("place");
    const auto port = first_line_of("port");
    const std::string hosts = GENERATE("/nowhere,HERE", "HERE,/nowhere", "127.0.0.1,HERE");
    auto list = hosts;
    list.replace(list.find("HERE"), 4, folder);
    const auto ports = hosts == "127.0.0.1,HERE" ? "1," + port : port;
    o.connection = "user=tester dbname=postgres host=" + list + " port=" + ports;
    const auto store = database::open(o);
    CHECK(store->create(record_of("k")).outcome == write_outcome::done);
}

TEST_CASE("the host that answered last time is asked first", "[postgresql][open]") {
    database db;
    const auto silent = testing::fault_proxy::to_socket("/nowhere");
    REQUIRE(silent);
    silent->stall();
    auto o = db.options();
    o.open_limit = 1s;
    o.connection = "host=127.0.0.1," + first_line_of("place") +
                   " port=" + std::to_string(silent->port()) + "," + first_line_of("port") +
                   " user=tester dbname=postgres";
    const auto store = database::open(o);
    const admin session;
    session.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'mcp_oauth'");
    await([&] {
        return session.value("SELECT count(*) FROM pg_stat_activity"
                             " WHERE application_name = 'mcp_oauth'") == "0";
    });
    // The silent one would have half of the time for a connection, which is a second.
    CHECK(time_of([&] { CHECK(store->load("k")); }) < 500ms);
}

TEST_CASE("options outside their limits are refused by name", "[postgresql][open]") {
    database db;
    const auto problem_of = [&](auto change) {
        auto o = db.options();
        change(o);
        return database::problem(o);
    };
    for (const std::string name : {"", "Upper", "1st", "a-b", "a\"b", "a;b", "ä"}) {
        CAPTURE(name);
        CHECK(has(problem_of([&](auto& o) { o.schema = name; }), "schema: "));
    }
    CHECK(has(problem_of([](auto& o) { o.schema = std::string(64, 'a'); }), "schema: "));
    CHECK(has(problem_of([](auto& o) { o.connections = 0; }), "connections: "));
    CHECK(has(problem_of([](auto& o) { o.connections = 1001; }), "connections: "));
    CHECK(has(problem_of([](auto& o) { o.call_limit = 99ms; }), "call_limit: "));
    CHECK(has(problem_of([](auto& o) { o.call_limit = 1h + 1ms; }), "call_limit: "));
    CHECK(has(problem_of([](auto& o) { o.open_limit = 99ms; }), "open_limit: "));
    CHECK(has(problem_of([](auto& o) { o.open_limit = 1h + 1ms; }), "open_limit: "));
}

TEST_CASE("options at their limits are taken", "[postgresql][open]") {
    database db;
    auto o = db.options();
    o.connections = 1000;
    o.call_limit = 1h;
    o.open_limit = 1h;
    CHECK(database::open(o) != nullptr);
    o.connections = 1;
    o.call_limit = 100ms;
    CHECK(database::open(o) != nullptr);
    o.schema = "_" + std::string(62, 'a');
    CHECK(database::open(o) != nullptr);
    admin{}.run("DROP SCHEMA " + o.schema + " CASCADE");
}

TEST_CASE("servers that start at once make the schema once", "[postgresql][open][threads]") {
    for (int round = 0; round < 5; ++round) {
        database db;
        std::vector<std::string> problems(8);
        at_once(problems.size(), [&](std::size_t i) {
            const auto store = postgresql_store::open(db.options());
            if (!store) problems[i] = store.error().problem;
        });
        CHECK(problems == std::vector<std::string>(8));
        const admin session;
        CHECK(session.column("SELECT version FROM " + db.schema() + ".schema_version") ==
              std::vector<std::string>{"1"});
    }
}

TEST_CASE("a schema that is there keeps its records", "[postgresql][open]") {
    database db;
    CHECK(db.open()->create(record_of("k")).outcome == write_outcome::done);
    CHECK(db.open()->load("k")->has_value());
}

TEST_CASE("a schema of a newer version is refused and left alone", "[postgresql][open]") {
    database db;
    CHECK(db.open() != nullptr);
    const admin session;
    session.run("UPDATE " + db.schema() + ".schema_version SET version = 2");
    const auto problem = database::problem(db.options());
    CHECK(has(problem, "version 2"));
    CHECK(has(problem, "newer"));
    CHECK(session.value("SELECT version FROM " + db.schema() + ".schema_version") == "2");
}

TEST_CASE("a role without the right to create uses a schema that is there", "[postgresql][open]") {
    database db;
    CHECK(db.open() != nullptr);
    const temporary role{"ROLE", "plain_role", "LOGIN"};
    const admin session;
    session.run("GRANT USAGE ON SCHEMA " + db.schema() + " TO plain_role");
    session.run("GRANT SELECT ON " + db.schema() + ".schema_version TO plain_role");
    session.run("GRANT SELECT, INSERT, UPDATE, DELETE ON " + db.table() + " TO plain_role");
    auto o = db.options();
    o.connection = uri_with("user=plain_role");
    {
        const auto store = database::open(o);
        CHECK(store->create(record_of("k")).outcome == write_outcome::done);
        CHECK(store->replace(record_of("k", 2), version_of(1)) == write_outcome::done);
        CHECK(store->sweep(record_of("k").expires_at + sweep_margin).value() == 1);
    }
    database other;
    o.schema = other.schema();
    CHECK(has(database::problem(o), "permission denied"));
    session.run("REVOKE ALL ON SCHEMA " + db.schema() + " FROM plain_role");
    session.run("DROP OWNED BY plain_role");
}

TEST_CASE("a database in another encoding is refused", "[postgresql][open]") {
    const temporary latin{"DATABASE", "latin",
                          "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"};
    database db;
    auto o = db.options();
    o.connection = uri_with("dbname=latin");
    CHECK(has(database::problem(o), "UTF8"));
}

TEST_CASE("a server that takes no writes is refused", "[postgresql][open]") {
    database db;
    CHECK(db.open() != nullptr);
    auto o = db.options();
    o.connection = uri_with("options='-c default_transaction_read_only=on'");
    CHECK(has(database::problem(o), "read-only"));
}

TEST_CASE("what weakens a session elsewhere is put right in it", "[postgresql][open]") {
    const temporary weak{"DATABASE", "weak"};
    const admin session;
    session.run("ALTER DATABASE weak SET synchronous_commit = off");
    session.run("ALTER DATABASE weak SET default_transaction_isolation = serializable");
    session.run("ALTER DATABASE weak SET statement_timeout = 0");
    {
        database db;
        auto o = db.options();
        o.connection = uri_with("dbname=weak application_name=weak_one");
        const auto store = database::open(o);
        REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
        // A trigger sees the settings of the session that it runs in.
        const admin inside{uri_with("dbname=weak")};
        inside.run("CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                   " NEW.body = jsonb_build_array(current_setting('synchronous_commit'),"
                   " current_setting('transaction_isolation'),"
                   " current_setting('statement_timeout')); RETURN NEW; END $$");
        inside.run("CREATE TRIGGER tell BEFORE UPDATE ON " + db.table() +
                   " FOR EACH ROW EXECUTE FUNCTION tell()");
        REQUIRE(store->replace(record_of("k", 2), version_of(1)) == write_outcome::done);
        CHECK(store->load("k")->value().body == R"(["on", "read committed", "2s"])");
    }
}
