#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/rfc/9449_dpop.hpp"
#include "mcp_oauth/server/policy.hpp"

/// What authorization server and resource server do alike about proofs (RFC 9449).
namespace mcp_oauth {
inline namespace v0 {

/// Whether tokens for this resource are bound to a key, whoever the client is. The issuer and the
/// gate both ask here.
[[nodiscard]] bool binds_tokens_for(const policy& rules, std::string_view resource);

/// The nonces of one server (RFC 9449 §8, §9): a time and its MAC. No server keeps any, and one
/// server's are noise to another (DPOP-20).
class dpop_nonces {
public:
    /// `purpose` is `dpop_nonce` or `dpop_resource_nonce`; `server` the issuer, or the resource.
    /// Both outlive this.
    dpop_nonces(const key_ring& ring, key_purpose purpose, std::string_view server) noexcept
        : ring_(ring), purpose_(purpose), server_(server) {}

    [[nodiscard]] std::string make(instant now) const;
    /// Whether this server made it less than `lifetime` ago.
    [[nodiscard]] bool accepts(std::string_view nonce, instant now, seconds lifetime) const;

private:
    [[nodiscard]] std::optional<digest256> mac(const secret_id& id, std::uint64_t made_at) const;
    const key_ring& ring_;
    key_purpose purpose_;
    std::string_view server_;
};

/// The mark that this proof was here, as a record that whoever is first creates. It may be cleaned
/// away when nobody takes the proof any more.
[[nodiscard]] record mark_of(const dpop_proof& proof, const record_version& version,
                             std::string_view issuer);

} // namespace v0
} // namespace mcp_oauth
