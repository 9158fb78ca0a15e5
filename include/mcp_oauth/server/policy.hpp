#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/rfc/6749_scope.hpp"
#include "mcp_oauth/rfc/7591_client_registration.hpp"
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
    never,
    when_registered,     ///< every client with `refresh_token` among its grant types
    when_offline_access, ///< and only where `offline_access` was granted
};
/// Whether refresh tokens of confidential clients rotate; those of public ones that are bound to no
/// key do (OA21-REF-05).
enum class confidential_rotation : std::uint8_t { rotate, keep };
/// Whether a public client's refresh token that is bound to a key is rotated (OA21-REF-06).
enum class bound_rotation : std::uint8_t { rotate, keep };
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
enum class registration_access : std::uint8_t { off, open, initial_access_token };
/// When a revoked grant's access tokens stop working at this server's gate.
enum class gate_revocation : std::uint8_t {
    at_expiry, ///< no I/O at the gate
    at_once,   ///< one `load` per request
};
/// Whether a request may be approved on the strength of an earlier consent (OA21-AUTHZ-23).
enum class remembered_consent : std::uint8_t {
    never,
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
    } code;

    /// Access tokens.
    struct access_token_options {
        access_token_format format = access_token_format::jwt;
        seconds lifetime{600}; ///< RFC 6750 §5.3: one hour or less
    } access_token;

    /// Refresh tokens: who gets them, how long they live, and how they rotate.
    struct refresh_options {
        refresh_issuance issue = refresh_issuance::when_registered;
        seconds idle{std::chrono::hours{24 * 14}};
        seconds absolute{std::chrono::hours{24 * 90}};
        /// How long after its own rotation a token is answered with the head. Zero: strict one-time
        /// use.
        milliseconds retry_window{0};
        /// How many rotations the record remembers.
        std::size_t retry_depth = 8;
        confidential_rotation confidential = confidential_rotation::rotate;
        bound_rotation bound = bound_rotation::rotate;
    } refresh;

    /// Which redirect URIs may be registered: see `redirect_rules`.
    struct redirect_options {
        bool localhost_is_loopback = true;
        bool private_use_schemes = true;
        std::vector<std::string> dotless_schemes;
    } redirect;

    /// What becomes of the scopes that are asked for.
    struct scope_options {
        unknown_scopes unknown = unknown_scopes::refuse;
        registered_scope registered = registered_scope::ceiling;
        std::vector<scope_hierarchy::implication> hierarchy;
    } scope;

    /// What becomes of the resource that is asked for.
    struct resource_options {
        missing_resource missing = missing_resource::refuse;
    } resource;

    /// Clients that register themselves.
    struct registration_options {
        registration_access access = registration_access::open;
        impossible_web web = impossible_web::refuse;
        seconds unused_lifetime{std::chrono::hours{24}}; ///< a registration that is never used
        seconds tail{std::chrono::hours{24 * 30}};       ///< after the end of its last grant
        seconds secret_lifetime{0};                      ///< zero: secrets do not expire
    } registration;

    /// Login and consent pages, and whether consent is remembered.
    struct consent_options {
        remembered_consent remember = remembered_consent::never;
        seconds lifetime{std::chrono::hours{24 * 30}};
        seconds page_lifetime{600}; ///< how long a login or consent page may stay open
    } consent;

    /// What the gate before a resource goes by.
    struct gate_options {
        gate_revocation revocation = gate_revocation::at_expiry;
        seconds leeway{0}; ///< at most a minute
    } gate;

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
        seconds nonce_lifetime{300};
        /// How far `iat` may be away from now, in both directions.
        seconds proof_lifetime{300};
        /// The authorization server always uses its store.
        dpop_replay gate_replay = dpop_replay::in_memory;
    } dpop;

    /// Sizes in octets, and counts; what is larger is refused before it is looked at.
    struct limits_options {
        std::size_t body = 16 * 1024;
        std::size_t query = 8 * 1024;
        std::size_t header = 8 * 1024;
        std::size_t parameters = 64;
        std::size_t value = 4096;
        std::size_t state = 2048; ///< plus the next two: at most 2632, or no ticket fits
        std::size_t client_id = 200;
        std::size_t redirect_uri = 384;
        std::size_t redirect_uris = 16;
        std::size_t display_string = 256;
        std::size_t json_depth = 8;
        std::size_t host_data = 4096;
    } limits;

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
        migration_switch refresh_retried;
        migration_switch resource_missing;
        migration_switch scope_unknown;
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

        [[nodiscard]] MCP_OAUTH_EXPORT const migration_switch&
        of(migration_rule rule) const noexcept;
        [[nodiscard]] MCP_OAUTH_EXPORT migration_switch& of(migration_rule rule) noexcept;
    } legacy;

    /// How long an operation may take from its arrival to its write; a later one writes nothing.
    /// Clients are promised the retry window less this.
    milliseconds operation_limit{5000};
    /// Grants whose last write bears a lower epoch are refused: raise it after restoring a backup.
    std::uint32_t min_epoch = 0;

    /// OAuth 2.1 to the letter.
    [[nodiscard]] MCP_OAUTH_EXPORT static policy strict();
    /// `strict()`, plus what MCP hosts need in practice: a retry window of 60 s at depth 8, a
    /// default resource, unknown scopes narrowed away, a registered scope is no ceiling, known
    /// private-use schemes.
    [[nodiscard]] MCP_OAUTH_EXPORT static policy mcp();
    /// `mcp()`, and OAuth 2.0 clients are still served: every rule of `legacy` is softened and
    /// reported, without an end. Never the implicit or the password grant, and never a redirect
    /// that no registration vouches for.
    [[nodiscard]] MCP_OAUTH_EXPORT static policy migration();
};

/// A policy member outside its limits, by name: the operator's fault, told at start-up.
struct policy_error {
    std::string_view member;
    std::string_view problem;
};

/// A policy that was found consistent. The only thing that servers are made from.
class checked_policy {
public:
    /// Checks: code 1 s to 10 min; access token 1 s to 24 h; idle > 0, idle <= absolute; with a
    ///         window: window > `operation_limit`, idle > window + `operation_limit`, depth 1 to
    ///         32; leeway at most 60 s; DPoP proofs and nonces 1 s to 1 h, and nothing more is
    ///         asked of DPoP where it is off; no lifetime above ten years; schemes in lower case;
    ///         no scope implies itself; no limit is zero; no client ID of `legacy` is empty.
    [[nodiscard]] MCP_OAUTH_EXPORT static expected<checked_policy, policy_error> make(policy p);

    [[nodiscard]] const policy& operator*() const noexcept { return policy_; }
    [[nodiscard]] const policy* operator->() const noexcept { return &policy_; }
    [[nodiscard]] const scope_hierarchy& hierarchy() const noexcept { return hierarchy_; }

private:
    checked_policy(policy p, scope_hierarchy h) : policy_(std::move(p)), hierarchy_(std::move(h)) {}
    policy policy_;
    scope_hierarchy hierarchy_;
};

} // namespace v0
} // namespace mcp_oauth
