#pragma once

#include <memory>
#include <string>

#include "audit.hpp"
#include "config.hpp"
#include "config_reader.hpp"
#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "mcp_oauth/ports/folding_events.hpp"
#include "mcp_oauth/ports/memory_store.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/resource_server.hpp"
#include "sessions.hpp"
#include "site.hpp"

namespace mcp_server {

/// The library's two servers, their ports, and the site in front of them: what a host puts together
/// once, at its start, and never changes.
class assembly {
public:
    /// `origin`: where the server listens, the issuer where the configuration gives none.
    /// Errors: throws `config_fault`.
    [[nodiscard]] static std::unique_ptr<assembly> make(config config, const std::string& origin,
                                                        audit_log* audit);

    [[nodiscard]] site& web() noexcept { return *site_; }
    /// Drops what has expired, and closes the hours of the audit log. Call it now and then; nothing
    /// else does.
    void sweep();

private:
    assembly() = default;
    void make_issuer(config& config, const std::string& issuer);
    void make_gate(const config& config, const std::string& resource, audit_log* audit);
    void make_limiter(const config& config);

    mcp_oauth::memory_store store_;
    std::unique_ptr<mcp_oauth::attempt_limiter> limiter_; ///< null: no limits
    std::unique_ptr<mcp_oauth::folding_events> events_;   ///< null: nobody listens
    std::unique_ptr<sessions> sessions_;
    std::unique_ptr<mcp_oauth::authorization_server> issuer_;
    std::unique_ptr<mcp_oauth::resource_server> gate_;
    std::unique_ptr<site> site_;
};

} // namespace mcp_server
