#include "adapters/sqlite/outcome.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;
using mcp_oauth::sqlite::outcome_of;

TEST_CASE("a code is `unavailable` only where SQLite raises it before it writes", "[sqlite]") {
    for (const int code :
         {SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_BUSY_RECOVERY, SQLITE_LOCKED, SQLITE_PROTOCOL,
          SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_READONLY_DBMOVED, SQLITE_CORRUPT,
          SQLITE_NOTADB, SQLITE_SCHEMA, SQLITE_CONSTRAINT, SQLITE_CONSTRAINT_NOTNULL,
          SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_INTERRUPT}) {
        INFO(code);
        CHECK(outcome_of(code) == write_outcome::unavailable);
    }
    for (const int code : {SQLITE_IOERR, SQLITE_IOERR_FSYNC, SQLITE_IOERR_WRITE,
                           SQLITE_IOERR_SHMMAP, SQLITE_FULL, SQLITE_NOMEM}) {
        INFO(code);
        CHECK(outcome_of(code) == write_outcome::unknown);
    }
}

TEST_CASE("no code but those is `unavailable`, and none is done", "[sqlite]") {
    int certain = 0;
    for (int code = 1; code < 256; ++code) {
        const auto outcome = outcome_of(code);
        CHECK((outcome == write_outcome::unknown || outcome == write_outcome::unavailable));
        if (outcome == write_outcome::unavailable) ++certain;
    }
    CHECK(certain == 13);
}
