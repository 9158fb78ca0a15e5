#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"
#include "mcp_oauth/rfc/6750_bearer.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"

/// RFC 9449: proofs that the sender of a request holds a key, and the challenges that ask for them.
namespace mcp_oauth {
inline namespace v0 {

/// Why a proof was refused. For events; who sent it hears one of two codes.
enum class dpop_fault : std::uint8_t {
    missing,         ///< no proof where one is needed
    repeated,        ///< more than one `DPoP` field
    malformed,       ///< no compact JWS, no JSON, a claim missing or of the wrong type
    refused_header,  ///< a private key, `crit`, or a key from elsewhere
    wrong_type,      ///< `typ` is not `dpop+jwt`: another kind of JWT
    wrong_algorithm, ///< symmetric, `none`, or not on the list
    bad_signature,   ///< not of the key in its own header
    wrong_method,    ///< `htm`
    wrong_url,       ///< `htu`
    out_of_time,     ///< `iat` too long ago, or ahead
    wrong_token,     ///< `ath` missing, or of another token
    nonce_missing,   ///< `use_dpop_nonce`
    nonce_unknown,   ///< `use_dpop_nonce`: too old, another server's, or made up
    replayed,        ///< this proof was here before
};

/// The fault as the reason of an event.
[[nodiscard]] MCP_OAUTH_EXPORT std::string_view name(dpop_fault fault) noexcept;

/// An `invalid_dpop_proof` or `use_dpop_nonce` (RFC 9449 §5, §7.1, §8) that knows more than it
/// tells.
struct dpop_refusal : error {
    /// `use_dpop_nonce` for the two faults of the nonce, or else `invalid_dpop_proof`.
    MCP_OAUTH_EXPORT explicit dpop_refusal(dpop_fault why) noexcept;
    dpop_fault fault; ///< for events
};

/// A URL that proofs are for, from configuration: never what a proxy's hop or a `Host` field says
/// (DPOP-08).
class dpop_target {
public:
    /// A query and a fragment are dropped: no proof names them (RFC 9449 §4.2, `htu`), and so two
    /// URLs that differ in nothing else are one target.
    /// Errors: nothing unless `url` is `http` or `https` with a host, and without user information.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<dpop_target> parse(std::string_view url);

    /// Whether a claim `htu` names this URL (RFC 9449 §4.3, item 9; DPOP-07).
    ///
    ///   "ignoring any query and fragment parts. […] servers SHOULD employ syntax-based
    ///    normalization (Section 6.2.2 of [RFC3986]) and scheme-based normalization (Section 6.2.3
    ///    of [RFC3986]) before comparing the htu claim."
    ///
    /// Normalised are the case of scheme and host, the default port, an empty path, and
    /// percent-encoding. Dot segments are not resolved: no client sends them.
    [[nodiscard]] MCP_OAUTH_EXPORT bool matches(std::string_view htu) const;

    /// The URL in the one spelling that is compared, without query and fragment.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    explicit dpop_target(std::string text) : text_(std::move(text)) {}
    std::string text_; ///< normalised
};

/// What the server that was asked expects of a proof. What it refers to must outlive the call.
struct dpop_expectations {
    std::string_view method;   ///< of the request
    const dpop_target& target; ///< what `htu` has to match
    instant now;               ///< read by the caller, once per request
    /// How long after `iat` a proof is good; and how far `iat` may lie ahead, since the clock that
    /// it was read from is a user's (DPOP-09, MCP-DPOP-04).
    seconds lifetime{300};
    algorithm_set algorithms = algorithm_set::all(); ///< those of the metadata (DPOP-03)
    /// At a resource server: the token that the proof comes with (RFC 9449 §4.3, item 12).
    std::optional<std::string_view> access_token{};
    /// Whether a nonce is this server's and recent. Empty: nonces are not asked for.
    std::function<bool(std::string_view)> accepts_nonce{};
};

/// A proof that was found right: whoever sent the request holds the key. Only `verify_dpop_proof`
/// makes one.
///
/// It is good once: whoever acts on it records `replay_digest` first.
class dpop_proof {
public:
    /// The key's name (RFC 7638): the `jkt` of what is bound to it (RFC 9449 §6.1; DPOP-16).
    [[nodiscard]] const std::string& thumbprint() const noexcept { return thumbprint_; }
    /// Of target, key and `jti` together: as long as any other, however long the `jti` is
    /// (RFC 9449 §11.1; DPOP-10).
    [[nodiscard]] const digest256& replay_digest() const noexcept { return replay_digest_; }
    /// From when on no server with these expectations accepts the proof.
    [[nodiscard]] instant expires_at() const noexcept { return expires_at_; }

private:
    friend expected<dpop_proof, dpop_refusal> verify_dpop_proof(const http_request& request,
                                                                const dpop_expectations& expected);
    dpop_proof(std::string thumbprint, const digest256& replay_digest, instant expires_at)
        : thumbprint_(std::move(thumbprint)),
          replay_digest_(replay_digest),
          expires_at_(expires_at) {}
    std::string thumbprint_;
    digest256 replay_digest_;
    instant expires_at_;
};

/// Octets of a proof; a longer one is refused.
inline constexpr std::size_t largest_dpop_proof = 8192;
/// Octets of a proof's `jti`; a longer one is refused.
inline constexpr std::size_t largest_dpop_jti = 256;

/// Whether the request brings a `DPoP` field, good or bad.
[[nodiscard]] MCP_OAUTH_EXPORT bool has_dpop_field(const http_request& request) noexcept;

/// Decides whether `request` comes with a proof for it (RFC 9449 §4.3).
///
/// Checks:   exactly one `DPoP` field with one compact JWS (DPOP-01); `typ` (DPOP-02); the
///           algorithm is allowed (DPOP-03); `jwk` is a public key and the signature is its
///           (DPOP-04); `jti`, `htm`, `htu` and `iat` are there with their types (DPOP-05); method,
///           URL and time; `ath` is the digest of the token, where there is one (DPOP-23); and last
///           the nonce, where the server asks for one (DPOP-20, DPOP-21).
/// Ignores:  other claims, such as a digest of the body (MCP-DPOP-07); a nonce nobody asked for.
/// Does not check: that the proof was not here before; whose key it is.
/// Errors:   `invalid_dpop_proof`, or `use_dpop_nonce` for a proof that only lacks a good nonce.
[[nodiscard]] MCP_OAUTH_EXPORT expected<dpop_proof, dpop_refusal>
verify_dpop_proof(const http_request& request, const dpop_expectations& expected);

/// Whether `text` can be a thumbprint: 32 octets in base64url (RFC 9449 §10, `dpop_jkt`).
[[nodiscard]] MCP_OAUTH_EXPORT bool is_jwk_thumbprint(std::string_view text);

/// The token of `Authorization: DPoP …` (RFC 9449 §7.1), by the rules of `bearer_token`.
/// Errors:  `invalid_request`. Another scheme counts as none.
[[nodiscard]] MCP_OAUTH_EXPORT expected<std::optional<std::string_view>, error>
dpop_token(const http_request& request);

/// The challenge `DPoP algs="…"`, with an `error` where there is one (RFC 9449 §7.1; DPOP-25). A
/// server that takes both schemes puts it behind the other one in the same field (§7.2; DPOP-26).
[[nodiscard]] MCP_OAUTH_EXPORT std::string dpop_challenge(const bearer_challenge_context& context,
                                                          algorithm_set algorithms,
                                                          const std::optional<error>& why = {});

} // namespace v0
} // namespace mcp_oauth
