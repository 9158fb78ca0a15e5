// Refreshes on SQLite against the two statements that each of them cannot do without, run bare over
// as many connections; and what a grant costs as it ages and as others come. The disk's flush is
// nearly all of it under `synchronous=FULL`; NORMAL, which does not wait for it, shows the rest.

#include <sqlite3.h>

#include <cstdlib>
#include <mutex>

#include "mcp_oauth/adapters/sqlite.hpp"
#include "store_bench.hpp"

namespace {

using namespace mcp_oauth;
using bench::deployment;
using bench::refreshing;

std::string path = "bench.db";

/// A plain connection.
class session {
public:
    explicit session(sqlite_synchronous how = sqlite_synchronous::full) {
        check(sqlite3_open_v2(path.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                              nullptr));
        sqlite3_busy_timeout(handle_, 4000);
        (void)run(how == sqlite_synchronous::full ? "PRAGMA synchronous = FULL"
                                                  : "PRAGMA synchronous = NORMAL");
    }
    ~session() { sqlite3_close(handle_); }
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    void check(int code) const {
        if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
        std::fprintf(stderr, "%s\n", sqlite3_errmsg(handle_));
        std::exit(2);
    }
    /// The first value.
    std::string run(const std::string& sql) const {
        std::string value;
        const auto take = [](void* into, int, char** values, char**) {
            *static_cast<std::string*>(into) = values[0] == nullptr ? "" : values[0];
            return 0;
        };
        check(sqlite3_exec(handle_, sql.c_str(), take, &value, nullptr));
        return value;
    }
    [[nodiscard]] sqlite3_stmt* prepare(const char* sql) const {
        sqlite3_stmt* prepared = nullptr;
        check(sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr));
        return prepared;
    }
    [[nodiscard]] int changes() const { return sqlite3_changes(handle_); }

private:
    sqlite3* handle_ = nullptr;
};

sqlite_store open_store(std::size_t connections, sqlite_synchronous how) {
    for (const auto* const suffix : {"", "-wal", "-shm"})
        (void)std::remove((path + suffix).c_str());
    sqlite_options options;
    options.path = path;
    options.connections = connections;
    options.synchronous = how;
    auto made = sqlite_store::open(options);
    if (!made) {
        std::fprintf(stderr, "%s\n", made.error().problem.c_str());
        std::exit(2);
    }
    return std::move(*made);
}

/// A grant's record is read and replaced: a copy of a real one, under a key of its own. Writers
/// queue at a mutex, which is quicker than SQLite's own waiting.
class bare_statements {
public:
    bare_statements(std::size_t number, sqlite_synchronous how)
        : db_(how), key_("bare/" + std::to_string(number)), version_(16, 'v') {
        (void)db_.run("INSERT INTO record SELECT '" + key_ +
                      "', kind, CAST('vvvvvvvvvvvvvvvv' AS BLOB), subject_owner, client_owner,"
                      " expires_at, body FROM record WHERE kind = 'grant' LIMIT 1");
        load_ = db_.prepare("SELECT key, kind, version, subject_owner, client_owner, expires_at,"
                            " body FROM record WHERE key = ?");
        replace_ =
            db_.prepare("UPDATE record SET version = ?, body = ? WHERE key = ? AND version = ?");
    }
    ~bare_statements() {
        sqlite3_finalize(load_);
        sqlite3_finalize(replace_);
    }
    bare_statements(const bare_statements&) = delete;
    bare_statements& operator=(const bare_statements&) = delete;

