#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"
#include "mcp_oauth/ports/attempt_limiter.hpp"
#include "mcp_oauth/ports/client_registry.hpp"
#include "mcp_oauth/ports/event_sink.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/ports/signer.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"
#include "mcp_oauth/server/grant_listing.hpp"
#include "mcp_oauth/server/operation.hpp"
#include "mcp_oauth/server/policy.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What the server calls. References must outlive it; the pointers may be null.
struct server_ports {
    record_store& store;                ///< several issuers may share one: keys carry the issuer
    client_registry* clients = nullptr; ///< null: configured and registered clients
    attempt_limiter* limiter = nullptr; ///< null: no limits
    event_sink* events = nullptr;       ///< null: nobody listens
    mcp_oauth::clock* clock = nullptr;  ///< null: the system's
    random_source* random = nullptr;    ///< null: OpenSSL's
    signer* signatures = nullptr;       ///< needed where the first signing key is held elsewhere
};

/// What a host is asked before a refresh is committed. Return an error to refuse it
/// (`invalid_grant`: the subject was disabled; `temporarily_unavailable`: an upstream is down).
/// Must not block for long, and must not call back into the library. What it throws counts as
/// `temporarily_unavailable`.
using refresh_hook = std::function<std::optional<error>(
    std::string_view subject, std::string_view client_id, std::string_view host_data)>;

/// What an access token is about to be issued for: the grant, and what of it the token covers.
/// That is all that custom claims can depend on; nothing else of the request is here. The views are
/// good during the call.
struct token_facts {
    std::string_view subject;   ///< `login::subject`: the token's `sub`
    std::string_view client_id; ///< whom the grant was issued to
    std::string_view grant_id;  ///< the same for all tokens of one approval
    std::string_view resource;  ///< the one that the token is for: its `aud`
    const scope_set& scopes;    ///< of this token, which may be fewer than were granted
    std::string_view host_data; ///< what the host gave to `approve`
};

/// What a host adds to an access token, in either format: the text of a JSON object, or an empty
/// one for nothing. Asked once for each token, before anything is used up. It is `custom_claims` in
/// the principal, and in a JWT whoever holds the token can read it.
///
/// What it gives has to pass `custom_claims::parse`: it cannot name a claim of the protocol. Where
/// it does not pass, or the token would be longer than `largest_access_token`, or the hook throws
/// or has no answer, no token is issued and nothing is used up: 503 `temporarily_unavailable`, and
/// an event with the reason `custom_claims`. A claim is never left out silently.
///
/// Must not block for long, and must not call back into the library.
using claims_hook = std::function<expected<std::string, unavailable>(const token_facts& facts)>;

/// What an authorization server is made from. `make` checks it as a whole.
struct authorization_server_config {
    /// `https://…`, or `http` on a loopback host for development; no trailing slash. One string,
    /// used verbatim in metadata, `iss` and tokens (MCP-ISS-07).
    std::string issuer;
    /// Where the endpoints are, as the user agent and clients see them; the issuer where empty.
    std::string endpoint_base;
    /// Every resource that tokens may be asked for. The first is the default.
    std::vector<std::string> resources;
    /// Every scope on offer, `offline_access` included where it is; one at least.
    std::vector<std::string> scopes_supported;
    /// What an authorization request without `scope` gets; empty: `invalid_scope`.
    std::vector<std::string> default_scopes;
    /// Exactly one `current`.
    std::vector<server_secret> secrets;
    /// The first signs, all are published. Each key is there once: the same RSA key for two
    /// algorithms is refused (JBCP-02).
    std::vector<signing_key> signing_keys;
    /// Clients that are known from the start.
    std::vector<client> clients;
    /// Where registration asks for one (`registration_access::initial_access_token`).
    secret initial_access_token;
    mcp_oauth::policy policy;  ///< as it is chosen; `make` makes a `checked_policy` of it
    refresh_hook may_refresh;  ///< empty: every refresh that is right is served
    claims_hook custom_claims; ///< empty: none, and `principal::custom_claims` is empty
    /// How long others may keep the published keys, `max-age`: less than a new key is published
    /// before it signs. `key_rotation` says it. At most a day.
    seconds jwks_max_age{300};
};

/// What is wrong with a configuration: the operator's fault, told at start-up.
struct config_error {
    std::string member;  ///< `issuer`, `policy.refresh.idle`, `resources[0].identifier`, …
    std::string problem; ///< for the operator: the value, and what to do; never holds a secret
};

