#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mcp_oauth/server/authorization_server.hpp"

#include "upstream.hpp"

/// Login and consent of a host whose users have their accounts elsewhere.
///
///     GET  /authorize   who asks, and a button that leads to the upstream
///     POST /login       off to the upstream, with a `state` of this browser's
///     GET  /callback    back from there: a session, and the consent page, always
///     POST /consent     back to the client
///
/// Threads: any. Logins that are under way and sessions are kept in memory here; a host with
/// several processes keeps them where it keeps its sessions.
class login_pages {
public:
    login_pages(const mcp_oauth::authorization_server& issuer, upstream& provider)
        : issuer_(issuer), provider_(provider) {}

    [[nodiscard]] mcp_oauth::http_response authorize(const mcp_oauth::http_request& request);
    [[nodiscard]] mcp_oauth::http_response begin_login(const mcp_oauth::http_request& request);
    [[nodiscard]] mcp_oauth::http_response callback(const mcp_oauth::http_request& request);
    [[nodiscard]] mcp_oauth::http_response decide(const mcp_oauth::http_request& request);

    /// What the upstream gave for this account: see `approval::host_data` in `decide`.
    [[nodiscard]] std::string upstream_token_of(const std::string& account);

private:
    /// A browser that is at the upstream.
    struct pending {
        std::string browser; ///< the value of its cookie
        std::string ticket;  ///< which authorization request it goes on with
        std::string nonce, verifier;
        mcp_oauth::instant ends{};
    };
    [[nodiscard]] bool keep(const std::string& state, const pending& login);
    [[nodiscard]] std::optional<pending> take(const std::string& state);
    [[nodiscard]] std::string account_of(const std::string& session);
    [[nodiscard]] mcp_oauth::http_response go_on(const pending& login, const upstream_user& user,
                                                 const mcp_oauth::http_request& page);

    const mcp_oauth::authorization_server& issuer_;
    upstream& provider_;
    mcp_oauth::system_clock clock_;
    std::mutex lock_;
    std::map<std::string, pending> pending_;         ///< by `state`
    std::map<std::string, std::string> accounts_;    ///< by session
    std::map<std::string, std::string> their_token_; ///< by account
};

/// Whether a grant may be refreshed: the hook of `authorization_server_config::may_refresh`.
[[nodiscard]] mcp_oauth::refresh_hook still_welcome(upstream& provider);
