// Migrations, the plans of the statements, and what is set on a connection.

#include "adapters/sqlite/schema.hpp"

#include "adapters/sqlite/given_sqlite.hpp"

using namespace sqlite_tests;
using sqlite::connection;
using sqlite::migration;

namespace {

std::unique_ptr<connection> connected(const std::string& path) {
    auto made = connection::open(path, std::chrono::steady_clock::now() + 2s);
    REQUIRE(made);
    return std::move(*made);
}

/// What SQLite would do for `sql`, line by line.
std::string plan_of(raw_connection& file, const std::string& sql) {
    std::string plan;
    sqlite3_stmt* prepared = nullptr;
    REQUIRE(sqlite3_prepare_v2(file.handle(), ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &prepared,
                               nullptr) == SQLITE_OK);
    while (sqlite3_step(prepared) == SQLITE_ROW) {
        plan += reinterpret_cast<const char*>(sqlite3_column_text(prepared, 3));
        plan += '\n';
    }
    sqlite3_finalize(prepared);
    return plan;
}

} // namespace

TEST_CASE("a file of an earlier version is taken forward, step by step, and keeps its records",
          "[sqlite]") {
    const scratch folder;
    {
        auto store = opened(folder.path());
        REQUIRE(store.create(record_of("k")).outcome == write_outcome::done);
    }
    const migration later{sqlite::schema().front(), "ALTER TABLE record ADD COLUMN second INTEGER",
                          "ALTER TABLE record ADD COLUMN third INTEGER DEFAULT 3"};
    const auto file = connected(folder.path());
    CHECK(*sqlite::identify(*file, later) == 1);
    REQUIRE(sqlite::migrate(*file, later));
    CHECK(*sqlite::identify(*file, later) == 3);
    CHECK(*file->text("SELECT key FROM record WHERE second IS NULL AND third = 3") == "k");
    REQUIRE(sqlite::migrate(*file, later)); // once more changes nothing
    CHECK(sqlite::identify(*file, sqlite::schema()).error().kind == sqlite_failure::newer_schema);
}

TEST_CASE("a migration that fails leaves the file at the version it had", "[sqlite]") {
    const scratch folder;
    (void)opened(folder.path());
    const migration broken{sqlite::schema().front(), "CREATE TABLE second (a)", "CREATE NONSENSE"};
    const auto file = connected(folder.path());
    CHECK(!sqlite::migrate(*file, broken));
    CHECK(*sqlite::identify(*file, broken) == 1);
    CHECK(*file->number("SELECT count(*) FROM sqlite_master WHERE name = 'second'") == 0);
    CHECK(sqlite_store::open(options_of(folder.path())));
}

TEST_CASE("a connection flushes as it was told, down to the disk", "[sqlite]") {
    const scratch folder;
    const auto file = connected(folder.path());
    REQUIRE(file->set_up(sqlite_synchronous::full));
    CHECK(*file->number("PRAGMA synchronous") == 2);
    CHECK(*file->number("PRAGMA fullfsync") == 1);
    CHECK(*file->number("PRAGMA wal_autocheckpoint") == 1000);
    REQUIRE(file->set_up(sqlite_synchronous::normal));
    CHECK(*file->number("PRAGMA synchronous") == 1);
    CHECK(*file->text("PRAGMA journal_mode") == "wal");
}

TEST_CASE("no statement reads a whole table or sorts what it read", "[sqlite]") {
    const scratch folder;
    (void)opened(folder.path());
    raw_connection file(folder.path());
    for (std::size_t i = 0; i < sqlite::statement_count; ++i) {
        const auto* const sql = sqlite::sql(static_cast<sqlite::statement>(i));
        const auto plan = plan_of(file, sql);
        INFO(sql << "\n" << plan);
        CHECK(plan.find("SCAN") == std::string::npos);
        CHECK(plan.find("TEMP B-TREE") == std::string::npos);
    }
    const auto list = plan_of(file, sqlite::sql(sqlite::statement::list));
    CHECK(list.find("INDEX record_of_subject (kind=? AND subject_owner=? AND key>?)") !=
          std::string::npos);
    CHECK(list.find("INDEX record_of_client (kind=? AND client_owner=? AND key>?)") !=
          std::string::npos);
    CHECK(plan_of(file, sqlite::sql(sqlite::statement::sweep)).find("record_expiry") !=
          std::string::npos);
}

TEST_CASE("a long search ends when its time is up", "[sqlite]") {
    const scratch folder;
    const auto file = connected(folder.path());
    file->end_by(std::chrono::steady_clock::now() + 50ms);
    const auto begin = std::chrono::steady_clock::now();
    const int code = file->run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                               " SELECT count(*) FROM n");
    CHECK(code == SQLITE_INTERRUPT);
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
}
