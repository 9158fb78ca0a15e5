// migration_report: who would be refused. README.md says when to run it.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "report.hpp"

namespace {

int print(std::istream& in, const std::string& since, bool as_json) {
    const auto report = migration::read_report(in, since);
    const auto text = as_json ? migration::to_json(report) : migration::to_table(report);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (report.unreadable > 0)
        std::fprintf(stderr, "migration_report: lines that are no audit events: %zu\n",
                     report.unreadable);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    std::string file = "-";
    int days = 7;
    bool as_json = false;
    CLI::App app{"Prints, per client and rule, how many requests of the last days would fail under "
                 "policy::strict() and policy::mcp().",
                 "migration_report"};
    app.add_option("FILE", file, "The audit log, one JSON object per line; - for standard input")
        ->capture_default_str();
    app.add_option("--days", days, "How many days back")
        ->check(CLI::Range(1, 36'500))
        ->capture_default_str();
    app.add_flag("--json", as_json, "One JSON object instead of a table");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return error.get_exit_code() == 0 ? app.exit(error) : (app.exit(error), 2);
    }
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto since = migration::to_text(now - std::chrono::hours{24} * days);
    if (file == "-") return print(std::cin, since, as_json);
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        std::fprintf(stderr, "migration_report: cannot be read: %s\n", file.c_str());
        return 2;
    }
    return print(in, since, as_json);
}
