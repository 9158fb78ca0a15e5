#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"

/// The one place where anything is kept. Grants, clients, consents and replay marks are records of
/// it, so any database with a compare-and-swap on one row will do.
namespace mcp_oauth {
inline namespace v0 {

/// The store did not do it, and says so. The request is answered 503 `temporarily_unavailable`,
/// never `invalid_client` or `invalid_grant` (MCP-ERR-07).
struct unavailable {};

/// 128 random bits, drawn by the writer, one per operation. A version never repeats: a late
/// `replace` cannot hit a new life of the key, nor another timeline after a restored backup.
using record_version = std::array<std::uint8_t, 16>;

/// What a record is. A store may keep the kinds in separate tables, or ignore this.
enum class record_kind : std::uint8_t {
    grant,        ///< one approval for its whole life, code and refresh tokens included
    client,       ///< one that registered itself (RFC 7591); configured ones have no record
    consent,      ///< one that is remembered: see `policy::consent_options`
    secret_check, ///< one per issuer: which server secrets the store belongs to
    dpop_proof,   ///< the mark that a proof was here (RFC 9449 §11.1)
    signing_keys  ///< one per issuer: see `key_rotation`
};

/// Every kind, in the order of the enumeration.
inline constexpr std::array<record_kind, 6> record_kinds{
    record_kind::grant,        record_kind::client,     record_kind::consent,
    record_kind::secret_check, record_kind::dpop_proof, record_kind::signing_keys};

/// The kind's name in keys and tables. A store keeps the name, not the number: kinds may be added.
[[nodiscard]] constexpr std::string_view name(record_kind kind) noexcept {
    switch (kind) {
    case record_kind::grant: return "grant";
    case record_kind::client: return "client";
    case record_kind::consent: return "consent";
    case record_kind::secret_check: return "secret_check";
    case record_kind::dpop_proof: return "dpop_proof";
    case record_kind::signing_keys: return "signing_keys";
    }
    return "";
}
/// Errors: nothing where no kind is called so.
[[nodiscard]] MCP_OAUTH_EXPORT std::optional<record_kind>
record_kind_from(std::string_view text) noexcept;

/// A record may be dropped this long after its `expires_at`, and no earlier: a request that arrived
/// in time may still be under way, and clocks differ.
inline constexpr milliseconds sweep_margin{std::chrono::minutes{5}};

/// One record. `key` is unique over all kinds and carries the issuer, so several issuers may share
/// a store. `body` is JSON text without U+0000, at most 64 KiB; the store may change its member
/// order and white space (`jsonb` does), nothing is signed over it.
struct record {
    std::string key;                       ///< UTF-8 without U+0000, compared octet for octet
    record_kind kind = record_kind::grant; ///< the same in every life of a key
    record_version version{};              ///< of the write that made the record what it is
    /// Whom the record belongs to, for `list`; empty where nobody. Both carry the issuer.
    std::string subject_owner;
    std::string client_owner; ///< no subject is called as a client is: the two never meet
    /// When the record is of no more use. For cleaning only: see `record_store`.
    instant expires_at{};
    std::string body; ///< all that the library judges by; no credential, at most a digest or seal
};

/// How a conditional write ended.
enum class write_outcome : std::uint8_t {
    done,        ///< written, and it survives a crash
    conflict,    ///< not written: the record is absent or has another version
    unknown,     ///< written or not, nobody knows (a connection lost during a commit)
    unavailable, ///< certainly not written
};

/// How a `create` ended.
struct create_result {
    write_outcome outcome = write_outcome::unavailable; ///< with `conflict` nothing was changed
    /// With `conflict`: the record that was there.
    std::optional<record> existing;
};

/// A part of a `list`.
struct record_page {
    std::vector<record> records; ///< whole; may be fewer than `limit`, even none, with a `next`
    std::string next;            ///< hand it to the next `list`; empty at the end
};

/// What the library needs of a database. A host implements the five pure functions over its own.
///
/// Atomicity:  `create`, `replace` and `erase` are each one indivisible conditional write on one
///             key, over all threads, processes and machines that share the store. Read-then-write
///             is not enough, not even inside a READ COMMITTED transaction. This statement is:
///               UPDATE record SET … WHERE key = ? AND version = ?
///             and "one row changed" means `done`.
/// Durability: `done` is returned once the write would survive a crash and a failover.
/// Ordering:   linearizable per key, reads included: a `load` that begins after a write was
///             acknowledged sees it. No replica, no cache.
/// Expiry:     `expires_at` is for cleaning only. A store drops a record no earlier than five
///             minutes after it, may keep it for ever, and never hides or refuses one because of
///             it; the library judges by the times in the body.
/// Errors:     `unavailable` where nothing was written. `unknown` where that cannot be said; the
///             library then reads back whose write landed. A statement must end, one way or the
///             other, within the policy's `operation_limit`.
/// Threads:    called concurrently. Must not call back into the library.
class MCP_OAUTH_EXPORT record_store {
public:
    virtual ~record_store();

    /// The record under `key`, or nothing.
    [[nodiscard]] virtual expected<std::optional<record>, unavailable>
    load(std::string_view key) = 0;

    /// Puts a new record in. Where one exists under its key, changes nothing, and returns
    /// `conflict` with that record.
    [[nodiscard]] virtual create_result create(const record& fresh) = 0;

    /// Puts `next` in the place of the record under its key, if that has the version `expected`.
    [[nodiscard]] virtual write_outcome replace(const record& next,
                                                const record_version& expected) = 0;

    /// Removes the record under `key`, if it has the version `expected`.
    [[nodiscard]] virtual write_outcome erase(std::string_view key,
                                              const record_version& expected) = 0;

    /// Records of `kind` that belong to `owner` (either of the two), at most `limit` of them, in an
    /// order of the store's. `after` is empty at first, then the last page's `next`. Over all
    /// pages, every record that existed from the first call to the last is there; one that came or
    /// went meanwhile may be.
    [[nodiscard]] virtual expected<record_page, unavailable>
    list(record_kind kind, std::string_view owner, std::string_view after, std::size_t limit) = 0;

    /// Drops up to `limit` records whose `expires_at`, at the moment of the drop, lies
    /// `sweep_margin` or more before `now`: one that was renewed meanwhile stays. Safe beside live
    /// traffic; the host calls it now and then, and nothing else ever needs cleaning up. A store
    /// may leave it out, and keep records for ever or drop them by a means of its own.
    ///
    /// Returns: how many were dropped; fewer than `limit` where nothing more is due, or where the
    ///          store takes no more in one call. What is left is the next call's.
    [[nodiscard]] virtual expected<std::size_t, unavailable> sweep(instant now,
                                                                   std::size_t limit = 1000);
};

} // namespace v0
} // namespace mcp_oauth
