// The report of who would be refused, and the guide around it.
#include "report.hpp"

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "support/catch.hpp"

namespace {

constexpr const char* since = "2026-11-17T12:00:00.000Z";

std::string event(const std::string& at, const std::string& client, const std::string& rule,
                  const std::string& more) {
    return R"({"at":")" + at + R"(","event":"would_be_refused","rule":")" + rule +
           R"(","requirement":"OA21-X",)" + more + R"(,"client_id":")" + client + "\"}\n";
}
const std::string both = R"("refused_by":["strict","mcp"],"count":)";
const std::string strict_only = R"("refused_by":["strict"],"count":)";

migration::report read(const std::string& log) {
    std::istringstream lines{log};
    return migration::read_report(lines, since);
}

const std::string log_of_a_week =
    event("2026-11-17T11:59:59.999Z", "old-app", "pkce_missing", both + "100") +
    event("2026-11-17T12:00:00.000Z", "old-app", "pkce_missing", both + "1") +
    R"({"at":"2026-11-18T00:00:00.000Z","event":"granted","client_id":"old-app"})" + "\n" +
    event("2026-11-18T00:00:00.000Z", "old-app", "pkce_missing", both + "41") + "\n" +
    event("2026-11-20T00:00:00.000Z", "service", "scope_unknown", strict_only + "7") +
    event("2026-11-19T00:00:00.000Z", "old-app", "resource_missing", strict_only + "3") +
    event("2026-11-19T00:00:00.000Z", "a", "pkce_plain", both + "1000000");

std::string file(const std::string& name) {
    std::ifstream in("../examples/migration/" + name, std::ios::binary);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("The report as a table: per client and rule, the newest first", "[examples][migration]") {
    CHECK(migration::to_table(read(log_of_a_week)) ==
          "since 2026-11-17T12:00:00.000Z, the newest first\n"
          "client   rule              requirement  strict   mcp      last\n"
          "service  scope_unknown     OA21-X       7        0        2026-11-20T00:00:00.000Z\n"
          "a        pkce_plain        OA21-X       1000000  1000000  2026-11-19T00:00:00.000Z\n"
          "old-app  resource_missing  OA21-X       3        0        2026-11-19T00:00:00.000Z\n"
          "old-app  pkce_missing      OA21-X       42       42       2026-11-18T00:00:00.000Z\n");
}

TEST_CASE("The report as JSON, whole", "[examples][migration]") {
    CHECK(migration::to_json(read(log_of_a_week + "{\n")) ==
          R"({"since":"2026-11-17T12:00:00.000Z","unreadable_lines":1,"rows":[)"
          R"({"client_id":"service","rule":"scope_unknown","requirement":"OA21-X","strict":7,)"
          R"("mcp":0,"last":"2026-11-20T00:00:00.000Z"},)"
          R"({"client_id":"a","rule":"pkce_plain","requirement":"OA21-X","strict":1000000,)"
          R"("mcp":1000000,"last":"2026-11-19T00:00:00.000Z"},)"
          R"({"client_id":"old-app","rule":"resource_missing","requirement":"OA21-X","strict":3,)"
          R"("mcp":0,"last":"2026-11-19T00:00:00.000Z"},)"
          R"({"client_id":"old-app","rule":"pkce_missing","requirement":"OA21-X","strict":42,)"
          R"("mcp":42,"last":"2026-11-18T00:00:00.000Z"}]})"
          "\n");
}

TEST_CASE("A log without old clients says so", "[examples][migration]") {
    for (const std::string log : {"", "\n\n", "{\"event\":\"granted\"}\n"}) {
        CHECK(migration::to_table(read(log)) ==
              "since 2026-11-17T12:00:00.000Z, the newest first\nnothing would be refused\n");
        CHECK(migration::to_json(read(log)) ==
              R"({"since":"2026-11-17T12:00:00.000Z","unreadable_lines":0,"rows":[]})"
              "\n");
    }
}

TEST_CASE("An event without a count is one request", "[examples][migration]") {
    const auto r = read(event("2026-11-18T00:00:00.000Z", "a", "b", R"("refused_by":["mcp"])"));
    REQUIRE(r.rows.size() == 1);
    CHECK(r.rows[0].strict == 0);
    CHECK(r.rows[0].mcp == 1);
}

TEST_CASE("Lines that are no whole audit event are counted, and spoil nothing",
          "[examples][migration]") {
    const std::string at = "2026-11-18T00:00:00.000Z";
    for (const std::string& line :
         {std::string{"nonsense\n"}, std::string{"[1]\n"}, std::string{"{\"event\":7}\n"},
          std::string{"\xff\xfe\n"}, event(at, "", "b", both + "1"), event(at, "a", "", both + "1"),
          event("yesterday", "a", "b", both + "1"), event(at, "a", "b", both + "-1"),
          event(at, "a", "b", both + "1.5"), event(at, "a", "b", both + "\"1\""),
          event(at, "a", "b", R"("refused_by":"strict")")}) {
        INFO(line);
        const auto r = read(line + log_of_a_week);
        CHECK(r.unreadable == 1);
        CHECK(r.rows.size() == 4);
    }
}

TEST_CASE("What a log says is shown without control characters", "[examples][migration]") {
    const auto table = migration::to_table(
        read(event("2026-11-18T00:00:00.000Z", "a\\u001b[2Jb", "c\\nd", both + "1")));
    CHECK(table.find("a?[2Jb  c?d") != std::string::npos);
}

TEST_CASE("Times are texts that sort", "[examples][migration]") {
    using std::chrono::milliseconds;
    const auto at = [](std::int64_t ms) {
        return migration::to_text(migration::instant{milliseconds{ms}});
    };
    CHECK(at(0) == "1970-01-01T00:00:00.000Z");
    CHECK(at(1'800'000'000'007) == "2027-01-15T08:00:00.007Z");
    CHECK(at(1'800'000'000'999) < at(1'800'000'001'000));
}

TEST_CASE("The code that the guide shows is compiled code", "[examples][migration]") {
    const auto guide = file("README.md");
    const auto walk = file("walk.cpp");
    std::size_t blocks = 0;
    for (auto at = guide.find("```cpp\n"); at != std::string::npos;
         at = guide.find("```cpp\n", at + 1)) {
        const auto begin = at + 7;
        std::istringstream lines{guide.substr(begin, guide.find("```", begin) - begin)};
        std::string indented; // as it stands in its function
        for (std::string line; std::getline(lines, line);)
            indented += (line.empty() ? "" : "    ") + line + "\n";
        INFO(indented);
        CHECK(walk.find(indented) != std::string::npos);
        ++blocks;
    }
    CHECK(blocks >= 4);
}
