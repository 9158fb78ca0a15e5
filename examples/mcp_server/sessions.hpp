#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/grammar/http_message.hpp"

namespace mcp_server {

/// A browser's session at the login page. Before the login it has an ID and nobody's name: the
/// tokens in our forms are bound to that ID.
struct session {
    std::string id;
    std::string username;       ///< empty: nobody has logged in
    mcp_oauth::instant begun{}; ///< since the login, the moment of it
    [[nodiscard]] bool signed_in() const noexcept { return !username.empty(); }
};

/// Sessions in a sealed cookie: nothing is stored, so they survive a restart and are known to every
/// process that has the same secret. The one thing that a process keeps is which it signed out.
///
/// The cookie is `HttpOnly` and `SameSite=Lax` (the client sends the browser here from another
/// site, by a plain GET), and `Secure` with the `__Host-` prefix wherever the issuer is https. A
/// login always begins a session with a new ID (ATK-AZ-10).
///
/// Threads: any.
class sessions {
public:
    sessions(const mcp_oauth::secret& server_secret, const std::string& issuer);

    /// The session of the request's cookie; nothing where there is none that is ours and alive.
    [[nodiscard]] std::optional<session> find(const mcp_oauth::http_request& request) const;
    /// One for a browser that has none; nothing where the random source fails.
    [[nodiscard]] std::optional<session> begin() const { return make({}); }
    [[nodiscard]] std::optional<session> log_in(const std::string& username) const {
        return make(username);
    }
    /// Nobody can come back with this session's cookie, at least not to this process.
    void sign_out(const session& ended);

    /// The value of a `Set-Cookie` header. Errors: nothing where the random source fails.
    [[nodiscard]] std::optional<std::string> cookie(const session& current) const;

    /// The token in every form that this session is shown, and the check when it comes back. It
    /// does not lean on `Origin`, which browsers may send as `null`.
    [[nodiscard]] std::string form_token(const session& current) const;
    [[nodiscard]] bool is_form_token(const session& current, std::string_view token) const;

private:
    [[nodiscard]] std::optional<session> make(const std::string& username) const;
    [[nodiscard]] mcp_oauth::instant now() const { return clock_.now(); }
    [[nodiscard]] bool has_ended(const session& s) const;

    mcp_oauth::system_clock clock_;
    mutable mcp_oauth::system_random random_;
    mcp_oauth::aead_key cookie_key_;
    mcp_oauth::secret form_key_;
    std::string cookie_name_;
    bool secure_;

    mutable std::mutex signed_out_guard_;
    std::map<std::string, mcp_oauth::instant> signed_out_;
};

} // namespace mcp_server
