#pragma once

#include <memory>
#include <string>

#include "mcp_oauth/mcp_oauth.hpp"
#include "mcp_oauth/testing/manual_clock.hpp"

namespace walk {

/// The audit log: one JSON object for each request that would be refused. Yours has all events in
/// it, see examples/mcp_server/audit.cpp.
class audit_log final : public mcp_oauth::event_sink {
public:
    void on_event(const mcp_oauth::event& event) override;
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_; // a file, where it is not just for show
};

/// Stands for the host's server. The store, the secrets and the clock outlive each restart, so
/// logins do too.
class my_server {
public:
    my_server();
    /// Starts again under these rules. Services never change: a new policy is a new start.
    void restart(mcp_oauth::policy rules);

    [[nodiscard]] const mcp_oauth::authorization_server& issuer() const { return *issuer_; }
    /// Stands still until it is told to move, so that the walk is the same each time.
    [[nodiscard]] mcp_oauth::testing::manual_clock& clock() noexcept { return clock_; }
    /// What migration_report prints.
    [[nodiscard]] std::string report();

private:
    mcp_oauth::testing::manual_clock clock_;
    mcp_oauth::memory_store store_;
    audit_log log_;
    mcp_oauth::folding_events events_{log_};
    std::string secret_;
    mcp_oauth::signing_key key_;
    std::unique_ptr<mcp_oauth::authorization_server> issuer_;
};

} // namespace walk
