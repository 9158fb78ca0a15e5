#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Everything that the library reports. Closed: a switch over it is checked by the compiler.
enum class event_kind : std::uint8_t {
    // the life of a grant
    approved,
    denied,
    granted, ///< a code was redeemed
    refreshed,
    refresh_retry, ///< a rotated token came back inside its window and was answered with the head
    refresh_coalesced, ///< the head was answered again instead of rotated
    revoked,
    // evidence of trouble
    code_replay,
    refresh_replay,
    refresh_undecidable, ///< too old to be judged while a burst is in progress
    state_lost,          ///< a token from a timeline that the store no longer knows
    used_after_revocation,
    code_expired,
    expired,
    // refusals
    client_authentication_failed,
    request_refused,
    token_refused,   ///< at the resource server
    scope_refused,   ///< at the resource server
    session_refused, ///< a session ID that belongs to another principal
    throttled,
    // other
    would_be_refused, ///< served to an OAuth 2.0 client, see `policy::migration`
    client_registered,
    store_unavailable,
    /// A trusted issuer's keys could not be fetched, or are too old; or an introspected issuer did
    /// not answer. `introspection_unauthorized`: it does not know this server's credentials.
    issuer_unavailable,
};

/// The kind as a word for a log.
[[nodiscard]] MCP_OAUTH_EXPORT std::string_view name(event_kind kind) noexcept;

/// One event. Holds no token, code, secret or password, ever (OA21-GEN-05, ATK-RG-07).
struct event {
    event_kind kind = event_kind::request_refused;
    instant at{};
    /// A stable, machine-readable reason, `lower_snake_case`; empty where the kind says it all.
    std::string_view reason;
    std::string grant_id; ///< empty where no grant is concerned
    std::string client_id;
    std::string subject;
    std::string source;         ///< as the host gave it
    std::string user_agent;     ///< of the request, at most 256 octets
    std::string correlation_id; ///< the host's
    /// `refresh_retry`: how many generations behind the head, and how long after its rotation.
    std::uint64_t generations_behind = 0;
    milliseconds age{0};
    /// `would_be_refused`: `reason` is the rule's name, this the ID of the requirement that the
    /// request breaks. `policy::strict()` would refuse it, and `policy::mcp()` where it says so.
    std::string_view requirement;
    bool mcp_refuses = false;
    /// For how many requests this event stands: see `folding_events`.
    std::uint64_t count = 1;
};

/// Where events go: an audit log, a metric, an alert.
///
/// Errors:  none. What it throws is swallowed: an audit log that fails must not change an answer.
/// Threads: called concurrently, with no lock of the library held. Must not block.
class MCP_OAUTH_EXPORT event_sink {
public:
    virtual ~event_sink();
    /// One event, at the moment that it happens.
    virtual void on_event(const event& event) = 0;
};

} // namespace v0
} // namespace mcp_oauth
