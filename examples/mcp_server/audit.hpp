#pragma once

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "mcp_oauth/ports/event_sink.hpp"

namespace mcp_server {

/// The audit log: one JSON object per line for every security event, the library's and our login
/// page's.
///
/// Several processes may append to one file, as each line is one write.
class audit_log final : public mcp_oauth::event_sink {
public:
    /// `target`: a file, or `-` for standard output. Errors: nothing where it cannot be opened.
    [[nodiscard]] static std::unique_ptr<audit_log> open(const std::string& target);
    ~audit_log() override;
    audit_log(const audit_log&) = delete;
    audit_log& operator=(const audit_log&) = delete;

    void on_event(const mcp_oauth::event& event) override;
    /// `login_succeeded`, `login_failed` or `login_throttled`. `subject` is empty for a name that
    /// is no user's: people type passwords into the wrong field.
    void on_login(std::string_view what, std::string_view subject, std::string_view source,
                  std::string_view correlation_id);

private:
    explicit audit_log(std::FILE* file) noexcept : file_(file) {}
    void write(const std::string& line);

    std::FILE* file_;
    std::mutex one_line_;
};

} // namespace mcp_server
