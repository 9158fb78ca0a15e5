#include "adapters/postgresql/schema.hpp"

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

namespace {

// In the texts below `$S` stands for the schema's name.
std::string in_schema(std::string sql, const std::string& schema) {
    const std::string quoted = '"' + schema + '"';
    for (auto at = sql.find("$S"); at != std::string::npos; at = sql.find("$S", at))
        sql.replace(at, 2, quoted);
    return sql;
}

// Owners and keys are compared octet by octet ("C"), which is the order of `list`, whatever the
// database's own collation. `expires_at` is Unix time in milliseconds, because a timestamp can
// neither hold every instant nor hold one exactly. The index on it does not stand in the way of HOT
// updates: those look at whether an indexed value changed, and a refresh leaves it as it is.
constexpr const char* first_step = R"(
    CREATE TABLE $S.record (
        key           text COLLATE "C" PRIMARY KEY,
        kind          text COLLATE "C" NOT NULL,
        version       uuid NOT NULL,
        subject_owner text COLLATE "C" NOT NULL,
        client_owner  text COLLATE "C" NOT NULL,
        expires_at    bigint NOT NULL,
        body          jsonb NOT NULL
    ) WITH (fillfactor = 80);
    CREATE INDEX record_of_subject ON $S.record (subject_owner, kind, key);
    CREATE INDEX record_of_client ON $S.record (client_owner, kind, key);
    CREATE INDEX record_by_expiry ON $S.record (expires_at);
    CREATE TABLE $S.schema_version (version integer NOT NULL);
    INSERT INTO $S.schema_version VALUES (1);
)";

// The first is a number of ours that stands for "the schema of this library, in this database".
constexpr const char* lock = "BEGIN ISOLATION LEVEL READ COMMITTED;"
                             "SELECT pg_advisory_xact_lock(7811321942063108451)";

std::string text_of(const result& rows) {
    if (PQntuples(rows.get()) < 1 || PQgetisnull(rows.get(), 0, 0) == 1) return {};
    return PQgetvalue(rows.get(), 0, 0);
}

class migration {
public:
    migration(connection& session, const std::string& schema, const schema_steps& steps,
              deadline end)
        : session_(session), schema_(schema), steps_(steps), end_(end) {}

    bool run() {
        const auto found = version();
        if (!found) return false;
        if (*found >= steps_.size()) return accept(*found);
        return query(lock) && upgrade() && query("COMMIT");
    }
    std::string take_problem() { return std::move(problem_); }

private:
    bool accept(std::size_t found) {
        if (found == steps_.size()) return true;
        problem_ = "the schema \"" + schema_ + "\" has version " + std::to_string(found) +
                   ", made by a newer version of this library, which knows " +
                   std::to_string(steps_.size());
        return false;
    }
    bool upgrade() {
        const auto found = version(); // another server may have been first
        if (!found) return false;
        if (*found >= steps_.size()) return accept(*found);
        if (*found == 0 && !make_schema()) return false;
        for (std::size_t from = *found; from < steps_.size(); ++from)
            if (!query(steps_[from])) return false;
        return query("UPDATE $S.schema_version SET version = " + std::to_string(steps_.size()))
            .has_value();
    }
    // `IF NOT EXISTS` asks for the right to create even where there is nothing to do.
    bool make_schema() {
        auto there =
            query("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = '" + schema_ + "'");
        return there && (!text_of(*there).empty() || query("CREATE SCHEMA $S"));
    }
    /// 0 where there is no table yet. The catalog itself is asked: `to_regclass` answers from a
    /// cache that a wait for an advisory lock does not refresh.
    std::optional<std::size_t> version() {
        auto there = query("SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = '" + schema_ +
                           "' AND tablename = 'schema_version'");
        if (!there) return std::nullopt;
        if (text_of(*there).empty()) return 0;
        auto rows = query("SELECT version FROM $S.schema_version");
        if (!rows) return std::nullopt;
        return std::strtoull(text_of(*rows).c_str(), nullptr, 10);
    }
    std::optional<result> query(const std::string& sql) {
        auto answer = session_.run(in_schema(sql, schema_), end_);
        if (answer.kind == reply_kind::done) return std::move(answer.rows);
        problem_ = "the schema \"" + schema_ + "\" cannot be used or made: " + answer.problem;
        return std::nullopt;
    }

    connection& session_;
    const std::string& schema_;
    const schema_steps& steps_;
    deadline end_;
    std::string problem_;
};

std::string prepare(const char* name, const char* types, const char* sql) {
    return std::string{"PREPARE "} + name + " (" + types + ") AS " + sql + ";";
}

// Each owner's index is read in its own order and the two are merged, so a page costs what it
// holds, however many records the owner has. One snapshot serves both halves.
constexpr const char* list_sql = R"(
    (SELECT key, kind, version, subject_owner, client_owner, expires_at, body FROM $S.record
      WHERE subject_owner = $2 AND kind = $1 AND key > $3 ORDER BY key LIMIT $4)
    UNION ALL
    (SELECT key, kind, version, subject_owner, client_owner, expires_at, body FROM $S.record
      WHERE client_owner = $2 AND kind = $1 AND key > $3 AND subject_owner <> $2
      ORDER BY key LIMIT $4)
    ORDER BY key LIMIT $4)";

// A row that is locked is being renewed, and is passed over. One that was renewed just before is
// judged again by its new `expires_at` when it is locked, and from then on nobody else can change
// it. The rows are deleted by their place: joined by key, the planner may read the whole table.
constexpr const char* sweep_sql = R"(
    DELETE FROM $S.record WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM $S.record WHERE expires_at <= $1
         ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)))";

std::string prepare_all() {
    return prepare(statement::load, "text",
                   "SELECT key, kind, version, subject_owner, client_owner, expires_at, body"
                   " FROM $S.record WHERE key = $1") +
           prepare(statement::create, "text, text, uuid, text, text, bigint, jsonb",
                   "INSERT INTO $S.record (key, kind, version, subject_owner, client_owner,"
                   " expires_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                   " ON CONFLICT (key) DO NOTHING") +
           prepare(statement::replace, "text, text, uuid, text, text, bigint, jsonb, uuid",
                   "UPDATE $S.record SET kind = $2, version = $3, subject_owner = $4,"
                   " client_owner = $5, expires_at = $6, body = $7"
                   " WHERE key = $1 AND version = $8") +
           prepare(statement::erase, "text, uuid",
                   "DELETE FROM $S.record WHERE key = $1 AND version = $2") +
           prepare(statement::list, "text, text, text, bigint", list_sql) +
           prepare(statement::sweep, "bigint, bigint", sweep_sql);
}

} // namespace

const schema_steps& released_steps() {
    static const schema_steps steps{first_step};
    return steps;
}

expected<void, std::string> migrate(connection& session, const std::string& schema,
                                    const schema_steps& steps, deadline end) {
    migration all{session, schema, steps, end};
    if (!all.run()) return unexpected{all.take_problem()};
    return {};
}

// Set for the session, whatever role, database or connection string say. A generic plan is right
// for statements that find rows by one key, and does not have to be found for each.
std::string session_setup(const std::string& schema, milliseconds statement_limit) {
    return "SET default_transaction_isolation = 'read committed';"
           "SELECT pg_catalog.set_config('synchronous_commit', 'on', false)"
           " WHERE pg_catalog.current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');"
           "SET statement_timeout = " +
           std::to_string(statement_limit.count()) +
           ";SET plan_cache_mode = force_generic_plan;"
           "SET jit = off;" +
           in_schema(prepare_all(), schema);
}

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
