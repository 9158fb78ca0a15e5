#pragma once

#include <sqlite3.h>

#include "mcp_oauth/ports/record_store.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

/// What became of the writes of a transaction that ended with `code`, which is not SQLITE_DONE, in
/// a write-ahead log: the one statement that is a transaction of its own, or the commit of several.
///
/// SQLite commits by appending pages to the log, the last of which is marked as a commit, then
/// flushing it, then entering it in the index that connections share. When a step after the first
/// fails, SQLite rolls back: nobody sees the write. But the commit may lie in the log, whole, and
/// whoever recovers the log after a crash takes it for one, unless another write came and took its
/// place. So what can fail there is `unknown`, and so is a code that is not listed. The others are
/// only raised before the first page is appended.
[[nodiscard]] constexpr write_outcome outcome_of(int code) noexcept {
    switch (code & 0xFF) { // the primary code; the rest is detail
    // No lock was to be had: the statement did not begin.
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    // The file, or its log, cannot be opened or must not be written.
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    // Found while looking for the row, which is before anything is written.
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    // The time was up. It is looked at between the steps of a search, not in a commit.
    case SQLITE_INTERRUPT: return write_outcome::unavailable;
    }
    // SQLITE_IOERR: of a write or flush of the log, or of its index.
    // SQLITE_FULL:  the log may be padded after its commit to a whole sector.
    // SQLITE_NOMEM: the index may need memory after the log was flushed.
    return write_outcome::unknown;
}

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
