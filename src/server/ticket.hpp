#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/grant/handle.hpp"
#include "mcp_oauth/rfc/7636_pkce.hpp"
#include "mcp_oauth/rfc/8252_redirect_uri.hpp"
#include "server/server_state.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// An error that waits in a ticket until its user is known (OA21-AUTHZ-24).
struct postponed_error {
    error_code code = error_code::server_error;
    std::string description;
};

/// The sentence of a postponed error. Only this server can have sealed it, so it is one of ours.
class sealed_sentence {
public:
    /// The result refers to `postponed`, which must outlive it.
    [[nodiscard]] static error open(const postponed_error& postponed) noexcept {
        return {postponed.code, public_text{std::string_view{postponed.description}}};
    }
};

/// A redirect URI that was matched before it was sealed, and is matched still when it comes back.
class sealed_redirect {
public:
    [[nodiscard]] static matched_redirect_uri open(std::string_view text) {
        return matched_redirect_uri{text};
    }
};

/// Who logged in: the part that the second ticket adds.
struct ticket_login {
    std::string subject;
    std::array<std::uint8_t, 16> session{}; ///< the digest of the host's session name
    std::int64_t auth_time = 0;
    std::string acr;
    std::vector<std::string> amr;
};

/// An authorization request on its way through the host's pages.
struct ticket {
    grant_id id{};
    instant issued_at{};
    instant deadline{};
    std::string client_id;
    std::string redirect_uri;
    bool redirect_uri_sent = false; ///< or it was left out, being the only one
    std::optional<std::string> state;
    /// Nothing where there is an error, and where a migration rule waived PKCE.
    std::optional<code_challenge> challenge;
    std::string dpop_jkt; ///< empty where the request named no key (RFC 9449 §10)
    scope_set scopes;
    std::vector<std::string> resources;
    bool prompt_none = false;
    bool prompt_login = false;
    bool prompt_consent = false;
    std::optional<seconds> max_age;
    std::optional<postponed_error> failed;
    /// Present in the second ticket only.
    std::optional<ticket_login> user;
};

/// At every limit of the policy a ticket is at most this long (an URL or a hidden field can hold
/// it).
inline constexpr std::size_t largest_ticket = 4096;

/// The text of a ticket: of the first kind, or with a `user` of the second.
/// Errors: nothing where the random source fails.
[[nodiscard]] std::optional<std::string> seal_ticket(const ticket& t, const server_state& server);

enum class ticket_kind : std::uint8_t { login, consent };

/// Errors: nothing where this server did not seal it, its configuration of scopes or resources
///         changed meanwhile, or `now` is past the deadline.
[[nodiscard]] std::optional<ticket> open_ticket(ticket_kind kind, std::string_view text,
                                                const server_state& server, instant now);

/// What a ticket remembers of a session's name.
[[nodiscard]] std::array<std::uint8_t, 16> session_digest(std::string_view session);

} // namespace v0
} // namespace mcp_oauth
