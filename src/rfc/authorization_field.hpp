#pragma once

#include <optional>
#include <string_view>

#include "mcp_oauth/grammar/http_authorization.hpp"
#include "mcp_oauth/grammar/http_message.hpp"
#include "mcp_oauth/rfc/6749_errors.hpp"
#include "mcp_oauth/rfc/6750_bearer.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// The token of the request's only `Authorization` field, where it is of this scheme.
[[nodiscard]] expected<std::optional<std::string_view>, error>
token_of_scheme(const http_request& request, std::string_view scheme);

/// Adds what both schemes' challenges have in common.
void add_context(challenge& built, const bearer_challenge_context& context);

} // namespace v0
} // namespace mcp_oauth
