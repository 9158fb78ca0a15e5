#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"
#include "mcp_oauth/rfc/6749_scope.hpp"
#include "mcp_oauth/server/migration.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// What access tokens look like.
enum class access_token_format : std::uint8_t {
    jwt,    ///< RFC 9068, verified without I/O
    opaque, ///< the same claims, sealed: no row, unreadable to clients
};
/// Who gets a refresh token (OA21-REF-11).
enum class refresh_issuance : std::uint8_t {
    never,               ///< `refresh_token` is no grant type here, and not in the metadata
    when_registered,     ///< every client with `refresh_token` among its grant types
    when_offline_access, ///< and only where `offline_access` was granted
};
/// Whether refresh tokens of confidential clients rotate; those of public ones that are bound to no
/// key do (OA21-REF-05).
enum class confidential_rotation : std::uint8_t {
    rotate, ///< a new one with every refresh: a stolen one is noticed when both are used
    keep    ///< the same one again: a thief needs the client's secret beside it
};
/// Whether a public client's refresh token that is bound to a key is rotated (OA21-REF-06).
enum class bound_rotation : std::uint8_t {
    rotate, ///< as if it were not bound
    keep    ///< the same one again: without the key it is of no use to a thief
};
/// Where a resource server remembers the proofs that it has seen (RFC 9449 §11.1).
enum class dpop_replay : std::uint8_t {
    /// In the process: no I/O. A second process, or the same after a restart, takes a proof that
    /// this one has seen. Bounded: beyond 262,144 proofs in their time the oldest are forgotten.
    in_memory,
    /// One `create` per request: seen by all that share the store.
    in_store,
};
/// What an authorization request without `resource` gets.
enum class missing_resource : std::uint8_t {
    refuse,          ///< `invalid_target`
    default_resource ///< the configured one (MCP-RES-09)
};
/// What the scope that a client registered means.
enum class registered_scope : std::uint8_t {
    ceiling,      ///< bounds what the client can be granted (DCR-18)
    default_only, ///< what it gets where it asks for nothing
};
/// Who may register a client (RFC 7591 §3).
enum class registration_access : std::uint8_t {
    off,                 ///< 404, and no `registration_endpoint` in the metadata
    open,                ///< anybody, as often as the `attempt_limiter` lets a source
    initial_access_token ///< who brings the configured one as a bearer token; others get 401
};
/// When a revoked grant's access tokens stop working at this server's gate.
enum class gate_revocation : std::uint8_t {
    at_expiry, ///< no I/O at the gate
    at_once,   ///< one `load` per request
};
/// Whether a request may be approved on the strength of an earlier consent (OA21-AUTHZ-23).
enum class remembered_consent : std::uint8_t {
    never,               ///< the user is asked every time
    for_https_redirects, ///< never for loopback and private-use redirects
};

/// What the operator may choose. `{}` is OAuth 2.1 to the letter; `strict()`, `mcp()` and
/// `migration()` name the presets.
///
/// Members may be added, so name the ones you set. A `checked_policy` is what servers take.
struct policy {
    /// Authorization codes.
    struct code_options {
        seconds lifetime{60}; ///< OAuth 2.1 §4.1.2: at most ten minutes
    } code;                   ///< the same in every preset

    /// Access tokens.
    struct access_token_options {
        /// Both servers must have the same. An opaque one needs the issuer's secrets at the gate.
        access_token_format format = access_token_format::jwt;
        seconds lifetime{600}; ///< RFC 6750 §5.3: one hour or less
    } access_token;            ///< the same in every preset

    /// Refresh tokens: who gets them, how long they live, and how they rotate.
    struct refresh_options {
        /// Decided when a code is redeemed. Who has a refresh token goes on getting the next one,
        /// except under `never`: then none is taken any more.
        refresh_issuance issue = refresh_issuance::when_registered;
        /// How long a grant lives after its newest refresh token was used (OA21-REF-08). The retry
        /// of an older one extends nothing; uses of a kept one count to within an eighth of this.
        seconds idle{std::chrono::hours{24 * 14}};
        /// How long a grant lives from its approval, however busy. No access token outlives it. A
        /// grant keeps what it was approved under.
        seconds absolute{std::chrono::hours{24 * 90}};
        /// How long after its own rotation a token is answered with the head. Zero: strict one-time
        /// use.
        milliseconds retry_window{0};
        /// How many rotations the record remembers.
        std::size_t retry_depth = 8;
        /// Whether clients that authenticate themselves get another one with each refresh.
        confidential_rotation confidential = confidential_rotation::rotate;
        /// Whether public ones do that came with a DPoP proof (RFC 9449 §5).
        bound_rotation bound = bound_rotation::rotate;
    } refresh; ///< `mcp()` opens a retry window of 60 s

    /// Which redirect URIs may be registered: see `redirect_rules`.
    struct redirect_options {
        /// Whether `http://localhost` passes beside the two IP literals, at any port (OAuth 2.1
        /// §4.1.1; RFC 8252 §8.3 advises against it).
        bool localhost_is_loopback = true;
        /// Whether `com.example.app:/…` passes: schemes with a period in them (RFC 8252 §7.1).
        bool private_use_schemes = true;
        /// Schemes that pass whatever `private_use_schemes` says, in lower case (OA21-CLI-04).
        std::vector<std::string> dotless_schemes;
    } redirect; ///< `mcp()` lists `cursor`, `vscode`, `vscode-insiders` and `windsurf`

