#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"
#include "mcp_oauth/rfc/7517_jwk.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"
#include "mcp_oauth/rfc/7519_jwt.hpp"
#include "mcp_oauth/rfc/8707_resource_indicators.hpp"
#include "mcp_oauth/rfc/9068_profile.hpp"

/// RFC 9068: access tokens as JWTs, and what a resource server checks before it believes one.
namespace mcp_oauth {
inline namespace v0 {

/// Whether a claim has a meaning in the protocol, so that nobody else may set it: those that this
/// library sets, and those by which RFC 7519, 7662, 7800, 8417, 8693 and 9396 and OpenID Connect
/// say who may do what, or how a token was come by.
[[nodiscard]] constexpr bool is_protocol_claim(std::string_view claim) noexcept {
    constexpr std::string_view names[] = {
        "iss",     "sub",       "aud",        "exp",      "nbf",      "iat",
        "jti",     "client_id", "scope",      "cnf",      "grant_id", "auth_time",
        "acr",     "amr",       "act",        "may_act",  "azp",      "nonce",
        "at_hash", "c_hash",    "s_hash",     "sid",      "events",   "toe",
        "txn",     "active",    "token_type", "username", "typ",      "authorization_details"};
    for (const auto each : names)
        if (claim == each) return true;
    return false;
}

/// Octets of what a host may add to a token.
inline constexpr std::size_t most_custom_claims = 2048;

/// Claims that are not the protocol's, such as `roles` or `tenant`. Whatever their values, they
/// cannot override one that is.
class custom_claims {
public:
    custom_claims() = default; ///< none
    /// Checks: a JSON object of at most `most_custom_claims` octets, at most eight deep, without
    ///         repeated names, without an empty one, and without a name of `is_protocol_claim`. An
    ///         empty text and an empty object are none.
    /// Errors: nothing.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<custom_claims> parse(std::string_view json);
    /// Those among the claims of a token: every member that `parse` would let a host add. One with
    /// an empty name is left out.
    [[nodiscard]] MCP_OAUTH_EXPORT static custom_claims among(json_value claims);

    /// Whether nothing is said beyond the protocol.
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    /// A JSON object without white space; empty where there are none.
    /// @{
    [[nodiscard]] const std::string& text() const& noexcept { return text_; }
    [[nodiscard]] std::string text() && noexcept { return std::move(text_); }
    /// @}

private:
    std::string text_;
};

/// What an access token says (RFC 9068 §2.2). Times are seconds since the epoch (RFC 7519 §2).
struct access_token_claims {
    std::string issuer; ///< `iss`, the octets of the issuer's identifier
    /// The user, or for a token without one an identifier of the client (AT-05).
    std::string subject;
    std::vector<std::string> audience; ///< on the wire a string where it is one (RFC 7519 §4.1.3)
    std::string client_id;             ///< empty where a `plain_jwt` does not say
    scope_set scope;                   ///< empty: good for nothing that needs one
    std::int64_t issued_at = 0;        ///< 0 where a `plain_jwt` does not say
    std::int64_t expires_at = 0;       ///< the first second in which it is no good
    std::string jti;                   ///< empty where a `plain_jwt` does not say
    /// The grant behind the token, a claim of our own; empty for a token without a grant.
    std::string grant_id;
    /// The thumbprint of the key that the token is bound to, `cnf.jkt` (RFC 9449 §6.1); empty for a
    /// bearer token.
    std::string jkt;

    // The user's login, the same in every token of a grant (RFC 9068 §2.2.1; AT-09).
    std::optional<std::int64_t> auth_time; ///< when it was; nothing: not told
    std::string acr;                       ///< its class; empty: not told
    std::vector<std::string> amr;          ///< its methods (RFC 8176); empty: not told

    /// What the issuer says beyond the protocol.
    custom_claims custom;
};

/// The claims as JSON text: the payload of a JWT, and the inside of a sealed token.
[[nodiscard]] MCP_OAUTH_EXPORT std::string to_json(const access_token_claims& claims);

/// What is to be signed: header, with `typ` `at+jwt` (AT-03), and payload. `finish_jws` adds the
/// signature.
[[nodiscard]] MCP_OAUTH_EXPORT std::string signing_input(const access_token_claims& claims,
                                                         std::string_view kid,
                                                         signature_algorithm algorithm);
/// The same with a header that was made once for all tokens of a key, see `encoded_jose_header`.
[[nodiscard]] MCP_OAUTH_EXPORT std::string signing_input(const access_token_claims& claims,
                                                         std::string_view encoded_header);

/// Why a token was refused. For events; the caller hears the same sentence whatever it was
/// (BEAR-02).
enum class token_fault : std::uint8_t {
    malformed,       ///< not a compact JWS, not JSON, a claim missing or of the wrong type
    refused_header,  ///< `crit`, or a key in the token (JOSE-05, JOSE-06)
    wrong_type,      ///< `typ` is not `at+jwt`: another kind of JWT (AT-10, JBCP-08)
    wrong_algorithm, ///< not one of those allowed, or not the key's own (JOSE-03, JOSE-04)
    unknown_key,     ///< the issuer has no key of this name (JOSE-15)
    bad_signature,   ///< the issuer's key did not make it
    wrong_issuer,    ///< `iss` is not, to the letter, the one that was expected (AT-11)
    wrong_audience,  ///< `aud` does not name this resource (AT-12)
    expired,         ///< `exp` is now, or was before
    not_yet_valid,   ///< `nbf` lies ahead
    inactive,        ///< its issuer does not know it any more, or never did (RFC 7662 §2.2)
};

/// The fault as the reason of an event.
[[nodiscard]] constexpr std::string_view name(token_fault fault) noexcept {
    switch (fault) {
    case token_fault::malformed: return "malformed";
    case token_fault::refused_header: return "refused_header";
    case token_fault::wrong_type: return "wrong_type";
    case token_fault::wrong_algorithm: return "wrong_algorithm";
    case token_fault::unknown_key: return "unknown_key";
    case token_fault::bad_signature: return "bad_signature";
    case token_fault::wrong_issuer: return "wrong_issuer";
    case token_fault::wrong_audience: return "wrong_audience";
    case token_fault::expired: return "expired";
    case token_fault::not_yet_valid: return "not_yet_valid";
    case token_fault::inactive: return "inactive";
    }
    return "";
}

/// An `invalid_token` (RFC 6750 §3.1; AT-14) that knows more than it tells.
struct token_refusal : error {
    /// The same error for every fault, so that a caller cannot tell them apart.
    // NOLINTNEXTLINE(google-explicit-constructor): `return unexpected{fault};` explains itself.
    token_refusal(token_fault why) noexcept
        : error{error_code::invalid_token, "the access token is invalid"}, fault(why) {}
    token_fault fault; ///< for events
};

/// Claims that need not be there, since the way by which the others came says as much. What is
/// there is checked all the same.
enum class implied_claims : std::uint8_t {
    none,                ///< every claim that the profile requires is there
    issuer,              ///< `iss`: the issuer itself was asked
    issuer_and_audience, ///< `aud` too: it answers about this resource's tokens alone
};

/// What the resource server that asks expects of a token. Issuer and audience must outlive the
/// call.
struct access_token_expectations {
    std::string_view issuer;             ///< compared octet for octet
    const resource_identifier& audience; ///< compared as `same_as` does, in any place of `aud`
    instant now;                         ///< read by the caller, once per request
    /// For clocks that disagree. No more than `most_leeway` counts (RFC 7519 §4.1.4).
    seconds leeway{0};
    /// What the issuer may sign with (JBCP-01). The default leaves that to its keys, each of which
    /// is for one algorithm.
    algorithm_set algorithms = algorithm_set::all();
    access_token_profile profile = access_token_profile::rfc_9068; ///< of this issuer
    /// The audience by this name instead, octet for octet: for issuers that know the resource by
    /// one that is no URL.
    std::string_view audience_name{};
    implied_claims implied = implied_claims::none; ///< what may be absent all the same
};

class introspected_token;

/// A token that is authentic, for this resource, and in its time. Without one there are no claims
/// to read: only `verify_access_token` makes it, `sealed_access_token` for a token that this server
/// sealed, and `introspected_token` for one that its issuer answered for.
class verified_access_token {
public:
    /// What the issuer says. That scopes suffice, and that a bound token came with a proof, is not
    /// proven by having them.
    /// @{
    [[nodiscard]] const access_token_claims& claims() const& noexcept { return claims_; }
    [[nodiscard]] access_token_claims claims() && noexcept { return std::move(claims_); }
    /// @}

private:
    friend expected<verified_access_token, token_refusal>
    verify_access_token(std::string_view token, const key_set& keys,
                        const access_token_expectations& expected);
    friend class sealed_access_token;
    friend class introspected_token;
    explicit verified_access_token(access_token_claims claims) : claims_(std::move(claims)) {}
    access_token_claims claims_;
};

/// Octets of a token; a longer one is refused unread (JBCP-11).
inline constexpr std::size_t largest_access_token = 8192;

/// Decides whether `token` may be used at `expected.audience` now (RFC 9068 §4).
///
/// Requires: `keys` are those of `expected.issuer` (AT-11, JBCP-04).
/// Checks:   compact form, strict base64url, JSON without repeated members (JOSE-01, JOSE-02);
///           `typ`; the algorithm is allowed and the key's own; the key by its exact `kid`, or each
///           of the first four where the token names none (JOSE-16); no `crit` and no key in the
///           header (JOSE-05, JOSE-06); the signature; `iss` to the letter;
///           `aud`, string or array, names this resource (AT-12, MCP-RES-13); now < `exp` and `nbf`
///           <= now (JOSE-13); every claim that RFC 9068 §2.2 requires is there and has its type
///           (AT-04); `cnf`, where it is there, holds `jkt` and nothing that is not understood.
/// Does not check: scopes; whether the grant behind the token still lives; that a bound token comes
///           with a proof.
/// Errors:   `invalid_token`, with a reason that stays inside.
[[nodiscard]] MCP_OAUTH_EXPORT expected<verified_access_token, token_refusal>
verify_access_token(std::string_view token, const key_set& keys,
                    const access_token_expectations& expected);

/// The issuer that a token claims to have, to find out whose keys it is to be verified with.
///
/// Nothing of it is authentic: it may choose among issuers that are trusted anyway, and do nothing
/// else (RFC 8725 §3.8).
/// Errors: nothing where `token` is no compact JWS of a JSON object with a text `iss`.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<std::string> claimed_issuer(std::string_view token);

/// The claims of a payload, and its checks, for a token that came by another way than a signature.
/// Requires: `json` is authentic.
[[nodiscard]] MCP_OAUTH_EXPORT expected<access_token_claims, token_fault>
check_claims(std::string_view json, const access_token_expectations& expected);

} // namespace v0
} // namespace mcp_oauth
