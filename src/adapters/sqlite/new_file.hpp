#pragma once

#include <string>

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

/// Makes an empty file for its owner only, mode 0600, where nothing is at `path`; SQLite takes that
/// for a new database and gives its log the same mode. SQLite itself would make it readable by all.
///
/// It comes into being with its mode: under another name, then linked into place, which works for
/// one of several processes. Where that cannot be done (no folder, no permission, a file system
/// without hard links) nothing is made, and `open` says what SQLite says.
void make_private_file(const std::string& path);

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
