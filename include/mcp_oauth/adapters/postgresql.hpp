#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/ports/record_store.hpp"

/// The store of servers that share a database: PostgreSQL 14 or later.
/// Link `mcp_oauth::postgresql`.
namespace mcp_oauth {
inline namespace v0 {

/// Where the database is, and how it is used.
struct postgresql_options {
    /// What libpq is told: `postgresql://user@host/database` or `host=… dbname=…`; an empty one
    /// leaves everything to the environment (PGHOST and so on). Several hosts are several servers
    /// of one cluster, and the one that takes writes is used. Write numeric addresses where the
    /// resolver may hang: libpq waits for it without a limit.
    std::string connection;
    /// Where the tables are: lower case letters, digits and `_`, at most 63, and no digit first.
    std::string schema = "mcp_oauth";
    /// The most connections at one time, 1 to 1000. A call that finds none free waits.
    std::size_t connections = 8;
    /// How long a call may take, 100 ms to 1 h: set it below the policy's `operation_limit`. The
    /// first half is for getting a connection, the second for the statement.
    milliseconds call_limit{4000};
    /// How long `open` may take, another server's migration of the schema included: 100 ms to 1 h.
    milliseconds open_limit{30'000};
};

/// Why there is no store. For the operator; the password is never in it.
struct postgresql_error {
    std::string problem; ///< may quote server and libpq; one line for each host that failed
};

/// Records as rows of one table, each written by one statement.
///
///     auto store = mcp_oauth::postgresql_store::open({"postgresql://oauth@db.example/oauth"});
///     if (!store) return fail(store.error().problem);
///     auto as = mcp_oauth::authorization_server::make(std::move(config), {*store});
///
/// Atomicity:  the row count of a conditional statement decides:
///               UPDATE record SET … WHERE key = $1 AND version = $2
///             READ COMMITTED is enough, and every session is set to it. A statement that waited
///             for another's row lock evaluates its WHERE anew on the row as that one left it, so
///             of two swaps from one version the second finds none. A higher level would only turn
///             that conflict into an error.
/// Durability: `synchronous_commit` is raised to `on` where it is lower. With one server that is
///             all, unless its `fsync` is `off`: then a crash of its machine loses acknowledged
///             writes, and more than that. A failover to a standby that replicates asynchronously
///             loses acknowledged writes: set `synchronous_standby_names`, or take the steps after
///             a restored backup.
///             `remote_apply` is not needed, since no standby is read.
/// Ordering:   every statement goes to the primary. A standby, and a server that is read-only, are
///             refused at each connection (`target_session_attrs=read-write`).
/// Expiry:     as the port says. `sweep` skips rows that a writer holds; the next one takes them.
/// Errors:     `unavailable` where nothing was sent, or the server reported an error, which rolls a
///             statement back. `unknown` where a write was sent and the connection was lost, or the
///             limit passed without an answer; such a write is never sent again. A read is sent
///             once more, over another connection, where the first one broke. While the database
///             cannot be reached, calls fail at once, and one at a time tries again, 0.1 s to 1 s
///             apart.
/// Time:       the server itself ends a statement after half of `call_limit`
///             (`statement_timeout`), and none is sent in the second half, so what is at work when
///             a call gives up has ended too. Then the connection is reset, which drops what the
///             network did not deliver yet. Two things can outlast this: a server that was stopped
///             as a whole with the statement already in its receive buffer, and a commit that
///             waits for a synchronous standby. Either lands at most one write, at the version it
///             expects.
/// Threads:    any number. A connection serves one call at a time. Open it after a `fork`.
/// Statements: one for each call; `create` on a key that is taken needs a second one, to read it.
///             Prepared once per connection, so a pooler in front must pool sessions, not
///             transactions or statements.
/// Access:     the rows hold who granted what to whom, but nothing that could be presented as a
///             credential. Beside the schema's owner a role needs USAGE on the schema, SELECT on
///             `schema_version`, and SELECT, INSERT, UPDATE and DELETE on `record`.
/// Versions:   `open` takes the schema forward to this library's version, in one transaction, and
///             refuses a newer one.
/// Memory:     a row is updated in place of its old version on the same page (HOT) while
///             `expires_at` and the owners stay the same, as they do when a grant is refreshed, so
///             refreshes add nothing to indexes. The table leaves 20% of each page free for that
///             and is vacuumed by autovacuum, which must stay on.
class MCP_OAUTH_EXPORT postgresql_store final : public record_store {
public:
    /// Connects, and makes the schema or brings it up to date; many servers may do so at once. A
    /// role without the right to create can use a schema that is there. The database must be in
    /// UTF8.
    ///
    /// Errors: an option out of its limits, no connection, a standby, another encoding, a server
    ///         before 14, a schema made by a newer version of this library.
    [[nodiscard]] static expected<postgresql_store, postgresql_error>
    open(postgresql_options options);

    ~postgresql_store() override;
    /// Requires: no server refers to the store that is moved from, which can only be destroyed or
    ///           assigned to afterwards. Move it to its place first, then make servers with it.
    postgresql_store(postgresql_store&&) noexcept;
    /// Likewise, of both stores. Closes the connections that this one had.
    postgresql_store& operator=(postgresql_store&&) noexcept;
    postgresql_store(const postgresql_store&) = delete;
    postgresql_store& operator=(const postgresql_store&) = delete;

    [[nodiscard]] expected<std::optional<record>, unavailable> load(std::string_view key) override;
    [[nodiscard]] create_result create(const record& fresh) override;
    [[nodiscard]] write_outcome replace(const record& next,
                                        const record_version& expected) override;
    [[nodiscard]] write_outcome erase(std::string_view key,
                                      const record_version& expected) override;
    /// At most 1000 records in a page, whatever `limit` says.
    [[nodiscard]] expected<record_page, unavailable> list(record_kind kind, std::string_view owner,
                                                          std::string_view after,
                                                          std::size_t limit) override;
    /// At most 100,000 records in a call, whatever `limit` says: so many rows are locked at once.
    [[nodiscard]] expected<std::size_t, unavailable> sweep(instant now,
                                                           std::size_t limit = 1000) override;

private:
    struct state;
    explicit postgresql_store(std::unique_ptr<state> state) noexcept;
    std::unique_ptr<state> state_;
};

} // namespace v0
} // namespace mcp_oauth
