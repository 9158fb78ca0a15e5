#pragma once

#include <string_view>
#include <variant>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"
#include "server/key_refresh.hpp"
#include "server/resource_state.hpp"

/// Whose token it is, and whether it is one.
namespace mcp_oauth {
inline namespace v0 {

/// The issuer's keys are not to be had now, and nothing is known about the token: 503.
struct keys_away {};

/// Its issuer has to be asked about it, by an `inquiry`.
struct issuer_tells {};

/// What is known of a token. With a `key_refresh` nothing is, yet: it has to be carried out first.
using token_verdict =
    std::variant<verified_access_token, token_refusal, key_refresh, keys_away, issuer_tells>;

/// Whether a caller may be sent to fetch keys. It is, at most once.
enum class key_fetches : std::uint8_t { allowed, none };

/// Decides about a token at `resource` by the rules of the issuer that it claims to have, which
/// must be the server's own, one that is trusted or the introspected one: another's is refused, and
/// nothing is fetched. A token that names none is shown to the introspected one, unless it is this
/// server's own.
[[nodiscard]] token_verdict check_token(const resource_server::state& server,
                                        const guarded_resource& resource, std::string_view token,
                                        instant now, key_fetches fetches);

/// Remembers what the introspected issuer said of a token when it was asked at `now`, for as long
/// as it allows and the token lives.
void remember_told(const resource_server::state& server, const guarded_resource& resource,
                   std::string_view token, const verified_access_token& good, instant now);

} // namespace v0
} // namespace mcp_oauth
