#include "adapters/redis/address.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

std::string problem(std::string_view text) {
    const auto parsed = redis::parse_address(text);
    return parsed ? "" : parsed.error();
}

} // namespace

TEST_CASE("a Redis URI names host, port and database, with the usual defaults", "[redis]") {
    const auto plain = redis::parse_address("redis://db.example");
    REQUIRE(plain);
    CHECK(plain->host == "db.example");
    CHECK(plain->port == "6379");
    CHECK(plain->database == 0);
    CHECK(plain->user.empty());
    CHECK(plain->password.empty());
    const auto full = redis::parse_address("redis://[::1]:7000/3");
    REQUIRE(full);
    CHECK(full->host == "::1");
    CHECK(full->name() == "[::1]:7000");
    CHECK(full->database == 3);
    CHECK(redis::parse_address("redis://h/")->database == 0);
}

TEST_CASE("user and password are percent-decoded and never part of the name", "[redis]") {
    const auto a = redis::parse_address("redis://ann:p%40ss%3A%2f@h:1");
    REQUIRE(a);
    CHECK(a->user == "ann");
    CHECK(a->password.reveal() == "p@ss:/");
    CHECK(a->name() == "h:1");
    const auto only = redis::parse_address("redis://:pw@h");
    REQUIRE(only);
    CHECK(only->user.empty());
    CHECK(only->password.reveal() == "pw");
}

TEST_CASE("a Unix socket is named by an absolute path, with a database in the query", "[redis]") {
    for (const auto* const text : {"unix:/run/a%20b.sock", "unix:///run/a%20b.sock"}) {
        const auto a = redis::parse_address(text);
        REQUIRE(a);
        CHECK(a->socket_path == "/run/a b.sock");
        CHECK(a->database == 0);
    }
    const auto a = redis::parse_address("unix://u:pw@/run/s?db=2");
    REQUIRE(a);
    CHECK(a->user == "u");
    CHECK(a->password.reveal() == "pw");
    CHECK(a->database == 2);
}

TEST_CASE("a URI that is not understood whole is refused, and TLS by name", "[redis]") {
    CHECK(problem("rediss://h").find("TLS") != std::string::npos);
    for (const auto* const text :
         {"", "localhost:6379", "http://h", "redis:h", "redis://", "redis://h/x", "redis://h/1/2",
          "redis://h/-1", "redis://h/99999999999", "redis://h?db=1", "redis://h#f",
          "redis://user@h", "redis://user:@h", "unix:run/s", "unix:", "unix://host/run/s",
          "unix:/s?database=1", "unix:/s?db=", "redis://:p@ss@h"})
        CHECK_FALSE(problem(text).empty());
}

TEST_CASE("no refusal of a URI repeats what may be a password", "[redis]") {
    for (const auto* const text :
         {"redis://:hunter2@h/x", "redis://u:hunter2@h?q", "http://u:hunter2@h",
          "redis://:hunter2 @h", "rediss://:hunter2@h", "unix://u:hunter2@/s?x"})
        CHECK(problem(text).find("hunter2") == std::string::npos);
}
