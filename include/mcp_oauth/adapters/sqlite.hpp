#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/ports/record_store.hpp"

/// The durable store of a server on one machine. Link `mcp_oauth::sqlite`.
namespace mcp_oauth {
inline namespace v0 {

/// When a write counts as written.
enum class sqlite_synchronous : std::uint8_t {
    /// Once it is on the disk: nothing that was acknowledged is ever lost. Each write waits for one
    /// flush of the disk, which it shares with those that came while the last one was under way
    /// (`PRAGMA synchronous=FULL`).
    full,
    /// Once the operating system has it. The end of a process loses nothing. A power cut, or a
    /// crash of the operating system, loses the writes since the last checkpoint: rotated tokens
    /// come back to life, which costs their users a login, and so do revoked ones. The file stays
    /// sound. After such a crash raise `policy.min_epoch` (`PRAGMA synchronous=NORMAL`).
    normal,
};

/// Where the file is, and how it is used.
struct sqlite_options {
    /// A file on a local disk; made where there is none, for its owner only. Its `-wal` and `-shm`
    /// lie beside it.
    std::string path;
    /// Of this store's writes alone: another process that has the file open chooses its own.
    sqlite_synchronous synchronous = sqlite_synchronous::full;
    /// How long one call may take with everything that it waits for (other threads, other
    /// processes, a long search): 1 ms to 60 s. Keep it below the policy's `operation_limit`. Two
    /// things are out of its reach: a disk that does not answer, for no system lets go of a write
    /// under way; and a process that was stopped within the microseconds in which it holds one of
    /// the log's inner locks, for which SQLite waits ten seconds.
    milliseconds call_limit{4000};
    /// How many reads, and the one write, may run at a time in this process; 1 to 64.
    std::size_t connections = 4;
};

/// Why a store was not opened.
enum class sqlite_failure : std::uint8_t {
    bad_option,        ///< a path that names no file, or a number out of its limits
    cannot_open,       ///< no such folder, no permission, no regular file
    read_only,         ///< the file may be read but not written
    busy,              ///< another process held it for the whole `call_limit`
    not_a_database,    ///< the file is no SQLite database, or is damaged
    other_application, ///< a database, but of another program: it was left as it was
    newer_schema,      ///< a later version of this library has written it: it was left as it was
    no_wal,            ///< the file system has no shared memory, as network file systems have none
    other,             ///< `problem` has SQLite's own words
};

/// Why a store was not opened, in a word and in a sentence.
struct sqlite_error {
    sqlite_failure kind = sqlite_failure::other; ///< to branch on; `problem` may change its words
    std::string problem;                         ///< for the operator: has the path, and no record
};

/// A `record_store` in one SQLite file, shared by any number of threads and processes of one
/// machine.
///
///     auto store = mcp_oauth::sqlite_store::open({"/var/lib/app/oauth.db"});
///     if (!store) return fail(store.error().problem);
///     auto as = mcp_oauth::authorization_server::make(std::move(config), {*store});
///
/// Atomicity:  each write is one statement, in a transaction that SQLite lets only one connection
///             of all processes have at a time. Writes of this process that come while another is
///             under way wait, and are committed together, 64 at most: each is judged by itself in
///             the order of their coming, and answered once all of them are on the disk. Where
///             they cannot be done together, each is tried alone.
/// Durability: a write-ahead log, flushed before `done` (`sqlite_synchronous::full`). What can
///             still lose an acknowledged write: `sqlite_synchronous::normal`; a disk that reports
///             a flush it has not done; a file that is deleted, or copied back, under a running
///             server. Network file systems have no locks to rely on and must not be used.
/// Ordering:   linearizable: each read is a transaction of its own, which begins at the last
///             commit of any process.
/// Expiry:     nothing is dropped but by `sweep`, which does so in batches of 100 and lets other
///             writers in between. The file keeps the room and uses it again; it does not shrink.
/// Errors:     `unavailable` where SQLite refused before it wrote: the database stayed locked for
///             `call_limit`, the file is read-only, damaged, or no longer at its path. `unknown`
///             where writing itself failed (an I/O error, a full disk, no memory): a log entry may
///             be complete on the disk though its flush failed, and then lands when the file is
///             next recovered. A row that this library would not have written is `unavailable`.
/// Threads:    any number; each call takes one of `connections`.
/// Processes:  any number; but fork first and open afterwards. A child of a process that has the
///             file open must neither use that store nor open the file anew: SQLite in it would
///             count on locks that stayed with the parent. And no other part of a process may open
///             the file but through the same SQLite library: closing it would drop SQLite's locks.
///
/// Statements: `load`, `erase` and `list` are one each; so is `create`, and one more for the record
///             that was in its way; so is `replace`, and one more where the record's owners or
///             expiry change, or it conflicts. None ever reads a whole table. Writes that are
///             committed together share a `BEGIN` and a `COMMIT`.
/// Log:        SQLite writes the log back into the file after every 1,000 pages or so (4 MB), and
///             when the last store of all processes closes it. Only a reader that stays in one
///             transaction for long, such as a backup, lets it grow meanwhile.
/// Access:     the file holds who granted what to whom, but nothing that could be presented as a
///             credential. A new file is made with mode 0600, whatever the umask, where the file
///             system has modes and hard links; elsewhere as SQLite makes it. One that is there
///             keeps its mode, and the two beside it have the mode of the file.
/// Backup:     of a running server: `sqlite3 oauth.db ".backup copy.db"`, or `VACUUM INTO`. A plain
///             copy of the file misses its log. To restore, stop every server, put the copy in the
///             place of the file, remove the `-wal` and `-shm` of the old one, and raise
///             `policy.min_epoch`: revocations since the backup are lost and cannot be seen.
/// Versions:   `open` takes the schema forward to this library's version, in one transaction, and
///             refuses a newer one. `application_id` is 0x4D43504F ("MCPO").
class MCP_OAUTH_EXPORT sqlite_store final : public record_store {
public:
    /// Opens the file, and makes or migrates it.
    ///
    /// Refused: a path that is empty, `:memory:` or a `file:` address. What is in memory only is
    ///          `memory_store`'s business.
    [[nodiscard]] static expected<sqlite_store, sqlite_error> open(sqlite_options options);

    ~sqlite_store() override;
    /// Requires: no server refers to the store that is moved from, which can only be destroyed or
    ///           assigned to afterwards. Move it to its place first, then make servers with it.
    sqlite_store(sqlite_store&&) noexcept;
    /// Likewise, of both stores. Closes the connections that this one had.
    sqlite_store& operator=(sqlite_store&&) noexcept;
    sqlite_store(const sqlite_store&) = delete;
    sqlite_store& operator=(const sqlite_store&) = delete;

    [[nodiscard]] expected<std::optional<record>, unavailable> load(std::string_view key) override;
    [[nodiscard]] create_result create(const record& fresh) override;
    [[nodiscard]] write_outcome replace(const record& next,
                                        const record_version& expected) override;
    [[nodiscard]] write_outcome erase(std::string_view key,
                                      const record_version& expected) override;
    /// At most 1,000 records a page, whatever `limit` says.
    [[nodiscard]] expected<record_page, unavailable> list(record_kind kind, std::string_view owner,
                                                          std::string_view after,
                                                          std::size_t limit) override;
    [[nodiscard]] expected<std::size_t, unavailable> sweep(instant now,
                                                           std::size_t limit = 1000) override;

private:
    struct state;
    explicit sqlite_store(std::unique_ptr<state> opened) noexcept;
    std::unique_ptr<state> state_;
};

} // namespace v0
} // namespace mcp_oauth
