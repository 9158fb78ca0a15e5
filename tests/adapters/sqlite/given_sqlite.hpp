#pragma once

#include <sqlite3.h>

#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <utility>

#include "mcp_oauth/adapters/sqlite.hpp"
#include "ports/records.hpp"
#include "support/catch.hpp"

/// What the tests of the SQLite store stand on: a folder of their own, and SQLite beside the store.
namespace sqlite_tests {
using namespace record_tests;

/// A new folder, which ends with the test.
class scratch {
public:
    scratch() {
        std::random_device random;
        folder_ = std::filesystem::temp_directory_path() /
                  ("mcp_oauth_sqlite_" + std::to_string(random()) + std::to_string(random()));
        std::filesystem::create_directory(folder_);
    }
    ~scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;

    [[nodiscard]] std::string path(const char* name = "oauth.db") const {
        return (folder_ / name).string();
    }

private:
    std::filesystem::path folder_;
};

inline sqlite_options options_of(std::string path, milliseconds limit = milliseconds{4000},
                                 std::size_t connections = 4) {
    sqlite_options options;
    options.path = std::move(path);
    options.call_limit = limit;
    options.connections = connections;
    return options;
}

inline sqlite_store opened(sqlite_options options) {
    auto store = sqlite_store::open(std::move(options));
    if (!store) FAIL(store.error().problem);
    return std::move(*store);
}
inline sqlite_store opened(const std::string& path) { return opened(options_of(path)); }

inline sqlite_failure refusal(sqlite_options options) {
    const auto store = sqlite_store::open(std::move(options));
    REQUIRE(!store);
    CHECK(!store.error().problem.empty());
    return store.error().kind;
}

/// Another program's connection, which does as it likes.
class raw_connection {
public:
    explicit raw_connection(const std::string& path) {
        REQUIRE(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK);
        sqlite3_busy_timeout(handle_, 2000);
    }
    ~raw_connection() { sqlite3_close(handle_); }
    raw_connection(const raw_connection&) = delete;
    raw_connection& operator=(const raw_connection&) = delete;

    void run(const std::string& sql) {
        INFO(sql);
        const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
        INFO(sqlite3_errmsg(handle_));
        REQUIRE(code == SQLITE_OK);
    }
    /// The first value of the first row, as text.
    [[nodiscard]] std::string value(const std::string& sql) {
        std::string found;
        const auto take = [](void* into, int, char** values, char**) {
            *static_cast<std::string*>(into) = values[0] == nullptr ? "" : values[0];
            return 1; // one row is enough
        };
        (void)sqlite3_exec(handle_, sql.c_str(), take, &found, nullptr);
        return found;
    }
    [[nodiscard]] sqlite3* handle() const noexcept { return handle_; }

private:
    sqlite3* handle_ = nullptr;
};

} // namespace sqlite_tests
