#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/grant/handle.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"

/// One grant: this user let this client do these things at these resources. One record holds its
/// whole life, from the code to the revocation, and it is the only unit of revocation.
namespace mcp_oauth {
inline namespace v0 {

/// How far a grant has come. That it expired is no state of its own: `grant_life` holds the times.
enum class grant_state : std::uint8_t {
    pending, ///< the code waits
    active,  ///< tokens are out
    revoked, ///< nothing can be had any more, and no way leads back
};

/// Why a grant ended before its time.
enum class revocation_reason : std::uint8_t {
    denied,         ///< the user said no; the grant never lived
    client,         ///< RFC 7009
    code_reuse,     ///< the code came back with everything right (OA21-CODE-05)
    refresh_reuse,  ///< a rotated token came back (OA21-REF-06)
    state_lost,     ///< a token from a timeline that the store no longer knows
    client_changed, ///< the registration is no longer the one that the grant was issued under
    administrator,  ///< the host asked
};

/// The reason as it stands in records and events.
[[nodiscard]] constexpr std::string_view name(revocation_reason reason) noexcept {
    switch (reason) {
    case revocation_reason::denied: return "denied";
    case revocation_reason::client: return "client";
    case revocation_reason::code_reuse: return "code_reuse";
    case revocation_reason::refresh_reuse: return "refresh_reuse";
    case revocation_reason::state_lost: return "state_lost";
    case revocation_reason::client_changed: return "client_changed";
    case revocation_reason::administrator: return "administrator";
    }
    return "";
}

/// The times of the last rotations, newest first: of generation head-1, head-2, …
class rotation_ring {
public:
    /// The most times that are kept, whatever the policy's depth.
    static constexpr std::size_t capacity = 32;

    /// How many times are kept; 0 under strict one-time use, which needs none.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// When generation head-1-`back` was replaced. Requires: `back < size()`.
    [[nodiscard]] instant operator[](std::size_t back) const noexcept { return times_[back]; }
    /// The last of them. Requires: `size() > 0`.
    [[nodiscard]] instant oldest() const noexcept { return times_[size_ - 1]; }

    /// Puts `stamp` in front and keeps at most `depth`.
    void push(instant stamp, std::size_t depth) noexcept {
        size_ = (std::min)((std::min)(size_ + 1, depth), capacity);
        for (std::size_t i = size_; i > 1; --i) times_[i - 1] = times_[i - 2];
        if (size_ > 0) times_[0] = stamp;
    }
    /// Appends an older time, as a decoder reads them. Errors: false where there is no room.
    bool append(instant stamp) noexcept {
        if (size_ == capacity) return false;
        times_[size_++] = stamp;
        return true;
    }
    /// Forgets them all, as for a head that replaced no refresh token.
    void clear() noexcept { size_ = 0; }

    friend bool operator==(const rotation_ring& a, const rotation_ring& b) noexcept {
        return std::equal(a.times_.begin(), a.times_.begin() + static_cast<std::ptrdiff_t>(a.size_),
                          b.times_.begin(),
                          b.times_.begin() + static_cast<std::ptrdiff_t>(b.size_));
    }

private:
    std::array<instant, capacity> times_{};
    std::size_t size_ = 0;
};

/// The part of a grant that moves. `transition.hpp` decides over nothing else.
struct grant_life {
    grant_state state = grant_state::pending; ///< moves forward only
    std::optional<revocation_reason> reason;  ///< there exactly where the grant is revoked
    instant revoked_at{};                     ///< counts where there is a `reason`

    instant created_at{};               ///< when the user approved
    instant code_deadline{};            ///< from here on the code is refused
    instant absolute_end{};             ///< from here on everything is; no access token outlives it
    std::optional<instant> redeemed_at; ///< nothing where the code never was

    std::uint32_t head = 0; ///< the current generation; 0 while the code is the only handle
    instant head_born{};    ///< or last used, where it does not rotate: idleness counts from here
    std::uint64_t head_nonce = 0; ///< the code's while pending
    secret_id head_key{};         ///< the secret that the head was minted under
    rotation_ring ring;           ///< empty under strict one-time use
    std::uint32_t epoch = 0;      ///< of the last write, see `policy::min_epoch`

    /// The key that a public client's refresh tokens are bound to (RFC 9449 §5): its thumbprint,
    /// and the first generation that is; older ones were handed out without. Empty: none is bound.
    std::string jkt;
    std::uint32_t jkt_since = 0; ///< 0 where none is bound
};

/// A grant. Everything but `life` is fixed when the user approves.
struct grant {
    /// The record's `v`. A record of any other is not read.
    static constexpr int schema = 1;

    grant_id id{}; ///< in the record's key, in every handle, and in `grant_id` of access tokens
    std::string client_id; ///< the only client that its handles are taken from (OA21-CODE-07)
    /// The method that the client authenticated with when the grant was issued; a record that later
    /// says otherwise ends the grant, it does not weaken it.
    client_authentication_method method = client_authentication_method::none;
    std::string subject; ///< who approved, as the host's login names the user
    scope_set scope; ///< what was approved; a request narrows it for one token, and never widens it
    std::vector<std::string> resources; ///< likewise (RFC 8707 §2), in their configured spelling
    /// S256. Kept for life, or a replay by a stranger could not be told from one by the client.
    /// Empty only where a migration rule waived PKCE.
    std::string challenge;
    std::string redirect_uri; ///< where the code was sent, port included; kept for life likewise
    /// Whether the code has to come with it (RFC 6749 §4.1.3; OAuth 2.1 left that out).
    bool redirect_uri_required = false;

    /// `dpop_jkt` of the authorization request: only this key redeems the code (RFC 9449 §10).
    std::string dpop_jkt;

    // What is known of the user's login; the same in every token of the grant (AT-09).
    std::optional<std::int64_t> auth_time; ///< seconds
    std::string acr; ///< the class of the login (OpenID Connect Core §2); empty: not told
    std::vector<std::string> amr; ///< its methods (RFC 8176); empty: not told
    /// The host's own data, sealed.
    std::string sealed_host_data;

    grant_life life; ///< all that changes after the approval
};

/// The JSON body of a grant's record; an operator can read it.
[[nodiscard]] MCP_OAUTH_EXPORT std::string encode(const grant& g);
/// Errors: nothing where `body` is no grant of this schema.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<grant> decode_grant(std::string_view body);

} // namespace v0
} // namespace mcp_oauth
