#pragma once

#include <cstddef>
#include <cstdint>

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

enum class statement : std::uint8_t {
    load,
    create,
    replace,
    replace_all,
    erase,
    list,
    sweep,
    begin,
    commit,
    rollback
};
inline constexpr std::size_t statement_count = 10;

// The order in which a `record` is bound and read.
#define MCP_OAUTH_RECORD_COLUMNS "key, kind, version, subject_owner, client_owner, expires_at, body"

[[nodiscard]] constexpr const char* sql(statement which) noexcept {
    switch (which) {
    case statement::load: return "SELECT " MCP_OAUTH_RECORD_COLUMNS " FROM record WHERE key = ?";
    case statement::create:
        return "INSERT INTO record (" MCP_OAUTH_RECORD_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?)"
               " ON CONFLICT (key) DO NOTHING";
    // A rotation changes neither owners nor expiry, and so no index: one page is written, not four.
    case statement::replace:
        return "UPDATE record SET version = ?, body = ? WHERE key = ? AND version = ?"
               " AND kind = ? AND subject_owner = ? AND client_owner = ? AND expires_at = ?";
    case statement::replace_all:
        return "UPDATE record SET kind = ?, version = ?, subject_owner = ?, client_owner = ?,"
               " expires_at = ?, body = ? WHERE key = ? AND version = ?";
    case statement::erase: return "DELETE FROM record WHERE key = ? AND version = ?";
    // The terms `<> ''` are those of the partial indexes. A record that is its own client's is in
    // the first half alone.
    case statement::list:
        return "SELECT " MCP_OAUTH_RECORD_COLUMNS " FROM record"
               " WHERE kind = ?1 AND subject_owner = ?2 AND subject_owner <> '' AND key > ?3"
               " UNION ALL SELECT " MCP_OAUTH_RECORD_COLUMNS " FROM record"
               " WHERE kind = ?1 AND client_owner = ?2 AND client_owner <> '' AND key > ?3"
               " AND subject_owner <> ?2"
               " ORDER BY key LIMIT ?4";
    case statement::sweep:
        return "DELETE FROM record WHERE rowid IN (SELECT rowid FROM record"
               " WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)";
    // With the writer's lock from the start: a transaction that reads first cannot wait for it.
    case statement::begin: return "BEGIN IMMEDIATE";
    case statement::commit: return "COMMIT";
    case statement::rollback: return "ROLLBACK";
    }
    return "";
}

#undef MCP_OAUTH_RECORD_COLUMNS

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
