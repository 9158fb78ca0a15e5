#include "adapters/sqlite/connection.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {
namespace sqlite {
namespace {

constexpr int steps_between_looks = 1000; // at the clock, in a long search

// Between looks at a lock that another process holds. A process that writes without pause lets go
// for a moment only, so whoever looks rarely may wait for long.
constexpr std::chrono::microseconds shortest_pause{100};
constexpr int longest_pause = 5; // times that

sqlite_failure kind_of(int code) noexcept {
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT: return sqlite_failure::busy;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return sqlite_failure::cannot_open;
    case SQLITE_READONLY: return sqlite_failure::read_only;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return sqlite_failure::not_a_database;
    default: return sqlite_failure::other;
    }
}

/// A column of text; nothing where it is of another type, or memory ran out.
std::optional<std::string> text_at(sqlite3_stmt* row, int column) {
    if (sqlite3_column_type(row, column) != SQLITE_TEXT) return std::nullopt;
    const auto* const begin = sqlite3_column_text(row, column);
    if (begin == nullptr) return std::nullopt;
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
    return std::string{reinterpret_cast<const char*>(begin), size};
}
std::optional<record_version> version_at(sqlite3_stmt* row, int column) noexcept {
    record_version version{};
    if (sqlite3_column_type(row, column) != SQLITE_BLOB) return std::nullopt;
    const auto* const begin = static_cast<const std::uint8_t*>(sqlite3_column_blob(row, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
    if (begin == nullptr || size != version.size()) return std::nullopt;
    std::copy_n(begin, version.size(), version.begin());
    return version;
}

} // namespace

statement_use::~statement_use() {
    sqlite3_reset(prepared_);
    sqlite3_clear_bindings(prepared_);
}

void statement_use::keep(int code) noexcept {
    if (failure_ == SQLITE_OK) failure_ = code;
}
void statement_use::bind(std::string_view text) noexcept {
    const char* const begin = text.empty() ? "" : text.data(); // a null pointer would be NULL
    keep(sqlite3_bind_text64(prepared_, ++parameter_, begin, text.size(), SQLITE_STATIC,
                             SQLITE_UTF8));
}
void statement_use::bind(const record_version& version) noexcept {
    keep(sqlite3_bind_blob64(prepared_, ++parameter_, version.data(), version.size(),
                             SQLITE_STATIC));
}
void statement_use::bind(std::int64_t number) noexcept {
    keep(sqlite3_bind_int64(prepared_, ++parameter_, number));
}

int statement_use::step() noexcept {
    return failure_ == SQLITE_OK ? sqlite3_step(prepared_) : failure_;
}

expected<record, unavailable> statement_use::row() const {
    auto key = text_at(prepared_, 0);
    const auto kind_name = text_at(prepared_, 1);
    const auto kind = record_kind_from(kind_name.value_or(""));
    const auto version = version_at(prepared_, 2);
    auto subject_owner = text_at(prepared_, 3);
    auto client_owner = text_at(prepared_, 4);
    const bool has_expiry = sqlite3_column_type(prepared_, 5) == SQLITE_INTEGER;
    auto body = text_at(prepared_, 6);
    if (!key || !kind || !version || !subject_owner || !client_owner || !has_expiry || !body)
        return unexpected{unavailable{}};
    return record{std::move(*key),
                  *kind,
                  *version,
                  std::move(*subject_owner),
                  std::move(*client_owner),
                  from_unix_ms(sqlite3_column_int64(prepared_, 5)),
                  std::move(*body)};
}

expected<std::unique_ptr<connection>, sqlite_error> connection::open(const std::string& path,
                                                                     deadline until) {
    std::unique_ptr<connection> made{new connection(path)};
    // Each connection has one user at a time, so SQLite need not lock it; nor may a process-wide
    // setting make connections share a cache, whose locks know no waiting.
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    const int code = sqlite3_open_v2(path.c_str(), &made->handle_, flags, nullptr);
    if (code != SQLITE_OK) return made->failure(code);
    made->end_by(until);
    sqlite3_extended_result_codes(made->handle_, 1);
    sqlite3_busy_handler(made->handle_, &on_busy, made.get());
    sqlite3_progress_handler(made->handle_, steps_between_looks, &on_progress, made.get());
    return made;
}

connection::~connection() {
    for (auto* const each : prepared_) sqlite3_finalize(each);
    sqlite3_close(handle_);
}

int connection::run(const char* sql_text) noexcept {
    return sqlite3_exec(handle_, sql_text, nullptr, nullptr, nullptr);
}

expected<std::int64_t, int> connection::number(const char* sql_text) noexcept {
    sqlite3_stmt* prepared = nullptr;
    int code = sqlite3_prepare_v2(handle_, sql_text, -1, &prepared, nullptr);
    if (code == SQLITE_OK) code = sqlite3_step(prepared);
    const auto value = code == SQLITE_ROW ? sqlite3_column_int64(prepared, 0) : 0;
    sqlite3_finalize(prepared);
    if (code != SQLITE_ROW) return unexpected{code};
    return std::int64_t{value};
}

expected<std::string, int> connection::text(const char* sql_text) {
    sqlite3_stmt* prepared = nullptr;
    int code = sqlite3_prepare_v2(handle_, sql_text, -1, &prepared, nullptr);
    if (code == SQLITE_OK) code = sqlite3_step(prepared);
    auto value = code == SQLITE_ROW ? text_at(prepared, 0) : std::nullopt;
    sqlite3_finalize(prepared);
    if (!value) return unexpected{code == SQLITE_ROW ? SQLITE_MISMATCH : code};
    return std::move(*value);
}

expected<void, sqlite_error> connection::set_up(sqlite_synchronous synchronous) {
    // On Apple's systems a flush reaches the disk only if it is asked to; elsewhere this is idle.
    int code = run("PRAGMA fullfsync = ON");
    if (code == SQLITE_OK)
        code = run(synchronous == sqlite_synchronous::full ? "PRAGMA synchronous = FULL"
                                                           : "PRAGMA synchronous = NORMAL");
    if (code != SQLITE_OK) return failure(code);
    const auto mode = text("PRAGMA journal_mode = WAL");
    if (!mode) return failure(mode.error());
    if (*mode != "wal")
        return failure(sqlite_failure::no_wal, "no write-ahead log on this file system");
    return {};
}

expected<void, sqlite_error> connection::prepare_statements() {
    for (std::size_t i = 0; i < statement_count; ++i) {
        const int code = sqlite3_prepare_v3(handle_, sql(static_cast<statement>(i)), -1,
                                            SQLITE_PREPARE_PERSISTENT, &prepared_[i], nullptr);
        if (code != SQLITE_OK) return failure(code);
    }
    return {};
}

std::size_t connection::changes() const noexcept {
    return static_cast<std::size_t>(sqlite3_changes(handle_));
}

bool connection::in_place() const noexcept {
    int moved = 0; // stays so where the system cannot tell
    sqlite3_file_control(handle_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved == 0;
}

bool connection::read_only() const noexcept { return sqlite3_db_readonly(handle_, "main") != 0; }

unexpected<sqlite_error> connection::failure(int code) const {
    const bool is_last = handle_ != nullptr && sqlite3_extended_errcode(handle_) == code;
    return failure(kind_of(code), is_last ? sqlite3_errmsg(handle_) : sqlite3_errstr(code));
}
unexpected<sqlite_error> connection::failure(sqlite_failure kind, std::string_view why) const {
    return unexpected{sqlite_error{kind, path_ + ": " + std::string{why}}};
}

int connection::on_busy(void* self, int attempts) {
    const auto pause = shortest_pause * std::min(attempts + 1, longest_pause);
    if (std::chrono::steady_clock::now() + pause >= static_cast<connection*>(self)->until_)
        return 0;
    std::this_thread::sleep_for(pause);
    return 1;
}
int connection::on_progress(void* self) {
    return std::chrono::steady_clock::now() >= static_cast<connection*>(self)->until_ ? 1 : 0;
}

} // namespace sqlite
} // namespace v0
} // namespace mcp_oauth