/// A refusal that is shown to the user on the host's own page, and never redirected: the client or
/// the redirect URI could not be proven (OA21-AUTHZ-08, OA21-AUTHZ-09).
struct error_page {
    int status = 400; ///< to send it with; with 405 goes `Allow: GET, POST` (OA21-AUTHZ-01)
    error why;        ///< what may be shown: a fixed sentence, with nothing of the request in it
};

/// What the host's login has to honour.
struct login_demands {
    bool none = false;           ///< `prompt=none`: show no page; call `authenticated` at once
    bool login = false;          ///< `prompt=login`: ask for credentials again
    bool consent = false;        ///< `prompt=consent`: the consent view will come
    bool select_account = false; ///< `prompt=select_account`
    /// How long ago the login may be at most; nothing: as the host likes. `authenticated` checks
    /// this, and `login`: one that is too old is `login_required`.
    std::optional<seconds> max_age;
    std::string acr_values; ///< as sent
    std::string login_hint; ///< as sent, never to be trusted
};

/// A request that was found acceptable, or whose error is to travel back, waiting for a login.
///
/// Nobody is redirected before the user is known (OA21-AUTHZ-24). `ticket` carries the request,
/// sealed, through the host's login page; at most 4 KB.
struct interaction {
    std::string ticket;    ///< base64url; good for `policy.consent.page_lifetime`
    login_demands demands; ///< what `authenticated` checks, and what it cannot
};

/// Who logged in, as the host found out. Where a member is not as it says here, the outcome is a
/// page with status 500, and an event whose reason names the member: `malformed_login_session`, …
struct login {
    std::string subject; ///< 1 to 128 octets of UTF-8, no U+0000; never reused for another user
    instant at{};        ///< when the user proved who they are
    /// How they did, for every access token of the grant (RFC 9068 §2.2.1): at most 64 octets of
    /// UTF-8, no U+0000; empty: not said.
    std::string acr;
    std::vector<std::string> amr; ///< likewise; in all at most 56 octets, each counting two more
    /// A name of the user agent's session at the host, new since login; not empty. Tickets are
    /// bound to it, so a consent page of one session cannot be answered from another (ATK-AZ-06).
    /// `new_session_name` makes one.
    std::string session;
};

/// A name for a session that begins with a login: 128 random bits as 22 characters of base64url,
/// which fit a cookie and a `login`. Errors: nothing where the random source fails.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<std::string> new_session_name(random_source& random);

/// What the consent page shows. Everything about the client is its own claim.
struct consent_view {
    std::string ticket; ///< for `approve` or `deny`; sealed to this subject and session

    std::string client_id;   ///< known here; that this client sent the request is not proven
    std::string client_name; ///< may be empty; of one that registered, no control characters
    std::string client_uri;  ///< may be empty; nobody has looked what is there
    /// Who says all this: the operator (`configured`), or the client itself.
    client_provenance provenance = client_provenance::registered;
    std::string redirect_uri;       ///< where the answer goes: proven to be registered
    std::string redirect_host;      ///< show it clearly (MCP-CIMD-26)
    bool redirect_is_local = false; ///< warn: any program on this machine can receive the answer
    scope_set scopes;               ///< what `approve` grants, unless it narrows; never empty
    std::vector<std::string> resources; ///< what tokens may be for: one or more of the configured
};

/// What the user agreed to.
struct approval {
    /// Of the scopes shown; nothing: all of them. Others are ignored, it only narrows. Where none
    /// is left the user has denied.
    std::optional<scope_set> granted;
    /// The host's own JSON, at most 4 KB: sealed at rest, handed back in the principal.
    std::string host_data;
    /// The user wants to be asked no more, where the policy allows it. Not together with
    /// `host_data`: a grant that comes without asking would come without that.
    bool remember = false;
};

/// A page to show, or a request that waits for a login.
using authorize_outcome = std::variant<error_page, interaction>;
/// A page to show, a redirect back to the client, or what to ask the user.
using authenticated_outcome = std::variant<error_page, http_response, consent_view>;
/// A redirect back to the client, or a page: the ticket is spent, expired or another session's.
using decision_outcome = std::variant<error_page, http_response>;

/// One route that the host must send to `handle`.
struct endpoint {
    std::string method; ///< `GET`, `HEAD` or `POST`; `handle` answers another with 405
    std::string path;   ///< exact, percent-encoded as in the request line, without a query
};

