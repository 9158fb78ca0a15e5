#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/json.hpp"

/// RFC 7519: the registered claims of a JWT, for whoever verified its signature (`verify_jws`).
namespace mcp_oauth {
inline namespace v0 {

/// Which way a fraction of a second counts. Always against the bearer.
enum class rounding : std::uint8_t {
    down, ///< for `exp`, which comes a little earlier
    up,   ///< for `nbf`, which comes a little later
};

/// A NumericDate (RFC 7519 §2): seconds since the epoch, a JSON number.
/// Checks: a number, not negative, not beyond the year 9999: a string, an overflow and whatever is
///         no date fail cleanly (JOSE-12, ATK-JW-10).
/// Errors: nothing, also where the claim is absent.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<std::int64_t>
numeric_date(json_value claims, std::string_view name, rounding to = rounding::down);

/// A claim that is a string and not empty. Errors: nothing, also where it is absent.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<std::string> text_claim(json_value claims,
                                                                     std::string_view name);

/// The registered claims (RFC 7519 §4.1). What is absent is nothing, or empty.
struct registered_claims {
    std::string issuer;                     ///< `iss`
    std::string subject;                    ///< `sub`, unique within the issuer and nowhere else
    std::vector<std::string> audience;      ///< one element where the wire has a string (JOSE-14)
    std::string jwt_id;                     ///< `jti`
    std::optional<std::int64_t> issued_at;  ///< `iat`, which bounds nothing
    std::optional<std::int64_t> not_before; ///< a fraction counts as a whole second
    std::optional<std::int64_t> expires_at; ///< a fraction counts for nothing

    /// Checks: that this is an object; the types of those that are there; `iss`, `sub` and `jti`
    ///         are not empty. An empty string in `aud` is kept, and names nobody.
    /// Does not check: which are there, and what they say.
    /// Errors: nothing.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<registered_claims> read(json_value claims);
};

/// For clocks that disagree: no validator counts more (RFC 7519 §4.1.4; JOSE-13).
inline constexpr seconds most_leeway{60};

/// On which side of its time a JWT is.
enum class jwt_time_fault : std::uint8_t {
    expired,       ///< `exp` is now, or was before
    not_yet_valid, ///< `nbf` lies ahead
};

/// Decides whether a JWT is in its time: now < `exp` and `nbf` <= now, `leeway` each way
/// (RFC 7519 §4.1.4, §4.1.5). What is absent bounds nothing: a profile that requires it says so.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<jwt_time_fault>
check_times(const registered_claims& claims, instant now, seconds leeway);

} // namespace v0
} // namespace mcp_oauth
