#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

/// Reads audit events, one JSON object per line, and counts the requests that would be refused.
namespace migration {

using instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// RFC 3339 in UTC with milliseconds, as audit logs have it. Earlier times are lesser texts.
[[nodiscard]] std::string to_text(instant at);

/// The requests of one client that break one rule.
struct row {
    std::string client_id;
    std::string rule;
    std::string requirement;
    std::uint64_t strict = 0; ///< how many of them `policy::strict()` would refuse
    std::uint64_t mcp = 0;    ///< how many of them `policy::mcp()` would refuse
    std::string last;         ///< when the last one came
};

struct report {
    std::string since;
    std::vector<row> rows;      ///< the newest first
    std::size_t unreadable = 0; ///< lines that are no audit event, or no whole one
};

/// Counts what came at `since` (as `to_text` writes it) or later. Other events are passed over.
[[nodiscard]] report read_report(std::istream& lines, const std::string& since);

/// A table for people.
[[nodiscard]] std::string to_table(const report& r);
/// One JSON object.
[[nodiscard]] std::string to_json(const report& r);

} // namespace migration
