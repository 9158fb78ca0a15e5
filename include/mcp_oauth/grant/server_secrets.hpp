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
    secret octets;
    secret_role role = secret_role::current;

    /// 32 fresh octets. Errors: nothing where the random source fails.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<server_secret>
    generate(random_source& random, secret_role role = secret_role::current);
};

/// Names a server secret on the wire and in records. Derived from it, and tells nothing about it.
using secret_id = std::array<std::uint8_t, 6>;

/// What a derived key is for. Each purpose has a key of its own.
enum class key_purpose : std::uint8_t {
    code,
    refresh_token,
    access_token,
    login_ticket,
    consent_ticket,
    host_data,
    consent_record,
    session,
    store_check,
    dpop_nonce,
    dpop_resource_nonce,
    signing_key,
};

/// The derived keys of one issuer. Immutable; copies share them; any thread may use them.
class MCP_OAUTH_EXPORT key_ring {
public:
    /// Errors: nothing unless exactly one secret is `current`, each has 32 octets or more, and no
    ///         two are the same.
    [[nodiscard]] static std::optional<key_ring> make(const std::vector<server_secret>& secrets,
                                                      std::string_view issuer);

    [[nodiscard]] const secret_id& current() const noexcept;
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
