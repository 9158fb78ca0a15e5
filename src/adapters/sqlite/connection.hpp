#pragma once

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/sqlite/statements.hpp"
#include "mcp_oauth/adapters/sqlite.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {

using deadline = std::chrono::steady_clock::time_point;

/// One use of a prepared statement. What is bound must live as long; the end of the use lets go of
/// it, and of the snapshot that a read stands on.
class statement_use {
public:
    explicit statement_use(sqlite3_stmt* prepared) noexcept : prepared_(prepared) {}
    ~statement_use();
    statement_use(const statement_use&) = delete;
    statement_use& operator=(const statement_use&) = delete;

    // In the order of the statement's parameters.
    void bind(std::string_view text) noexcept;
    void bind(const record_version& version) noexcept;
    void bind(std::int64_t number) noexcept;

    /// Returns: SQLITE_ROW, SQLITE_DONE, or why not; also why a value could not be bound.
    [[nodiscard]] int step() noexcept;
    /// The row of a statement that selects records. Errors: it is none that this library wrote.
    [[nodiscard]] expected<record, unavailable> row() const;

private:
    void keep(int code) noexcept;

    sqlite3_stmt* prepared_;
    int parameter_ = 0;
    int failure_ = SQLITE_OK;
};

/// A connection with its prepared statements. Threads: one at a time, not necessarily the same.
class connection {
public:
    /// Opens the file, and sets nothing in it.
    [[nodiscard]] static expected<std::unique_ptr<connection>, sqlite_error>
    open(const std::string& path, deadline until);

    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Every statement from now on ends by then, with SQLITE_BUSY or SQLITE_INTERRUPT at worst.
    void end_by(deadline until) noexcept { until_ = until; }

    /// Runs statements whose rows nobody wants. Returns: SQLITE_OK, or why not.
    [[nodiscard]] int run(const char* sql) noexcept;
    /// The first value of the first row. Errors: SQLite's code.
    [[nodiscard]] expected<std::int64_t, int> number(const char* sql) noexcept;
    [[nodiscard]] expected<std::string, int> text(const char* sql);
    /// The write-ahead log, and when it is flushed.
    [[nodiscard]] expected<void, sqlite_error> set_up(sqlite_synchronous synchronous);
    [[nodiscard]] expected<void, sqlite_error> prepare_statements();

    [[nodiscard]] statement_use use(statement which) const noexcept {
        return statement_use{prepared_[static_cast<std::size_t>(which)]};
    }
    /// How many rows the last write changed.
    [[nodiscard]] std::size_t changes() const noexcept;
    /// Whether the path still leads to the open file. SQLite does not ask that of itself, and would
    /// write on into a file that is deleted.
    [[nodiscard]] bool in_place() const noexcept;
    [[nodiscard]] bool read_only() const noexcept;
    /// The error of an `open` that met SQLite's `code`, with SQLite's words for it.
    [[nodiscard]] unexpected<sqlite_error> failure(int code) const;
    [[nodiscard]] unexpected<sqlite_error> failure(sqlite_failure kind, std::string_view why) const;

private:
    explicit connection(std::string path) : path_(std::move(path)) {}
    static int on_busy(void* self, int attempts);
    static int on_progress(void* self);

    std::string path_;
    sqlite3* handle_ = nullptr;
    deadline until_{};
    std::array<sqlite3_stmt*, statement_count> prepared_{};
};

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
