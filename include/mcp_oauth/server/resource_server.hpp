#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"
#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "mcp_oauth/ports/event_sink.hpp"
#include "mcp_oauth/ports/http_fetcher.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/server/authorization_server.hpp"
#include "mcp_oauth/server/introspected_issuer.hpp"
#include "mcp_oauth/server/operation.hpp"
#include "mcp_oauth/server/policy.hpp"
#include "mcp_oauth/server/trusted_issuer.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// One protected resource, as its metadata describes it (RFC 9728).
struct resource_config {
    /// An `https` URL, or `http` on a loopback host, without a fragment (PRM-01): what a token's
    /// `aud` has to name, and `resource` in the document, octet for octet (PRM-03).
    std::string identifier;
    /// What the document shows (MCP-PRM-10). Empty: the baseline; and where that is empty too,
    /// beside an authorization server, all that it offers. `offline_access` is never shown here
    /// (MCP-PRM-11).
    std::vector<std::string> scopes_supported;
    /// What a request without a good token is challenged for, beside what its call needs
    /// (MCP-SCO-01).
    std::vector<std::string> baseline_scopes;
    std::string name;          ///< `resource_name`, for people; empty: left out. Not checked
    std::string documentation; ///< `resource_documentation`, a URL for developers; likewise
    /// Where the resource is, as its clients see it: what DPoP proofs are for (RFC 9449 §4.3).
    /// Empty: the identifier. One that guards several URLs is one `resource_config` for each.
    std::string url{};
};

/// How many JWTs are remembered whose signature was found right, each for as long as it is good
/// and the keys are that it was found right under. One or two kilobytes for each. A token that is
/// bound to a key is proven each time all the same, and with `gate_revocation::at_once` its grant
/// is loaded.
inline constexpr std::size_t usual_remembered_tokens = 1024;

/// What a resource server is made from. `make` checks it as a whole.
struct resource_server_config {
    /// The issuer whose tokens are accepted (MCP-TOK-06), by the keys or secrets below. Empty where
    /// only those of `trusted_issuers` are.
    std::string issuer;
    /// The first is the default of `admit` and is also served at the root document.
    std::vector<resource_config> resources;
    /// The issuer's public keys.
    std::vector<verification_key> keys;
    /// For opaque access tokens: the issuer's secrets. For sessions and DPoP nonces: those, or any.
    /// Empty where there are none.
    std::vector<server_secret> secrets;
    /// The same as the issuer's. The gate goes by `access_token.format`, `scope.hierarchy`, `gate`,
    /// `dpop`, `limits.header` and `min_epoch`.
    mcp_oauth::policy policy;
    /// Other authorization servers whose tokens are accepted too, each by its own keys. The first
    /// one that is named in the metadata is `issuer`, then these in their order. A session ID and
    /// whatever is kept for a caller belong to issuer and subject together.
    std::vector<trusted_issuer> trusted_issuers{};
    /// An authorization server that is asked about each token of its own, named after them.
    std::optional<introspected_issuer> introspected{};
    /// Zero: every signature is checked each time, and the issuer of a token is asked each time.
    std::size_t remembered_tokens = usual_remembered_tokens;
};

/// What the gate calls, which must outlive it; each may be null, as in `server_ports`. Beside an
/// authorization server (`resource_server::beside`) a null store, sink, clock or random source is
/// that one's.
struct resource_server_ports {
    /// Needed for `gate_revocation::at_once` and `dpop_replay::in_store`.
    record_store* store = nullptr;
    event_sink* events = nullptr;      ///< null: nobody listens
    mcp_oauth::clock* clock = nullptr; ///< null: the system's
    random_source* random = nullptr;   ///< null: OpenSSL's; for session IDs and marks of proofs
    /// Needed for trusted issuers whose keys are not configured, and for an introspected one.
    http_fetcher* fetcher = nullptr;
    /// Slows down who brings tokens that an introspected issuer does not know
    /// (`attempt::refused_token`), by `http_request::source`. Null: a `memory_attempt_limiter`.
    attempt_limiter* limiter = nullptr;
};

