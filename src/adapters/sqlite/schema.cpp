#include "adapters/sqlite/schema.hpp"

#include <string>

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {
namespace {

/// Ends the transaction on the way out, whichever way that is.
class transaction {
public:
    explicit transaction(connection& file) noexcept : file_(file) {}
    ~transaction() {
        if (begun_) (void)file_.run("ROLLBACK");
    }
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    [[nodiscard]] int begin() noexcept {
        const int code = file_.run("BEGIN IMMEDIATE");
        begun_ = code == SQLITE_OK;
        return code;
    }
    [[nodiscard]] int commit() noexcept {
        const int code = file_.run("COMMIT");
        begun_ = code != SQLITE_OK;
        return code;
    }

private:
    connection& file_;
    bool begun_ = false;
};

} // namespace

const migration& schema() {
    // A table with a rowid: a row is too long to be kept in an index. The key leads to it, and the
    // indexes of owners and expiry, which a rotation leaves alone.
    static const migration steps{
        "CREATE TABLE record ("
        "  key TEXT NOT NULL PRIMARY KEY,"
        "  kind TEXT NOT NULL,"
        "  version BLOB NOT NULL,"
        "  subject_owner TEXT NOT NULL,"
        "  client_owner TEXT NOT NULL,"
        "  expires_at INTEGER NOT NULL," // Unix time in milliseconds
        "  body TEXT NOT NULL"           // JSON
        ");"
        "CREATE INDEX record_of_subject ON record (kind, subject_owner, key)"
        "  WHERE subject_owner <> '';"
        "CREATE INDEX record_of_client ON record (kind, client_owner, key)"
        "  WHERE client_owner <> '';"
        "CREATE INDEX record_expiry ON record (expires_at);"};
    return steps;
}

expected<std::size_t, sqlite_error> identify(connection& file, const migration& steps) {
    // One statement, so that it is one moment's answer.
    const auto owner = file.number("SELECT CASE WHEN application_id <> 0 THEN application_id"
                                   " ELSE -(user_version <> 0"
                                   " OR EXISTS (SELECT 1 FROM sqlite_master)) END"
                                   " FROM pragma_application_id, pragma_user_version");
    if (!owner) return file.failure(owner.error());
    if (*owner == 0) return std::size_t{0};
    if (*owner != application_id)
        return file.failure(sqlite_failure::other_application, "is another program's database");
    const auto version = file.number("PRAGMA user_version");
    if (!version) return file.failure(version.error());
    if (*version < 1 || *version > static_cast<std::int64_t>(steps.size()))
        return file.failure(sqlite_failure::newer_schema,
                            "has schema version " + std::to_string(*version) +
                                ", this library knows " + std::to_string(steps.size()));
    return static_cast<std::size_t>(*version);
}

expected<void, sqlite_error> migrate(connection& file, const migration& steps) {
    transaction change{file};
    if (const int code = change.begin(); code != SQLITE_OK) return file.failure(code);
    const auto version = identify(file, steps);
    if (!version) return unexpected{version.error()};
    if (*version == steps.size()) return {};
    for (std::size_t at = *version; at < steps.size(); ++at)
        if (const int code = file.run(steps[at]); code != SQLITE_OK) return file.failure(code);
    const auto stamp = "PRAGMA application_id = " + std::to_string(application_id) +
                       "; PRAGMA user_version = " + std::to_string(steps.size());
    if (const int code = file.run(stamp.c_str()); code != SQLITE_OK) return file.failure(code);
    if (const int code = change.commit(); code != SQLITE_OK) return file.failure(code);
    return {};
}

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
