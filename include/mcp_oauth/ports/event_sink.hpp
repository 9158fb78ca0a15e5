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
    approved,      ///< a code is on its way to the client, by consent given now or remembered
    denied,        ///< the user denied, or left no scope: the client is told `access_denied`
    granted,       ///< a code was redeemed
    refreshed,     ///< tokens were given for a refresh token, which was rotated or stays
    refresh_retry, ///< a rotated token came back inside its window and was answered with the head
    refresh_coalesced, ///< the head was answered again instead of rotated
    revoked, ///< ended by the client, the host, or a client record that changed: see `reason`
    // evidence of trouble
    code_replay,           ///< a redeemed code came back, everything right: it ends the grant
    refresh_replay,        ///< a rotated token came back outside its window: it ends the grant
    refresh_undecidable,   ///< too old to be judged while a burst is in progress
    state_lost,            ///< a token from a timeline that the store no longer knows
    used_after_revocation, ///< a code or refresh token of a revoked grant, or below `min_epoch`
    code_expired,          ///< a code that came after its `policy::code_options::lifetime`
    expired,               ///< a refresh token that came after its idle or absolute end
    // refusals
    client_authentication_failed, ///< an unknown client, a wrong secret, or another method
    request_refused, ///< at the authorization server; `reason` is mostly the error code
    token_refused,   ///< at the resource server
    scope_refused,   ///< at the resource server; `scope_not_offered`: no token can ever have it
    session_refused, ///< a session ID that belongs to another principal
    throttled,       ///< answered 429 before anything was compared; `reason` is the `attempt`
    // other
    would_be_refused,   ///< served to an OAuth 2.0 client, see `policy::migration`
    client_registered,  ///< by RFC 7591; `client_id` is the new one
    store_unavailable,  ///< the store, registry, signer or random source failed, or time ran out
    issuer_unavailable, ///< a trusted issuer's keys could not be fetched, or are too old
};

/// The kind as a word for a log.
[[nodiscard]] MCP_OAUTH_EXPORT std::string_view name(event_kind kind) noexcept;

/// One event. Holds no token, code, secret or password, ever (OA21-GEN-05, ATK-RG-07).
struct event {
    event_kind kind = event_kind::request_refused; ///< `reason` tells cases of it apart
    /// By the server's `clock`: the moment that windows and expiry were judged by.
    instant at{};
    /// A stable, machine-readable reason, `lower_snake_case`; empty where the kind says it all.
    std::string_view reason;
    std::string grant_id; ///< empty where no grant is concerned
    /// Empty where no client is known yet. Of `client_authentication_failed` it is what the request
    /// claimed, in a stranger's characters.
    std::string client_id;
    std::string subject;        ///< `login::subject`; empty where no grant is concerned
    std::string source;         ///< as the host gave it
    std::string user_agent;     ///< of the request, at most 256 octets
    std::string correlation_id; ///< the host's
    /// `refresh_retry`: how many generations behind the head, and how long after its rotation.
    std::uint64_t generations_behind = 0;
    milliseconds age{0}; ///< the latter; zero for every other kind
    /// `would_be_refused`: `reason` is the rule's name, this the ID of the requirement that the
    /// request breaks. `policy::strict()` would refuse it, and `policy::mcp()` where it says so.
    std::string_view requirement;
    bool mcp_refuses = false; ///< `migration_rule_facts::mcp_refuses` of that rule
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