/// Who is calling: made by `admit` only.
class principal {
public:
    /// Whose token it is: one of the configured issuers, octet for octet.
    [[nodiscard]] const std::string& issuer() const noexcept { return issuer_; }
    /// The token's `sub`. Another issuer's may be the same: keep data under both.
    [[nodiscard]] const std::string& subject() const noexcept { return subject_; }
    /// Whom the token was issued to; empty where an issuer of `plain_jwt` does not say.
    [[nodiscard]] const std::string& client_id() const noexcept { return client_id_; }
    /// The token's, as they stand in it. What they imply is not added: ask `require`.
    [[nodiscard]] const scope_set& scopes() const noexcept { return scopes_; }
    /// Empty for a token without a grant.
    [[nodiscard]] const std::string& grant_id() const noexcept { return grant_id_; }
    /// The token's `exp`, in whole seconds; a leeway lets it be past. Nothing watches it: a stream
    /// that is still open then is the host's to end.
    [[nodiscard]] instant expires_at() const noexcept { return expires_at_; }
    /// The key that the token is bound to and that the caller proved to hold (RFC 9449 §6.1); empty
    /// for a bearer token.
    [[nodiscard]] const std::string& key_thumbprint() const noexcept { return key_thumbprint_; }
    /// What the issuer says beyond the protocol (`authorization_server_config::custom_claims`): a
    /// JSON object without any of `is_protocol_claim`; empty where there is none.
    [[nodiscard]] const std::string& custom_claims() const noexcept { return custom_claims_; }
    /// What the host gave to `approve`; empty unless the gate loads the grant.
    [[nodiscard]] const std::string& host_data() const noexcept { return host_data_; }

private:
    friend struct principal_access;
    principal() noexcept;
    std::string issuer_;
    std::string subject_;
    std::string client_id_;
    scope_set scopes_;
    std::string grant_id_;
    instant expires_at_{};
    std::string key_thumbprint_;
    std::string custom_claims_;
    std::string host_data_;
};

/// Go on, or send this: a 400, 401, 403 or 503 with its challenge, complete; or a 500 where the
/// host named a resource that is not configured.
using admission = std::variant<principal, http_response>;

/// The gate before a protected resource (OAuth 2.1 §5, RFC 6750, RFC 9068, RFC 9728).
///
/// Call it in the route handler, after the body was read: an early refusal lets some HTTP servers
/// take the unread body for the next request.
///
/// What stays with the host:
///
///   - `Origin`, and `Host` on a loopback address: another site's is a plain 403, before the gate
///     (MCP-SEC-09).
///   - CORS: preflights are answered without a token, for metadata, keys, token, registration,
///     revocation and the resource, never for the authorization endpoint; `Authorization`,
///     `Content-Type`, `MCP-Protocol-Version`, `Mcp-Method`, `Mcp-Name` and `DPoP` are allowed,
///     `WWW-Authenticate` and `DPoP-Nonce` exposed: `cors_policy` does (MCP-SEC-13, OA21-TOK-14,
///     T-19).
///   - The token goes nowhere else: not into a log, a cookie or a URL, and not upstream, where a
///     token of its own is needed (MCP-TOK-07, BCP-14, BEAR-05).
///   - A denial that no further scope would cure is a 403 of the host's own, without
///     `insufficient_scope` (MCP-SCO-16).
///   - Whatever is kept for a caller is kept under its issuer and subject, not under a session ID
///     or a handle alone (MCP-TOK-15).
///   - In MCP: a `requestState` that influences what is allowed is sealed, and bound to principal,
///     time and request (MCP-SEC-10); an elicitation that sends the user to another login proves
///     that the browser's user is the caller, and hands nothing of what it gets there to the client
///     (MCP-SEC-11); results for one caller are `cacheScope: "private"`, which keeps nobody out:
///     every call passes the gate (MCP-SEC-12).
///
/// Keys of trusted issuers are fetched when a token needs them, by the request that brings it:
/// `admit` blocks for at most four fetches of 5 s. No thread is started.
///
/// An introspected issuer is asked by the request that brings the token, again within at most four
/// fetches of 5 s. Of several requests that bring the same token at once each asks, until the first
/// answer is there.
///
/// Threads: any thread may call anything.
class MCP_OAUTH_EXPORT resource_server {
public:
    /// For a server whose tokens another process issues. Checks: every member. Touches no port.
    [[nodiscard]] static expected<resource_server, config_error> make(resource_server_config config,
                                                                      resource_server_ports ports);
    /// For a server in the same process as its authorization server: issuer, keys, secrets, policy
    /// and scopes are that one's, so the two cannot disagree. Each resource must be one that it
    /// issues tokens for. So are the ports that are not named here: what the gate refuses is
    /// reported where the issuer's events are.
    ///
    /// Requires: the issuer's ports outlive the gate; the issuer itself need not.
    [[nodiscard]] static expected<resource_server, config_error>
    beside(const authorization_server& issuer, std::vector<resource_config> resources,
           resource_server_ports ports = {},
           std::size_t remembered_tokens = usual_remembered_tokens);