    /// What becomes of the scopes that are asked for.
    struct scope_options {
        /// In an authorization request. A token request that asks for more than was granted is
        /// `invalid_scope` under either.
        unknown_scopes unknown = unknown_scopes::refuse;
        /// Of registered and configured clients alike; one without a scope is bounded by none.
        registered_scope registered = registered_scope::ceiling;
        /// Which implies which. Counts at the gate, and where a token request narrows; a token
        /// names what is implied only where its client asked for that.
        std::vector<scope_hierarchy::implication> hierarchy;
    } scope; ///< `mcp()` narrows unknown scopes away and takes a registered one for a default

    /// What becomes of the resource that is asked for.
    struct resource_options {
        missing_resource missing = missing_resource::refuse; ///< of `resource` (RFC 8707 §2)
    } resource;                                              ///< `mcp()` takes the first

    /// Clients that register themselves.
    struct registration_options {
        /// Whoever registered stays registered when this is closed.
        registration_access access = registration_access::open;
        /// `refuse` is `invalid_redirect_uri`, `coerce_to_native` a 201 that says `native`.
        impossible_web web = impossible_web::refuse;
        seconds unused_lifetime{std::chrono::hours{24}}; ///< a registration that is never used
        seconds tail{std::chrono::hours{24 * 30}};       ///< after the end of its last grant
        seconds secret_lifetime{0};                      ///< zero: secrets do not expire
    } registration;                                      ///< `mcp()` coerces an impossible `web`

    /// Login and consent pages, and whether consent is remembered.
    struct consent_options {
        /// The same user, client, redirect, resources and scopes only, none more and none fewer.
        /// `prompt=consent` always asks.
        remembered_consent remember = remembered_consent::never;
        /// From the approval that it came with. A new current server secret ends all of them.
        seconds lifetime{std::chrono::hours{24 * 30}};
        seconds page_lifetime{600}; ///< how long a login or consent page may stay open
    } consent;                      ///< `mcp()` remembers consent for https redirects

    /// What the gate before a resource goes by.
    struct gate_options {
        /// For tokens of grants of its own issuer; there is none to load for another's.
        gate_revocation revocation = gate_revocation::at_expiry;
        seconds leeway{0}; ///< at most a minute
    } gate;                ///< read by a `resource_server` alone; the same in every preset

    /// DPoP (RFC 9449). A token that was bound to a key is never taken without a proof of it,
    /// whatever stands here.
    struct dpop_options {
        /// Off: proofs are not looked at, and all tokens are bearer tokens.
        bool enabled = true;
        /// No token without a proof, for any client. For one client alone:
        /// `client::dpop_bound_access_tokens`.
        bool required = false;
        /// Resources that take bound tokens only, by their identifiers.
        std::vector<std::string> required_for;
        /// Proofs need a nonce of the server's (§8, §9). It costs clients a request now and then,
        /// and nobody can make proofs in advance.
        bool nonces = false;
        /// How long a nonce is taken. One that is older costs its client one more round.
        seconds nonce_lifetime{300};
        /// How far `iat` may be away from now, in both directions.
        seconds proof_lifetime{300};
        /// The authorization server always uses its store.
        dpop_replay gate_replay = dpop_replay::in_memory;
    } dpop; ///< the same in every preset; both servers read it

    /// Sizes in octets, and counts; what is larger is refused before it is looked at.
    struct limits_options {
        std::size_t body = 16 * 1024; ///< of what `handle` is sent: 413
        /// The request target of `handle`, and the parameters of an authorization request: 414, or
        /// 413 where they were posted.
        std::size_t query = 8 * 1024;
        /// One field of `handle`, name and value: 431. At the gate the value of `Authorization` and
        /// of `DPoP`: 400.
        std::size_t header = 8 * 1024;
        std::size_t parameters = 64;      ///< of one request, repeats included: 400
        std::size_t value = 4096;         ///< a parameter's name or value, decoded: 400
        std::size_t state = 2048;         ///< plus the next two: at most 2632, or no ticket fits
        std::size_t client_id = 200;      ///< a longer one is unknown, and not looked for
        std::size_t redirect_uri = 384;   ///< registered or requested
        std::size_t redirect_uris = 16;   ///< of one registration: `invalid_redirect_uri`
        std::size_t display_string = 256; ///< of a registration: a name, a version, a contact
        std::size_t json_depth = 8;       ///< levels of a registration, and of `host_data`
        std::size_t host_data = 4096;     ///< `approval::host_data`: a page with status 500
    } limits;                             ///< the same in every preset

