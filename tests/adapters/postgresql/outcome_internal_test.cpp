#include "adapters/postgresql/outcome.hpp"

#include <string>

#include "support/catch.hpp"

using namespace mcp_oauth::postgresql;

TEST_CASE("an ERROR rolls its statement back and the session goes on", "[postgresql][outcome]") {
    const std::string code = GENERATE("22P02", "22P05", "22021", "23505", "40001", "40P01", "53100",
                                      "53200", "54000", "55P03", "57014");
    CAPTURE(code);
    CHECK(judge("ERROR", code) == verdict::rolled_back);
}

TEST_CASE("an ERROR about the session rolls back and ends the use of it", "[postgresql][outcome]") {
    const std::string code = GENERATE("25006", "25P02", "26000", "0A000", "42P01", "42501", "42703",
                                      "57P03", "58030", "XX000", "XX001", "99999");
    CAPTURE(code);
    CHECK(judge("ERROR", code) == verdict::session_spent);
}

TEST_CASE("whatever ends a session may have come after its commit", "[postgresql][outcome]") {
    const std::string severity = GENERATE("FATAL", "PANIC");
    const std::string code =
        GENERATE("57P01", "57P02", "57P03", "57P05", "08P01", "22P02", "XX000");
    CAPTURE(severity, code);
    CHECK(judge(severity, code) == verdict::not_known);
}

TEST_CASE("an ERROR that tells of a lost server or commit leaves the outcome open",
          "[postgresql][outcome]") {
    const std::string code =
        GENERATE("08000", "08003", "08006", "08007", "08P01", "40003", "57P01", "57P02");
    CAPTURE(code);
    CHECK(judge("ERROR", code) == verdict::not_known);
}

TEST_CASE("an error without a code or a severity proves nothing", "[postgresql][outcome]") {
    CHECK(judge("", "") == verdict::not_known);
    CHECK(judge("ERROR", "") == verdict::not_known);
    CHECK(judge("ERROR", "4000") == verdict::not_known);
    CHECK(judge("", "40001") == verdict::not_known);
    CHECK(judge("FEHLER", "40001") == verdict::not_known);
}
