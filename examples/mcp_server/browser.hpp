#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit.hpp"
#include "config.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "sessions.hpp"

namespace mcp_server {

struct login_page;

/// What a user's browser comes to: the authorization endpoint, and the host's own login and
/// consent.
///
///     GET /authorize  library: error page | interaction     → login page, or straight on
///     POST /login     a password, then library: `authenticated` → redirect | consent page
///     POST /consent   library: `approve` or `deny`          → redirect back to the client
///
/// Between the pages the request travels as the library's sealed ticket in a hidden field. No page
/// takes an address to go on to from its parameters (BCP-01).
///
/// Threads: any.
class browser {
public:
    struct parts {
        const mcp_oauth::authorization_server& issuer;
        sessions& browser_sessions;
        std::vector<user> users;
        std::string resource;
        mcp_oauth::attempt_limiter* limiter = nullptr; ///< null: passwords may be guessed
        audit_log* audit = nullptr;
    };
    explicit browser(parts all) : parts_(std::move(all)) {}

    [[nodiscard]] mcp_oauth::http_response authorize(const mcp_oauth::http_request& request) const;
    [[nodiscard]] mcp_oauth::http_response login(const mcp_oauth::http_request& request) const;
    [[nodiscard]] mcp_oauth::http_response consent(const mcp_oauth::http_request& request) const;
    [[nodiscard]] mcp_oauth::http_response logout(const mcp_oauth::http_request& request) const;
    [[nodiscard]] mcp_oauth::http_response home(const mcp_oauth::http_request& request) const;

private:
    using response = mcp_oauth::http_response;
    struct fields; // of one of our forms

    [[nodiscard]] response go_on(const mcp_oauth::http_request& request, const std::string& ticket,
                                 const session& who) const;
    /// Puts in the form token, and begins a session where there is none.
    [[nodiscard]] response ask_for_login(std::optional<session> current, login_page shown) const;
    [[nodiscard]] response check_password(const mcp_oauth::http_request& request,
                                          const session& current, const fields& form) const;
    [[nodiscard]] response welcome(const mcp_oauth::http_request& request,
                                   const fields& form) const;
    [[nodiscard]] bool is_password_of(const std::string& username, std::string_view password) const;
    [[nodiscard]] bool exists(const std::string& username) const;
    void note(const char* what, const std::string& username,
              const mcp_oauth::http_request& request) const;

    parts parts_;
};

} // namespace mcp_server
