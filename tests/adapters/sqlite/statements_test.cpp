// How many statements each operation costs, as SQLite itself counts them.

#include <atomic>
#include <mutex>
#include <thread>

#include "adapters/sqlite/given_sqlite.hpp"

using namespace sqlite_tests;

namespace {

/// Every statement that is begun on a connection which was opened while this existed.
class statement_log {
public:
    statement_log() {
        begun() = {};
        sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));
    }
    ~statement_log() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch)); }
    statement_log(const statement_log&) = delete;
    statement_log& operator=(const statement_log&) = delete;

    /// Their first words, since the last time.
    static std::vector<std::string> take() { return std::exchange(begun(), {}); }

private:
    static std::vector<std::string>& begun() {
        static std::vector<std::string> log;
        return log;
    }
    static int watch(sqlite3* opened, char**, const sqlite3_api_routines*) {
        return sqlite3_trace_v2(opened, SQLITE_TRACE_STMT, on_statement, nullptr);
    }
    static int on_statement(unsigned, void*, void* statement, void*) {
        const std::string sql = sqlite3_sql(static_cast<sqlite3_stmt*>(statement));
        begun().push_back(sql.substr(0, sql.find(' ')));
        return 0;
    }
};

using words = std::vector<std::string>;

} // namespace

TEST_CASE("each operation is one statement, and the rare ones two", "[sqlite]") {
    const scratch folder;
    const statement_log log;
    auto store = opened(folder.path());
    (void)statement_log::take();

    (void)store.create(record_of("k", 1));
    CHECK(statement_log::take() == words{"INSERT"});
    (void)store.create(record_of("k", 2));
    CHECK(statement_log::take() == words{"INSERT", "SELECT"});
    (void)store.load("k");
    (void)store.load("absent");
    CHECK(statement_log::take() == words{"SELECT", "SELECT"});

    CHECK(store.replace(record_of("k", 2), version_of(1)) == write_outcome::done);
    CHECK(statement_log::take() == words{"UPDATE"}); // a rotation
    auto later = record_of("k", 3);
    later.expires_at += 1s;
    CHECK(store.replace(later, version_of(2)) == write_outcome::done);
    CHECK(statement_log::take() == words{"UPDATE", "UPDATE"});
    CHECK(store.replace(later, version_of(2)) == write_outcome::conflict);
    CHECK(statement_log::take() == words{"UPDATE", "UPDATE"});

    (void)store.list(record_kind::grant, "alice", "", 100);
    CHECK(statement_log::take() == words{"SELECT"});
    (void)store.erase("k", version_of(9));
    (void)store.erase("k", version_of(3));
    CHECK(statement_log::take() == words{"DELETE", "DELETE"});
}

TEST_CASE("a sweep goes in batches of a hundred and stops at its limit", "[sqlite]") {
    const scratch folder;
    const statement_log log;
    auto options = options_of(folder.path());
    options.synchronous = sqlite_synchronous::normal;
    auto store = opened(options);
    const auto fill = [&] {
        for (int i = 0; i < 250; ++i) (void)store.create(record_of(std::to_string(i)));
        (void)statement_log::take();
    };
    const auto long_after = from_unix_seconds(4'000'000'000);
    fill();
    CHECK(*store.sweep(long_after) == 250);
    CHECK(statement_log::take() == words(3, "DELETE"));
    fill();
    CHECK(*store.sweep(long_after, 200) == 200);
    CHECK(statement_log::take() == words(2, "DELETE"));
    CHECK(*store.sweep(long_after, 0) == 0);
    CHECK(*store.sweep(long_after, 1) == 1);
    CHECK(*store.sweep(long_after) == 49);
}

TEST_CASE("a page has a thousand records at most, and the list goes on", "[sqlite]") {
    const scratch folder;
    auto options = options_of(folder.path());
    options.synchronous = sqlite_synchronous::normal;
    auto store = opened(options);
    for (int i = 0; i < 1001; ++i) (void)store.create(record_of(std::to_string(i)));
    const auto page = store.list(record_kind::grant, "alice", "", 5000);
    CHECK(page->records.size() == 1000);
    CHECK(page->next == page->records.back().key);
    CHECK(store.list(record_kind::grant, "alice", page->next, 5000)->records.size() == 1);
    CHECK(keys_of(store, "alice", 1).size() == 1001); // a limit of one, too
    CHECK(store.list(record_kind::grant, "alice", "", 0)->records.size() == 1);
}

TEST_CASE("pages of either owner neither repeat a record nor leave one out", "[sqlite]") {
    const scratch folder;
    auto store = opened(folder.path());
    for (const auto* const key : {"a", "b", "c"}) {
        auto r = record_of(key);
        if (*key == 'b') r.subject_owner = r.client_owner; // its own client's
        REQUIRE(store.create(r).outcome == write_outcome::done);
    }
    words shown;
    std::string after;
    for (int page = 0; page < 4; ++page) {
        const auto found = store.list(record_kind::grant, "client", after, 1);
        for (const auto& each : found->records) shown.push_back(each.key);
        after = found->next;
        if (after.empty()) break;
    }
    CHECK(shown == words{"a", "b", "c"});
    CHECK(store.list(record_kind::grant, "client", "", 9)->records.size() == 3); // b is there once
    CHECK(keys_of(store, "alice", 2) == words{"a", "c"});
}

TEST_CASE("records beside a sweep: what was renewed in time stays", "[sqlite][threads]") {
    const scratch folder;
    auto options = options_of(folder.path());
    options.synchronous = sqlite_synchronous::normal;
    auto store = opened(options);
    const auto now = from_unix_seconds(1'900'000'000);
    for (int i = 0; i < 600; ++i) (void)store.create(record_of(std::to_string(i), 1));
    std::vector<std::string> renewed;
    std::atomic<bool> finished{false};
    std::thread renewing([&] {
        for (int i = 599; i >= 0; --i) {
            auto next = record_of(std::to_string(i), 2);
            next.expires_at = now;
            if (store.replace(next, version_of(1)) == write_outcome::done)
                renewed.push_back(next.key);
        }
        finished = true;
    });
    std::size_t dropped = 0;
    while (!finished) dropped += *store.sweep(now, 50);
    renewing.join();
    for (const auto& key : renewed) CHECK(*store.load(key));
    CHECK(*store.sweep(now) + dropped + renewed.size() == 600);
}
