#include "database.hpp"
#include "mute_server.hpp"

using namespace postgresql_tests;

TEST_CASE("a server before version 14 is refused, and version 14 is not", "[postgresql][open]") {
    database db;
    auto o = db.options();
    o.open_limit = 500ms;
    {
        const mute_server old{"13.99"};
        o.connection = old.connection();
        CHECK(has(database::problem(o), "older than PostgreSQL 14"));
    }
    const mute_server oldest{"14.0"};
    o.connection = oldest.connection();
    CHECK(has(database::problem(o), "cannot be used or made")); // it went on to the schema
}
