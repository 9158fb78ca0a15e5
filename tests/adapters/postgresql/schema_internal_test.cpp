// Migrations to versions that do not exist yet, and servers that come at the same time.

#include "adapters/postgresql/schema.hpp"

#include "adapters/postgresql/endpoints.hpp"
#include "database.hpp"

using namespace postgresql_tests;
using mcp_oauth::postgresql::connection;
using mcp_oauth::postgresql::endpoints;
using mcp_oauth::postgresql::migrate;
using mcp_oauth::postgresql::released_steps;
using mcp_oauth::postgresql::schema_steps;

namespace {

mcp_oauth::postgresql::deadline soon() { return std::chrono::steady_clock::now() + 10s; }

connection connected() {
    const auto servers = endpoints::parse(uri(), 4s);
    REQUIRE(servers);
    auto made = (*servers)->connect(soon());
    if (!made) FAIL(made.error());
    return std::move(*made);
}

/// What a version after the next one will be: each step needs the one before it.
const schema_steps& later_steps() {
    static const schema_steps steps{
        released_steps().front(),
        "ALTER TABLE $S.record ADD COLUMN second integer",
        "ALTER TABLE $S.record RENAME COLUMN second TO third;"
        "ALTER TABLE $S.record ALTER COLUMN third SET DEFAULT 3",
    };
    return steps;
}

std::string version_in(const database& db) {
    return admin{}.value("SELECT version FROM " + db.schema() + ".schema_version");
}

} // namespace

TEST_CASE("a schema of an earlier version is taken forward, step by step, and keeps its records",
          "[postgresql][schema]") {
    database db;
    REQUIRE(db.open()->create(record_of("k")).outcome == write_outcome::done);
    auto session = connected();
    REQUIRE(migrate(session, db.schema(), later_steps(), soon()));
    CHECK(version_in(db) == "3");
    CHECK(admin{}.value("SELECT key FROM " + db.table() + " WHERE third IS NULL") == "k");
    REQUIRE(migrate(session, db.schema(), later_steps(), soon())); // once more changes nothing
    CHECK(version_in(db) == "3");
    CHECK(has(database::problem(db.options()), "newer"));
}

TEST_CASE("a schema that is made at a later version says so, and is not taken forward again",
          "[postgresql][schema]") {
    database db;
    auto session = connected();
    REQUIRE(migrate(session, db.schema(), later_steps(), soon()));
    CHECK(version_in(db) == "3");
    CHECK(migrate(session, db.schema(), later_steps(), soon()));
}

TEST_CASE("a migration that fails leaves the schema at the version it had",
          "[postgresql][schema]") {
    database db;
    REQUIRE(db.open()->create(record_of("k")).outcome == write_outcome::done);
    const schema_steps broken{later_steps()[0], later_steps()[1], "CREATE NONSENSE"};
    {
        auto session = connected();
        const auto done = migrate(session, db.schema(), broken, soon());
        REQUIRE_FALSE(done);
        CHECK(has(done.error(), "NONSENSE"));
    }
    CHECK(version_in(db) == "1");
    CHECK(db.open()->load("k")->has_value());
    CHECK(admin{}.value("SELECT count(*) FROM information_schema.columns WHERE table_schema = '" +
                        db.schema() + "' AND column_name = 'second'") == "0");
}

TEST_CASE("servers that take a schema forward at once do so once",
          "[postgresql][schema][threads]") {
    for (int round = 0; round < 3; ++round) {
        database db;
        REQUIRE(db.open());
        std::vector<std::string> problems(4);
        at_once(problems.size(), [&](std::size_t i) {
            const auto servers = endpoints::parse(uri(), 4s);
            auto session = (*servers)->connect(soon());
            if (!session) {
                problems[i] = session.error();
                return;
            }
            const auto done = migrate(*session, db.schema(), later_steps(), soon());
            if (!done) problems[i] = done.error();
        });
        CHECK(problems == std::vector<std::string>(4));
        CHECK(version_in(db) == "3");
    }
}