/// An OAuth 2.1 authorization server, without sockets, pages or a database of its own.
///
///     authorize      -> error page | interaction            the host logs the user in
///     authenticated  -> redirect | consent view             the host asks the user
///     approve, deny  -> redirect
///     handle         -> token, registration, revocation, metadata, JWKS
///
/// Each call exists twice: under its name, blocking, and as `begin_…`, an operation without I/O.
///
/// What stays with the host, since pages, logins and connections are its own:
///
///   - Serve everything over TLS (MCP-SEC-03), and end slow requests (ATK-TK-18).
///   - No page can be framed: `Content-Security-Policy: frame-ancestors 'none'` and
///     `X-Frame-Options: DENY`, on login, consent and errors (OA21-AUTHZ-25, MCP-AZR-17,
///     ATK-AZ-08). None loads anything from elsewhere, and a `Referrer-Policy` keeps its address
///     from others: `no-referrer` or `same-origin` (BCP-13, ATK-AZ-14).
///   - What a client says of itself is escaped, quoted and called its own claim (MCP-SEC-05,
///     DCR-13, ATK-AZ-12, ATK-AZ-13).
///   - The consent page shows everything in its view, and users can see and withdraw later what
///     they allowed: `list_grants`, `revoke_grants` (OA21-AUTHZ-26).
///   - Login begins a new session, in a cookie that is `HttpOnly`, `Secure` and `SameSite`
///     (ATK-AZ-10). Forms carry a token of that session; a consent ticket is sealed to it, a login
///     ticket is not (ATK-AZ-06). A form is answered with 303, never 307 or 308 (OA21-GEN-03,
///     MCP-AZR-16).
///   - After login go on with the ticket, never to a URL from a parameter (BCP-01, ATK-RU-13). A
///     postponed error comes as a finished redirect; a host that does not trust every registered
///     client may show a page before it (OA21-AUTHZ-24, MCP-AZR-10).
///   - Clients of MCP 2025-03-26 may expect `/authorize`, `/token` and `/register` at the origin:
///     route them here where the endpoints are elsewhere (MCP-BC-02, T-02).
///   - A host that logs its users in at another authorization server asks for the user's consent
///     for this client before it sends anybody there with its one client ID (MCP-AZR-18); names the
///     client, the scopes it will ask for there, and the redirect (MCP-AZR-19); keeps what was
///     agreed to in a `__Host-` cookie for this client (MCP-AZR-20); draws a `state` of its own
///     only then, and takes it once, within minutes (MCP-AZR-21). `approval::host_data` holds what
///     it got there, and `may_refresh` asks whether that still holds (MCP-BC-08).
///
/// Threads: immutable after construction; any thread may call anything.
/// Errors:  what clients do wrong is a response. A store that fails is 503
///          `temporarily_unavailable`. Configuration faults are told by `make`.
class MCP_OAUTH_EXPORT authorization_server {
public:
    /// Checks: every member of the configuration. Touches no port.
    [[nodiscard]] static expected<authorization_server, config_error>
    make(authorization_server_config config, server_ports ports);

    /// What is moved from can only be destroyed or assigned to.
    authorization_server(authorization_server&&) noexcept;
    /// Likewise. Operations of the server that was here go on: each keeps what it needs of it.
    authorization_server& operator=(authorization_server&&) noexcept;
    ~authorization_server();

    /// What `check_store` does with a store of other secrets. `adopt` is for the time after a leak,
    /// when every old secret was dropped: the store takes these as its own.
    enum class on_mismatch : std::uint8_t {
        refuse, ///< an error; the store stays as it was
        adopt   ///< its grants stay, but their codes and refresh tokens are good no more
    };
    /// Compares the secrets with the check value that the store holds, and creates it in a new
    /// store. Call it once before serving.
    /// Errors: the store belongs to other secrets, or does not answer.
    [[nodiscard]] expected<void, config_error>
    check_store(on_mismatch mismatch = on_mismatch::refuse) const;
    /// `check_store` as an operation of at most 16 steps.
    [[nodiscard]] operation<expected<void, config_error>>
    begin_check_store(on_mismatch mismatch = on_mismatch::refuse) const;

    /// The authorization endpoint (OAuth 2.1 §4.1.1).
    [[nodiscard]] authorize_outcome authorize(const http_request& request) const;
    /// `authorize` as an operation of at most one step, to find the client.
    [[nodiscard]] operation<authorize_outcome> begin_authorize(http_request request) const;

    // `page` below is the request that the host's own page was answered by. Nothing is decided by
    // it; its source, user agent and correlation ID appear in events.

    /// The user is known now; or, without a `login`, is not and `prompt=none` asked for no page.
    [[nodiscard]] authenticated_outcome authenticated(std::string_view ticket,
                                                      std::optional<login> who,
                                                      const http_request& page = {}) const;
    /// `authenticated` as an operation of at most four steps. The ticket must be good now.
    [[nodiscard]] operation<authenticated_outcome>
    begin_authenticated(std::string_view ticket, std::optional<login> who,
                        const http_request& page = {}) const;

