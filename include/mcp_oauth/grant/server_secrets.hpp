#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/base/secret.hpp"

/// The secrets behind every handle, and the keys that are derived from them (design: one key per
/// purpose, so nothing of one kind, issuer or version passes as another).
namespace mcp_oauth {
inline namespace v0 {

/// Which of the three ages of its life a secret is in.
///
/// A secret is `next` on every server before it is `current` on any, and stays `previous` for the
/// grants' absolute lifetime. Dropping one at once is the answer to a leak and costs every user a
/// login.
enum class secret_role : std::uint8_t {
    next,     ///< verifies
    current,  ///< verifies and mints; exactly one
    previous, ///< verifies
};

/// One server secret: at least 32 octets from a cryptographically secure source.
struct server_secret {
    secret octets; ///< 32 or more; keys are derived from them, nothing is made from them directly
    secret_role role = secret_role::current; ///< what it may do now

    /// 32 fresh octets. Errors: nothing where the random source fails.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<server_secret>
    generate(random_source& random, secret_role role = secret_role::current);
};

/// Names a server secret on the wire and in records. Derived from it, and tells nothing about it.
using secret_id = std::array<std::uint8_t, 6>;

/// What a derived key is for. Each purpose has a key of its own.
enum class key_purpose : std::uint8_t {
    code,                ///< the MAC of authorization codes
    refresh_token,       ///< the MAC of refresh tokens
    access_token,        ///< seals opaque access tokens
    login_ticket,        ///< seals a request while its user logs in
    consent_ticket,      ///< seals it, and the user, while they are asked
    host_data,           ///< seals what the host keeps with a grant
    consent_record,      ///< the MAC that names a remembered consent
    session,             ///< seals a session ID's principal at the resource server
    store_check,         ///< the MAC that tells whose secrets a store was written with
    dpop_nonce,          ///< nonces of the authorization server (RFC 9449 §8)
    dpop_resource_nonce, ///< nonces of a resource server (RFC 9449 §9)
    signing_key,         ///< seals private signing keys in the store
};

/// The derived keys of one issuer. Immutable; copies share them; any thread may use them.
class MCP_OAUTH_EXPORT key_ring {
public:
    /// Errors: nothing unless exactly one secret is `current`, each has 32 octets or more, and no
    ///         two are the same.
    [[nodiscard]] static std::optional<key_ring> make(const std::vector<server_secret>& secrets,
                                                      std::string_view issuer);

    /// The secret that mints and seals. It lives as long as a copy of the ring.
    [[nodiscard]] const secret_id& current() const noexcept;
    /// Whether a handle of this secret can be verified, in whichever of its three roles.
    [[nodiscard]] bool knows(const secret_id& id) const noexcept;
    /// All that verify, the current one first.
    [[nodiscard]] std::vector<secret_id> ids() const;

    /// HMAC-SHA-256 of `octets`. Errors: nothing for an unknown secret.
    [[nodiscard]] std::optional<digest256> mac(key_purpose purpose, const secret_id& id,
                                               std::string_view octets) const noexcept;

    /// Seals `plain` under the current secret, as base64url. `associated` is bound, not contained.
    /// Errors: nothing where the random source fails.
    [[nodiscard]] std::optional<std::string> seal(key_purpose purpose, std::string_view plain,
                                                  random_source& random,
                                                  std::string_view associated = {}) const;
    /// Errors: nothing unless `seal` of this purpose, issuer and `associated` made it.
    [[nodiscard]] std::optional<std::string> open(key_purpose purpose, std::string_view sealed,
                                                  std::string_view associated = {}) const;

private:
    struct state;
    explicit key_ring(std::shared_ptr<const state> shared) noexcept : state_(std::move(shared)) {}
    std::shared_ptr<const state> state_;
};

/// The text form of a secret's name: 8 base64url characters.
[[nodiscard]] MCP_OAUTH_EXPORT std::string to_text(const secret_id& id);
/// Errors: nothing where `text` is no such form.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<secret_id> secret_id_from(std::string_view text);

} // namespace v0
} // namespace mcp_oauth
