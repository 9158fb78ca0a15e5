#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"

/// Authorization codes and refresh tokens as they travel: prefix, key ID, grant ID, generation,
/// nonce and a full HMAC-SHA-256. A made-up one is refused before the store is touched, a leaked
/// database alone makes none, and the server secret alone does not either: the nonce is the
/// record's.
namespace mcp_oauth {
inline namespace v0 {

/// 128 random bits, drawn at the first step of the grant's life.
using grant_id = std::array<std::uint8_t, 16>;

/// The text form of a grant's ID: 22 base64url characters.
[[nodiscard]] MCP_OAUTH_EXPORT std::string to_text(const grant_id& id);
/// Errors: nothing where `text` is no such form.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<grant_id> grant_id_from(std::string_view text);

/// The two kinds of handles. Neither passes as the other: each has a key of its own.
enum class handle_kind : std::uint8_t {
    code,          ///< an authorization code (OAuth 2.1 §4.1.2): generation 0
    refresh_token, ///< a refresh token (OAuth 2.1 §4.3): generation 1 and on
};

/// What a handle says, once its MAC was found right.
struct handle {
    handle_kind kind = handle_kind::code; ///< under the MAC, like the rest
    secret_id key{};                      ///< the server secret that it was minted under
    grant_id grant{};                     ///< whose record decides; it may be gone
    std::uint32_t generation = 0;         ///< 0 is the code; the first refresh token is 1
    std::uint64_t nonce = 0; ///< `grant_life::head_nonce` when this generation was the head
};

/// `mcpo_ac_` or `mcpo_rt_`: fixed, so that secret scanners find a leaked one.
[[nodiscard]] constexpr std::string_view prefix(handle_kind kind) noexcept {
    return kind == handle_kind::code ? "mcpo_ac_" : "mcpo_rt_";
}

/// The text of a handle; always the same for the same handle, on every server that shares the
/// secret.
/// Errors: nothing where the ring does not know `h.key`: the caller answers 503, never
///         `invalid_grant`. Nothing too where kind and generation do not fit (0 is the code's, and
///         no refresh token's): the caller's mistake.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<secret> mint(const handle& h, const key_ring& ring);

/// Decides whether `text` is a handle of this kind that this issuer made (OA21-REF-10).
///
/// Checks: prefix, length, canonical base64url, a known key ID, the MAC in constant time.
/// Does not check: that the grant exists, or anything about it.
/// Errors: nothing.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<handle>
open_handle(handle_kind kind, std::string_view text, const key_ring& ring);

} // namespace v0
} // namespace mcp_oauth