    /// The user agrees. Approving the same ticket again returns the same redirect while the code
    /// waits, and a page afterwards.
    [[nodiscard]] decision_outcome approve(std::string_view ticket, std::string_view session,
                                           approval given = {},
                                           const http_request& page = {}) const;
    /// `approve` as an operation of at most four steps. The ticket must be good now.
    [[nodiscard]] operation<decision_outcome> begin_approve(std::string_view ticket,
                                                            std::string_view session,
                                                            approval given = {},
                                                            const http_request& page = {}) const;
    /// The user does not agree. The client is told `access_denied`.
    [[nodiscard]] decision_outcome deny(std::string_view ticket, std::string_view session,
                                        const http_request& page = {}) const;
    /// `deny` as an operation of at most three steps. The ticket must be good now.
    [[nodiscard]] operation<decision_outcome> begin_deny(std::string_view ticket,
                                                         std::string_view session,
                                                         const http_request& page = {}) const;

    /// Every endpoint that clients call directly; 404 for a path that is none.
    [[nodiscard]] http_response handle(const http_request& request) const;
    /// `handle` as an operation, of `most_steps` or `most_revocation_steps` at most.
    [[nodiscard]] operation<http_response> begin(http_request request) const;

    /// Ends one grant, whatever state it is in. Returns: whether it existed.
    [[nodiscard]] expected<bool, unavailable> revoke_grant(std::string_view grant_id) const;
    /// `revoke_grant` as an operation of at most `most_revocation_steps`.
    [[nodiscard]] operation<expected<bool, unavailable>>
    begin_revoke_grant(std::string_view grant_id) const;

    /// The live grants of a user or of a client, page by page, at most `limit` (1 to 100) of them:
    /// what a page of connected applications shows. Takes one `list`, and one look-up for each
    /// client that is met.
    /// Does not check: who asks. Show a user their own grants only.
    [[nodiscard]] expected<grant_page, unavailable> list_grants(const grant_owner& owner,
                                                                std::string_view after = {},
                                                                std::size_t limit = 50) const;
    /// `list_grants` as an operation of at most one step more than `limit`.
    [[nodiscard]] operation<expected<grant_page, unavailable>>
    begin_list_grants(const grant_owner& owner, std::string_view after = {},
                      std::size_t limit = 50) const;

    /// Ends all grants of a user or of a client that were approved before the call, those whose
    /// code still waits included, and forgets remembered consents. One that is approved meanwhile
    /// may escape: stop the login first, or call it again. Takes as many steps as there are grants;
    /// `policy::operation_limit` counts for each of them anew.
    /// Errors: the store did not answer; some have ended, and a second call goes on.
    /// Returns: how many were ended by this call.
    [[nodiscard]] expected<std::size_t, unavailable> revoke_grants(const grant_owner& owner) const;
    /// `revoke_grants` as an operation. Abandoned, it has ended those that it came to.
    [[nodiscard]] operation<expected<std::size_t, unavailable>>
    begin_revoke_grants(const grant_owner& owner) const;

    /// Deletes a client that registered itself, then ends its grants as `revoke_grants` does. A
    /// configured client, or one of the host's own registry, is the host's to remove: this ends its
    /// grants only.
    /// Errors, Returns: as `revoke_grants`.
    [[nodiscard]] expected<std::size_t, unavailable>
    delete_client(std::string_view client_id) const;
    /// `delete_client` as an operation. The client goes first: none of its codes counts afterwards.
    [[nodiscard]] operation<expected<std::size_t, unavailable>>
    begin_delete_client(std::string_view client_id) const;

    /// The path of the authorization endpoint, which the host routes to `authorize`.
    [[nodiscard]] const std::string& authorization_path() const noexcept;
    /// Exactly the routes that must reach `handle`, CORS preflights aside.
    [[nodiscard]] std::vector<endpoint> endpoints() const;
    /// `authorization_server_config::issuer`, octet for octet: what tokens and metadata say.
    [[nodiscard]] const std::string& issuer() const noexcept;

    /// What a resource server in the same process needs: see `resource_server::beside`.
    struct shared;
    /// Never null, and good after this server is gone.
    [[nodiscard]] std::shared_ptr<const shared> share() const noexcept;

    /// Public so that the library's own sources can name it; nobody else can look inside.
    struct state;

private:
    explicit authorization_server(std::shared_ptr<const state> state) noexcept;
    std::shared_ptr<const state> state_;
};

} // namespace v0
} // namespace mcp_oauth
