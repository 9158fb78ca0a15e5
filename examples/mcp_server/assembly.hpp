#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "audit.hpp"
#include "config.hpp"
#include "config_reader.hpp"
#include "mcp_oauth/adapters/key_file.hpp"
#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "mcp_oauth/ports/folding_events.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/resource_server.hpp"
#include "sessions.hpp"
#include "site.hpp"
#include "storage.hpp"

namespace mcp_server {

/// The store cannot be used: of `--storage`, not of the configuration.
class storage_fault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The library's two servers, their ports, and the site in front of them: what a host puts together
/// once, at its start, and never changes.
class assembly {
public:
    /// `origin`: where the server listens, the issuer where the configuration gives none.
    /// Errors: throws `config_fault` or `storage_fault`.
    [[nodiscard]] static std::unique_ptr<assembly>
    make(config config, const std::string& origin, audit_log* audit, const storage& chosen = {});

    [[nodiscard]] site& web() noexcept { return *site_; }
    /// Drops what has expired, and closes the hours of the audit log. Call it now and then; nothing
    /// else does.
    void sweep();

private:
    assembly() = default;
    void make_issuer(config& config, const std::string& issuer, mcp_oauth::server_keys keys);
    void make_gate(const config& config, const std::string& resource, audit_log* audit);
    void make_limiter(const config& config);

    std::unique_ptr<mcp_oauth::record_store> store_;
    std::unique_ptr<mcp_oauth::attempt_limiter> limiter_; ///< null: no limits
    std::unique_ptr<mcp_oauth::folding_events> events_;   ///< null: nobody listens
    std::unique_ptr<sessions> sessions_;
    std::unique_ptr<mcp_oauth::authorization_server> issuer_;
    std::unique_ptr<mcp_oauth::resource_server> gate_;
    std::unique_ptr<site> site_;
};

} // namespace mcp_server
