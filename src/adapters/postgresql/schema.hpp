#pragma once

#include <string>
#include <vector>

#include "adapters/postgresql/connection.hpp"
#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"

/// What the database holds, how it came there, and every statement on it.
namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

/// Step N brings a schema from version N to N + 1; `$S` in it stands for the schema's name.
using schema_steps = std::vector<const char*>;

/// The steps of this library; their number is the version that it makes and understands. One that
/// was released is never changed: add another.
[[nodiscard]] const schema_steps& released_steps();

/// The names under which a session prepares its statements.
namespace statement {
inline constexpr const char* load = "mcp_oauth_load";
inline constexpr const char* create = "mcp_oauth_create";
inline constexpr const char* replace = "mcp_oauth_replace";
inline constexpr const char* erase = "mcp_oauth_erase";
inline constexpr const char* list = "mcp_oauth_list";
inline constexpr const char* sweep = "mcp_oauth_sweep";
} // namespace statement

/// Makes the schema, or brings it up to date, in one transaction under an advisory lock: of many
/// servers that start at once one does it, and the others then find it done. Where it is up to date
/// nothing is locked and no right to create is needed.
///
/// Errors: what stands in the way, for the operator.
[[nodiscard]] expected<void, std::string> migrate(connection& session, const std::string& schema,
                                                  const schema_steps& steps, deadline end);

/// The settings and prepared statements of a session, as one query: it costs one round trip.
[[nodiscard]] std::string session_setup(const std::string& schema, milliseconds statement_limit);

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
