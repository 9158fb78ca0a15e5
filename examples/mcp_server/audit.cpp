#include "audit.hpp"

#include <chrono>
#include <ctime>

#include <nlohmann/json.hpp>

namespace mcp_server {
namespace {

using json = nlohmann::ordered_json;

/// RFC 3339, UTC, with milliseconds.
std::string to_text(mcp_oauth::instant at) {
    const auto ms = mcp_oauth::to_unix_ms(at);
    const std::time_t whole = static_cast<std::time_t>(mcp_oauth::to_unix_seconds(at));
    std::tm parts{};
    gmtime_r(&whole, &parts);
    char text[40];
    const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text + size, sizeof text - size, ".%03dZ", static_cast<int>(ms % 1000));
    return text;
}

void put(json& line, const char* name, std::string_view value) {
    if (!value.empty()) line[name] = value;
}

// What came from outside may be no UTF-8, and a log line has to be written all the same.
std::string to_line(const json& object) {
    return object.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

} // namespace

std::unique_ptr<audit_log> audit_log::open(const std::string& target) {
    auto* const file = target == "-" ? stdout : std::fopen(target.c_str(), "ae");
    if (file == nullptr) return nullptr;
    return std::unique_ptr<audit_log>{new audit_log{file}};
}

audit_log::~audit_log() {
    if (file_ != stdout) std::fclose(file_);
}

void audit_log::on_event(const mcp_oauth::event& event) {
    json line{{"at", to_text(event.at)}, {"event", mcp_oauth::name(event.kind)}};
    if (event.kind == mcp_oauth::event_kind::would_be_refused) {
        line["rule"] = event.reason;
        line["requirement"] = event.requirement;
        line["refused_by"] = json::array({"strict"});
        if (event.mcp_refuses) line["refused_by"].push_back("mcp");
        line["count"] = event.count;
    } else {
        put(line, "reason", event.reason);
    }
    put(line, "grant_id", event.grant_id);
    put(line, "client_id", event.client_id);
    put(line, "subject", event.subject);
    put(line, "source", event.source);
    put(line, "user_agent", event.user_agent);
    put(line, "correlation_id", event.correlation_id);
    if (event.kind == mcp_oauth::event_kind::refresh_retry) {
        line["generations_behind"] = event.generations_behind;
        line["age_ms"] = event.age.count();
    }
    write(to_line(line));
}

void audit_log::on_login(std::string_view what, std::string_view subject, std::string_view source,
                         std::string_view correlation_id) {
    const auto now = std::chrono::floor<mcp_oauth::milliseconds>(std::chrono::system_clock::now());
    json line{{"at", to_text(now)}, {"event", what}};
    put(line, "subject", subject);
    put(line, "source", source);
    put(line, "correlation_id", correlation_id);
    write(to_line(line));
}

void audit_log::write(const std::string& line) {
    const std::lock_guard<std::mutex> lock{one_line_};
    std::fwrite(line.data(), 1, line.size(), file_);
    std::fflush(file_);
}

} // namespace mcp_server
