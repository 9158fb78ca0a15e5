#include "report.hpp"

#include <algorithm>
#include <ctime>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

namespace migration {
namespace {

using json = nlohmann::ordered_json;

/// One event about a request that would be refused.
struct finding {
    row counted;
    bool is_one = false; ///< or some other event, which is nothing to us
};

std::string text_at(const json& event, const char* name) {
    const auto at = event.find(name);
    return at != event.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

bool is_time(const std::string& text) { return text.size() == 24 && text.back() == 'Z'; }

/// Errors: nothing where the line is no audit event, or lacks what it has to have.
std::optional<finding> read_line(const std::string& line) {
    const auto event = json::parse(line, nullptr, false);
    if (!event.is_object()) return std::nullopt;
    const auto kind = text_at(event, "event");
    if (kind.empty()) return std::nullopt;
    finding found;
    if (kind != "would_be_refused") return found;
    found.is_one = true;
    auto& counted = found.counted;
    counted.client_id = text_at(event, "client_id");
    counted.rule = text_at(event, "rule");
    counted.requirement = text_at(event, "requirement");
    counted.last = text_at(event, "at");
    const auto count = event.value("count", json(1U));
    const auto presets = event.value("refused_by", json::array());
    if (counted.client_id.empty() || counted.rule.empty() || !is_time(counted.last) ||
        !count.is_number_unsigned() || !presets.is_array())
        return std::nullopt;
    const auto refuses = [&](const char* preset) {
        return std::find(presets.begin(), presets.end(), preset) != presets.end();
    };
    if (refuses("strict")) counted.strict = count.get<std::uint64_t>();
    if (refuses("mcp")) counted.mcp = count.get<std::uint64_t>();
    return found;
}

// The log is a file that others may write to, and this is somebody's terminal.
std::string printable(const std::string& text) {
    std::string shown = text;
    for (char& c : shown)
        if (c < 0x20 || c == 0x7F) c = '?';
    return shown;
}

using line = std::vector<std::string>;

std::string to_columns(const std::vector<line>& lines) {
    std::vector<std::size_t> widths(lines.front().size());
    for (const auto& each : lines)
        for (std::size_t i = 0; i < each.size(); ++i)
            widths[i] = (std::max)(widths[i], each[i].size());
    std::string text;
    for (const auto& each : lines) {
        for (std::size_t i = 0; i < each.size(); ++i) {
            text += each[i];
            if (i + 1 < each.size()) text.append(widths[i] - each[i].size() + 2, ' ');
        }
        text += '\n';
    }
    return text;
}

} // namespace

std::string to_text(instant at) {
    const auto ms = at.time_since_epoch().count();
    const std::time_t whole = static_cast<std::time_t>(ms / 1000);
    char text[32];
    const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", std::gmtime(&whole));
    const auto digits = std::to_string(1000 + ms % 1000);
    return std::string(text, size) + '.' + digits.substr(1) + 'Z';
}

report read_report(std::istream& lines, const std::string& since) {
    report r;
    r.since = since;
    std::map<std::pair<std::string, std::string>, row> by_client_and_rule;
    for (std::string text; std::getline(lines, text);) {
        if (text.empty()) continue;
        const auto found = read_line(text);
        if (!found) ++r.unreadable;
        if (!found || !found->is_one || found->counted.last < since) continue;
        const auto& one = found->counted;
        auto& all = by_client_and_rule[{one.client_id, one.rule}];
        const row before = std::exchange(all, one);
        all.strict += before.strict;
        all.mcp += before.mcp;
        all.last = (std::max)(before.last, one.last);
    }
    for (auto& each : by_client_and_rule) r.rows.push_back(std::move(each.second));
    std::stable_sort(r.rows.begin(), r.rows.end(),
                     [](const row& a, const row& b) { return a.last > b.last; });
    return r;
}

std::string to_table(const report& r) {
    const auto heading = "since " + r.since + ", the newest first\n";
    if (r.rows.empty()) return heading + "nothing would be refused\n";
    std::vector<line> lines{{"client", "rule", "requirement", "strict", "mcp", "last"}};
    for (const auto& each : r.rows)
        lines.push_back({printable(each.client_id), printable(each.rule),
                         printable(each.requirement), std::to_string(each.strict),
                         std::to_string(each.mcp), each.last});
    return heading + to_columns(lines);
}

std::string to_json(const report& r) {
    json rows = json::array();
    for (const auto& each : r.rows)
        rows.push_back({{"client_id", each.client_id},
                        {"rule", each.rule},
                        {"requirement", each.requirement},
                        {"strict", each.strict},
                        {"mcp", each.mcp},
                        {"last", each.last}});
    const json all{{"since", r.since}, {"unreadable_lines", r.unreadable}, {"rows", rows}};
    return all.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

} // namespace migration