    void operator()() {
        bind(load_, 1, key_);
        db_.check(sqlite3_step(load_));
        std::string body(reinterpret_cast<const char*>(sqlite3_column_text(load_, 6)));
        sqlite3_reset(load_);

        auto next = version_;
        next[turn_++ % 16] = static_cast<char>(turn_ / 16);
        sqlite3_bind_blob(replace_, 1, next.data(), 16, SQLITE_STATIC);
        bind(replace_, 2, body);
        bind(replace_, 3, key_);
        sqlite3_bind_blob(replace_, 4, version_.data(), 16, SQLITE_STATIC);
        static std::mutex writing;
        const std::lock_guard<std::mutex> turn(writing);
        db_.check(sqlite3_step(replace_));
        if (db_.changes() != 1) std::abort();
        sqlite3_reset(replace_);
        version_ = next;
    }

private:
    static void bind(sqlite3_stmt* to, int at, const std::string& text) {
        sqlite3_bind_text(to, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    }
    session db_;
    std::string key_;
    std::string version_;
    std::size_t turn_ = 0;
    sqlite3_stmt* load_ = nullptr;
    sqlite3_stmt* replace_ = nullptr;
};

/// The same two, through the store.
class store_calls {
public:
    store_calls(sqlite_store& store, std::size_t number)
        : store_(store), key_("calls/" + std::to_string(number)) {
        const auto page = store.list(record_kind::grant, "https://as.example#subject/alice", {}, 1);
        auto mine = page->records.at(0);
        mine.key = key_;
        if (store.create(mine).outcome != write_outcome::done) std::abort();
    }
    void operator()() {
        auto next = std::move(**store_.load(key_));
        const auto seen = next.version;
        ++next.version[turn_++ % next.version.size()];
        if (store_.replace(next, seen) != write_outcome::done) std::abort();
    }

private:
    sqlite_store& store_;
    std::string key_;
    std::size_t turn_ = 0;
};

void refresh_against_bare(std::size_t threads, sqlite_synchronous how) {
    auto store = open_store(threads, how);
    bench::compare_with_bare(
        store, threads,
        how == sqlite_synchronous::full ? "SELECT, UPDATE, FULL" : "SELECT, UPDATE, NORMAL",
        [&](std::size_t n) { return std::make_unique<store_calls>(store, n); },
        [&](std::size_t n) { return std::make_unique<bare_statements>(n, how); });
}

void sizes(const std::string& when) {
    const session db;
    (void)db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    std::printf("%-34s %s rows, %s pages, %s of them free\n", when.c_str(),
                db.run("SELECT count(*) FROM record").c_str(), db.run("PRAGMA page_count").c_str(),
                db.run("PRAGMA freelist_count").c_str());
    std::fflush(stdout);
}

void rotation_1_against_10000() {
    auto store = open_store(1, sqlite_synchronous::normal);
    const deployment d{policy::strict(), store};
    bench::compare_rotations(
        d, [&](const char* when) { sizes(when); }, 100, 31);
}

/// Each a copy of a real grant, under a key and owners of its own.
void fill(int from, int to) {
    const session db;
    (void)db.run("PRAGMA synchronous = OFF; PRAGMA cache_size = -500000");
    (void)db.run("WITH RECURSIVE n(i) AS (SELECT " + std::to_string(from) +
                 " UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(to) +
                 ") INSERT INTO record SELECT 'https://as.example#grant/' || hex(randomblob(16)),"
                 " kind, randomblob(16), 'https://as.example#subject/' || (i / 3),"
                 " 'https://as.example#client/' || (i % 1000), expires_at + i, body"
                 " FROM n, (SELECT * FROM record WHERE kind = 'grant' LIMIT 1)");
    (void)db.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Refreshes of many grants by turns, as far apart in the file as they are in life.
void many_grants(sqlite_synchronous how) {
    auto store = open_store(1, how);
    const deployment d{policy::strict(), store};
    std::vector<refreshing> some;
    const auto refresh_among = [&](const char* how_many) {
        while (some.size() < 64) some.emplace_back(d);
        std::size_t turn = 0;
        const auto one = [&] { some[turn++ % some.size()](); };
        std::vector<double> times;
        for (int round = 0; round < 31; ++round)
            times.push_back(bench::round_of<std::chrono::steady_clock>(one, 64));
        std::printf("refresh among %9s grants: %8.1f us, %s\n", how_many, bench::median(times),
                    how == sqlite_synchronous::full ? "FULL" : "NORMAL");
        std::fflush(stdout);
    };
    some.emplace_back(d);
    fill(1, 1000);
    sizes("1,000 grants:");
    refresh_among("1,000");
    for (int i = 1000; i < 1'000'000; i += 111'000) fill(i + 1, i + 111'000);
    some.clear(); // and new ones, which come to lie elsewhere
    sizes("1,000,000 grants:");
    refresh_among("1,000,000");
}

} // namespace

int main(int argc, char** argv) {
    if (argc > 1) path = std::string{argv[1]} + "/" + path;
    for (const auto how : {sqlite_synchronous::full, sqlite_synchronous::normal})
        for (const std::size_t threads : {1, 8}) refresh_against_bare(threads, how);
    rotation_1_against_10000();
    for (const auto how : {sqlite_synchronous::normal, sqlite_synchronous::full}) many_grants(how);
    for (const auto* const suffix : {"", "-wal", "-shm"})
        (void)std::remove((path + suffix).c_str());
}