    /// What is served to OAuth 2.0 clients for a while. By default nothing is. A request is judged
    /// when it arrives, and a code without a challenge once more when it is redeemed.
    struct legacy_options {
        /// Until they use PKCE, an attacker who gets hold of such a client's code, or who can slip
        /// a code of their own into its redirect, is held off by `state`, the redirect URI, `iss`
        /// and, where the client has one, its secret: nothing else ties the code to the browser
        /// that asked for it (RFC 9700 §4.5). One that sends a challenge has to prove it, always.
        migration_switch pkce_missing;
        /// Whoever can read the authorization request can redeem its code (RFC 7636 §7.2).
        migration_switch pkce_plain;
        /// Served, a rotated token stays good for its grant's life, and a stolen one goes
        /// unnoticed: every refresh still gives a new token, and the old one is reported when it
        /// comes back.
        migration_switch refresh_token_reused;
        /// Softens nothing: `refresh.retry_window` serves these, and this reports them. Where it
        /// holds the window counts as zero, and a retry ends its grant.
        migration_switch refresh_retried;
        /// Stands above `resource.missing`: the first resource; `invalid_target` where it holds.
        migration_switch resource_missing;
        /// Stands above `scope.unknown`: left out; `invalid_scope` where it holds.
        migration_switch scope_unknown;
        /// Stands above `scope.registered`: no ceiling; `invalid_scope` where it holds.
        migration_switch scope_beyond_registration;
        /// Softens `redirect.dotless_schemes`: those alone are served at all.
        migration_switch redirect_scheme_dotless;
        /// Softens `impossible_web::coerce_to_native`. A registration has no client ID yet, so
        /// `holds_for` does not count.
        migration_switch web_with_native_redirect;
        /// Clients that are held to RFC 6749 §4.1.3: where the authorization request had a
        /// `redirect_uri`, the token request needs it too. Any other client may send it, and then
        /// it has to be the same (OA21-CODE-10).
        std::vector<std::string> oauth_2_0_clients;

        /// The member that is called as the rule is: for a walk over `every_migration_rule`.
        [[nodiscard]] MCP_OAUTH_EXPORT const migration_switch&
        of(migration_rule rule) const noexcept;
        /// The same, to be set.
        [[nodiscard]] MCP_OAUTH_EXPORT migration_switch& of(migration_rule rule) noexcept;
    } legacy; ///< `migration()` alone turns its switches on, and all of them

    /// How long an operation may take from its arrival to its write; a later one writes nothing.
    /// Clients are promised the retry window less this.
    milliseconds operation_limit{5000};
    /// Grants whose last write bears a lower epoch are refused: raise it after restoring a backup.
    std::uint32_t min_epoch = 0;

    /// OAuth 2.1 to the letter.
    [[nodiscard]] MCP_OAUTH_EXPORT static policy strict();
    /// `strict()`, plus what MCP hosts need in practice: a retry window of 60 s at depth 8, a
    /// default resource, unknown scopes narrowed away, a registered scope is no ceiling, known
    /// private-use schemes, an impossible `web` registration coerced to `native`, and consent
    /// remembered for `https` redirects.
    [[nodiscard]] MCP_OAUTH_EXPORT static policy mcp();
    /// `mcp()`, and OAuth 2.0 clients are still served: every rule of `legacy` is softened and
    /// reported, without an end. Never the implicit or the password grant, and never a redirect
    /// that no registration vouches for.
    [[nodiscard]] MCP_OAUTH_EXPORT static policy migration();
};

/// A policy member outside its limits, by name: the operator's fault, told at start-up.
struct policy_error {
    std::string member;  ///< its path in `policy`, such as `refresh.idle`
    std::string problem; ///< for the operator: the value, and what it must be
};

/// A policy that was found consistent. The only thing that servers are made from.
class checked_policy {
public:
    /// Checks: code 1 s to 10 min; access token 1 s to 24 h; 0 < `operation_limit` <= 10 min; idle
    ///         and absolute 1 s or more, idle <= absolute; the window is not negative; with one:
    ///         window > `operation_limit`, idle > window + `operation_limit`, depth 1 to 32;
    ///         leeway at most 60 s; a page 1 s to 24 h; DPoP proofs and nonces 1 s to 1 h,
    ///         `required_for` holds resource identifiers, and nothing more is asked of DPoP where
    ///         it is off; no lifetime above ten years, those of a consent and of a registration
    ///         that is never used 1 s or more; schemes in lower case; no scope implies itself; no
    ///         limit is zero; no client ID of `legacy` is empty.
    /// Does not check: that `required_for` names resources there are: `authorization_server::make`.
    [[nodiscard]] MCP_OAUTH_EXPORT static expected<checked_policy, policy_error> make(policy p);

    /// What `make` was given, and found consistent. Good while this object is.
    [[nodiscard]] const policy& operator*() const noexcept { return policy_; }
    /// Never null; `rules->code.lifetime` reads a member.
    [[nodiscard]] const policy* operator->() const noexcept { return &policy_; }
    /// `scope.hierarchy`, ready to be asked: it has no cycle (MCP-SCO-12).
    [[nodiscard]] const scope_hierarchy& hierarchy() const noexcept { return hierarchy_; }

private:
    checked_policy(policy p, scope_hierarchy h) noexcept;
    policy policy_;
    scope_hierarchy hierarchy_;
};

} // namespace v0
} // namespace mcp_oauth
