#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/ports/record_store.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Where the server is, and how long it may take.
struct redis_options {
    /// `redis://[[user]:password@]host[:6379][/database]` or
    /// `unix://[[user]:password@]/path/of/the/socket[?db=number]`; user, password and path are
    /// percent-decoded. `rediss://` is refused: TLS is left to a proxy beside this process
    /// (stunnel, Envoy), which then is what the URI names.
    std::string uri;
    /// Begins every key, so that several stores, and others, may share a database.
    std::string key_prefix = "mcp_oauth:";
    /// The most connections at one time, 1 to 1024. A call that finds none free waits.
    std::size_t connections = 8;
    /// For one connection to be made and greeted, above zero; at most half of `call_limit` counts.
    milliseconds connect_timeout{1000};
    /// Within this a call has ended, whatever it waited for; above zero, at most 10 min. Must be
    /// below the policy's `operation_limit`; half of it leaves time to read back what became of a
    /// lost write.
    milliseconds call_limit{2000};
};

/// Why a store could not be opened: for the operator. Never holds a password.
struct redis_error {
    std::string problem; ///< one sentence, which may quote the server
};

/// A `record_store` in a Redis server, version 5 or later, with scripts.
///
///     auto store = redis_store::open({"redis://:password@127.0.0.1:6379/0"});
///     if (!store) return fail(store.error().problem);
///
/// Each record is one string, `PREFIXrecord:KEY`: a line of version, kind, expiry and the lengths
/// of both owners, then the owners and the body. Each owner has one sorted set for each kind,
/// `PREFIXlist:KIND:OWNER`, in the order of the keys.
///
/// Atomicity:  each write is one script, so the record and its owners' lists change together. No
///             cluster: a record and its lists would lie on different nodes. One is refused.
/// Durability: what the server's settings give, since nothing here can give more.
///             - `appendonly yes` and `appendfsync always`: `done` survives a crash.
///             - `appendfsync everysec` or `no`: a crash loses the last second, or more.
///             - `no-appendfsync-on-rewrite yes`: a crash loses what was written while the server
///               saved or rewrote its file in the background, whatever `appendfsync` says.
///             - `appendonly no`: a crash loses everything since the last snapshot.
///             - Replication is asynchronous: a failover (Sentinel, a managed service) loses the
///               last acknowledged writes, and a primary that was cut off goes on acknowledging
///               writes that will be lost. `min-replicas-to-write` shortens that; `WAIT` would not
///               end it, since a replica without the write may still be the one that is promoted.
///             A server that lost writes has gone back in time. A lost rotation is noticed by
///             itself and ends its grant; lost revocations cannot be noticed: raise
///             `policy.min_epoch` after such a loss. `warnings` tells what is weak here.
/// Ordering:   linearizable per key while one server is the primary. Only the primary is read; a
///             replica is refused, also when a failover made it one.
/// Expiry:     by the server, ten minutes after `expires_at`, or after the last write if that is
///             later. What is sent is a time span, so the clocks of the two machines need not
///             agree; the server's must not jump ahead by more than five minutes. A list ends a
///             day after the longest-lived record that was ever in it, and each new entry drops
///             dead ones that it comes across, so `sweep` has nothing to do and returns 0.
/// Memory:     `maxmemory-policy` must be `noeviction`: evicted grants are lost logins. A server
///             that is set to evict is refused. One that is full answers `unavailable`.
/// Errors:     `unavailable` where the command was not sent whole, where the server refused it, or
///             where it ran too late: it carries the moment at which the call ends and does
///             nothing afterwards, so a stalled server does not write behind the library's back.
///             `unknown` where it was sent and no answer came; it is never sent again. A read is
///             tried once more if a connection turns out to be dead. Resolving a host's name is the
///             one thing that no limit bounds; nothing is sent after it if it took too long.
/// Round trips: one for each call, one more where the server has lost its scripts (a restart, or
///             `SCRIPT FLUSH`), and one for each new connection.
/// Threads:    any number. Open it after a fork: connections are not shared between processes.
///
/// The user needs `+@read +@write +@scripting +info +time +select +ping` on `~PREFIX*`. With
/// `+config|get` the store can also warn of a weak `appendfsync`.
class MCP_OAUTH_EXPORT redis_store final : public record_store {
public:
    /// Connects, and checks that the server will do.
    ///
    /// Checks: the URI and the limits; the password; that it is a primary, no cluster, version 5 or
    ///         later, does not evict, and runs scripts. What it will not tell is not checked.
    /// Errors: what is wrong, in one sentence.
    [[nodiscard]] static expected<redis_store, redis_error> open(const redis_options& options);

    /// Requires: no server refers to the store that is moved from, which can only be destroyed or
    ///           assigned to afterwards. Move it to its place first, then make servers with it.
    redis_store(redis_store&&) noexcept;
    /// Likewise, of both stores. Closes the connections that this one had.
    redis_store& operator=(redis_store&&) noexcept;
    ~redis_store() override;

    [[nodiscard]] expected<std::optional<record>, unavailable> load(std::string_view key) override;
    [[nodiscard]] create_result create(const record& fresh) override;
    [[nodiscard]] write_outcome replace(const record& next,
                                        const record_version& expected) override;
    [[nodiscard]] write_outcome erase(std::string_view key,
                                      const record_version& expected) override;
    /// A page holds 256 records at most, whatever `limit` says, so that the server is never kept
    /// from its other work for long.
    [[nodiscard]] expected<record_page, unavailable> list(record_kind kind, std::string_view owner,
                                                          std::string_view after,
                                                          std::size_t limit) override;

    /// What an operator should know about the durability of this server, as it was when the store
    /// was opened; one sentence each, empty where `done` survives a crash.
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept;

private:
    struct state;
    explicit redis_store(std::unique_ptr<state> made) noexcept;
    std::unique_ptr<state> state_;
};

} // namespace v0
} // namespace mcp_oauth