    /// What is moved from can only be destroyed or assigned to.
    resource_server(resource_server&&) noexcept;
    /// Likewise. Operations of the gate that was here go on: each keeps what it needs of it.
    resource_server& operator=(resource_server&&) noexcept;
    ~resource_server();

    /// Decides whether `request` may go on at `resource` (empty: the first) with `needed` scopes.
    ///
    /// Checks: exactly one token, in the `Authorization` header (OA21-RS-02 … 05); signature,
    ///         `typ`, issuer, audience, times (AT-10 … 14); for a token that is bound to a key, the
    ///         proof (RFC 9449 §7.1); with `at_once`, that the grant lives; scopes by the
    ///         hierarchy; and last that the proof was not here before.
    /// Does not check: the session (`owns_session`), the `Origin` header, anything in the body.
    /// Errors: 401 without `error` where there is no token; 400 `invalid_request`; 401
    ///         `invalid_token`, `invalid_dpop_proof` or `use_dpop_nonce`; 403 `insufficient_scope`
    ///         that names every scope in `needed`; 503 where the store does not answer, or the keys
    ///         of a trusted issuer cannot be had: while they are fetched for the first time, one
    ///         request waits and others are told to try again in a second. 503 too where an
    ///         introspected issuer does not answer, or may not be asked so often. 500
    ///         `server_error`, with an event, for a `resource` that was not configured and for a
    ///         malformed `needed`: the program's fault, and nobody gets in.
    [[nodiscard]] admission admit(const http_request& request, const scope_set& needed = {},
                                  std::string_view resource = {}) const;
    /// `admit` as an operation of at most six steps; finished at once where nothing has to be
    /// loaded, marked or fetched. `request` is needed during this call only.
    [[nodiscard]] operation<admission> begin_admit(const http_request& request,
                                                   const scope_set& needed = {},
                                                   std::string_view resource = {}) const;
    /// The 403 for a principal that lacks what a call needs; nothing where it has it. For hosts
    /// that know the tool only after reading the body.
    /// Errors: 500 for a `resource` that is not configured, as `admit`.
    [[nodiscard]] std::optional<http_response>
    require(const principal& who, const scope_set& needed, std::string_view resource = {}) const;

    /// Answers the metadata documents of every resource; 404 for another path.
    [[nodiscard]] http_response handle(const http_request& request) const;
    /// Exactly the routes that must reach `handle`.
    [[nodiscard]] std::vector<endpoint> endpoints() const;

    /// A session ID that is bound to this principal: issuer, subject, client and grant, sealed. It
    /// needs no store, and is never proof of identity: `admit` comes first, on every request.
    /// Requires: secrets in the configuration. Errors: nothing where the random source fails.
    [[nodiscard]] std::optional<std::string> open_session(const principal& who) const;
    /// Whether `session_id` was opened for this principal. A stolen one with another user's token
    /// is not (MCP-TOK-03, MCP-TOK-15, MCP-BC-10); the answer then is 404, as for a session that
    /// does not exist.
    [[nodiscard]] bool owns_session(const principal& who, std::string_view session_id) const;

    /// Public so that the library's own sources can name it; nobody else can look inside.
    struct state;

private:
    explicit resource_server(std::shared_ptr<const state> state) noexcept;
    std::shared_ptr<const state> state_;
};

} // namespace v0
} // namespace mcp_oauth
