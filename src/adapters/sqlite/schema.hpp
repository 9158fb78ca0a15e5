#pragma once

#include <cstdint>
#include <vector>

#include "adapters/sqlite/connection.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

/// `PRAGMA application_id`: "MCPO". Tells a file of this library from any other program's.
inline constexpr std::int64_t application_id = 0x4D43504F;

/// Step `n` takes a file from version `n` to `n + 1`; version 0 is an empty one. Steps are only
/// ever appended, and what a released one says is never changed.
using migration = std::vector<const char*>;
[[nodiscard]] const migration& schema();

/// Whether the file is this library's, or nobody's yet. Returns: its version. Changes nothing.
[[nodiscard]] expected<std::size_t, sqlite_error> identify(connection& file,
                                                           const migration& steps);

/// Takes the file to the last version, in one transaction: whoever comes at the same time waits,
/// and finds it done.
[[nodiscard]] expected<void, sqlite_error> migrate(connection& file, const migration& steps);

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
