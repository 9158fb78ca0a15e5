// What the statements cost the database: which indexes they use, and what an update leaves behind.

#include <string>

#include "database.hpp"

using namespace postgresql_tests;

namespace {

/// A session with the store's own settings and statements is the store's; its plans are seen by
/// `auto_explain`, which writes them to the server's log.
postgresql_options explained(const database& db) {
    auto o = db.options();
    o.connection += " options='-c session_preload_libraries=auto_explain"
                    " -c auto_explain.log_min_duration=0'";
    return o;
}

/// What the server wrote to its log while `work` ran.
template <class Work> std::string logged(Work work) {
    const auto before = server_log().size();
    work();
    std::this_thread::sleep_for(50ms);
    return server_log().substr(before);
}

void fill(const database& db, int records) {
    admin{}.run("INSERT INTO " + db.table() +
                " SELECT 'key/' || i, 'grant', gen_random_uuid(), 'subject/' || i % 100,"
                " 'client/' || i % 10, 1000000 + i, '{}' FROM generate_series(1, " +
                std::to_string(records) + ") AS i");
    admin{}.run("ANALYZE " + db.table());
}

} // namespace

TEST_CASE("every statement finds its rows by an index", "[postgresql][layout]") {
    database db;
    const auto store = database::open(explained(db));
    const bool filled_before_use = GENERATE(true, false);
    if (!filled_before_use) static_cast<void>(store->load("key/1")); // planned while it was empty
    fill(db, 20'000);
    const auto check = [](const std::string& log, const std::string& index) {
        CHECK(has(log, index));
        CHECK_FALSE(has(log, "Seq Scan"));
    };
    check(logged([&] { REQUIRE(store->load("key/1").value()); }), "record_pkey");
    check(logged([&] {
              CHECK(store->replace(record_of("key/1"), version_of(1)) == write_outcome::conflict);
          }),
          "record_pkey");
    check(logged([&] { CHECK(store->erase("key/1", version_of(1)) == write_outcome::conflict); }),
          "record_pkey");
    const auto of_owner = [&](const std::string& owner, std::size_t limit) {
        return store->list(record_kind::grant, owner, "", limit)->records.size();
    };
    check(logged([&] { CHECK(of_owner("subject/7", 1000) == 200); }), "record_of_subject");
    const auto client = logged([&] { CHECK(of_owner("client/7", 10) == 10); });
    check(client, "record_of_client");
    CHECK_FALSE(has(client, "Sort  ")); // a page is read in order, not picked from all
    check(
        logged([&] { CHECK(store->sweep(from_unix_ms(1'000'010) + sweep_margin).value() == 10); }),
        "record_by_expiry");
}

TEST_CASE("a refresh changes no index entry", "[postgresql][layout]") {
    database db;
    {
        const auto store = db.open();
        auto r = record_of("k", 1);
        r.body = R"({"text":")" + std::string(600, 'x') + R"("})";
        REQUIRE(store->create(r).outcome == write_outcome::done);
        for (std::uint64_t i = 1; i <= 500; ++i) {
            r.version = version_of(i + 1);
            r.body[20] = static_cast<char>('a' + i % 26);
            REQUIRE(store->replace(r, version_of(i)) == write_outcome::done);
        }
    } // the session reports its statistics when it ends
    const admin session;
    const auto statistic = [&](const std::string& column) {
        return std::stoi(session.value("SELECT " + column +
                                       " FROM pg_stat_user_tables"
                                       " WHERE schemaname = '" +
                                       db.schema() + "' AND relname = 'record'"));
    };
    await([&] { return statistic("n_tup_upd") == 500; });
    // Where a page is full the new version moves to another, and only that touches the indexes.
    CHECK(statistic("n_tup_hot_upd") >= 490);
    CHECK(std::stoi(session.value("SELECT pg_relation_size('" + db.table() + "') / 8192")) <= 4);
}

TEST_CASE("a refresh finds room on its page, also where records lie close together",
          "[postgresql][layout]") {
    database db;
    constexpr int records = 240;
    int refreshed = 0;
    {
        const auto store = db.open();
        auto r = record_of("");
        r.body = R"({"text":")" + std::string(600, 'x') + R"("})";
        for (int i = 0; i < records; ++i) {
            r.key = std::to_string(1000 + i);
            REQUIRE(store->create(r).outcome == write_outcome::done);
        }
        r.version = version_of(2);
        for (int i = 0; i < records; i += 12, ++refreshed) { // one or none of each page
            r.key = std::to_string(1000 + i);
            REQUIRE(store->replace(r, version_of(1)) == write_outcome::done);
        }
    }
    const admin session;
    const auto statistic = [&](const std::string& column) {
        return std::stoi(session.value("SELECT " + column +
                                       " FROM pg_stat_user_tables"
                                       " WHERE schemaname = '" +
                                       db.schema() + "' AND relname = 'record'"));
    };
    await([&] { return statistic("n_tup_upd") == refreshed; });
    CHECK(statistic("n_tup_hot_upd") >= refreshed - 1);
}

TEST_CASE("a page has a thousand records at most, and the list goes on", "[postgresql][layout]") {
    database db;
    const auto store = db.open();
    fill(db, 10'010); // 1,001 of each client
    const auto first = store->list(record_kind::grant, "client/7", "", 5000);
    REQUIRE(first);
    CHECK(first->records.size() == 1000);
    const auto last = store->list(record_kind::grant, "client/7", first->next, 5000);
    REQUIRE(last);
    CHECK(last->records.size() == 1);
    CHECK(last->next.empty());
}

TEST_CASE("a sweep drops a hundred thousand records at most, and the next one the others",
          "[postgresql][layout]") {
    database db;
    auto o = db.options();
    o.call_limit = 60s;
    const auto store = database::open(o);
    fill(db, 100'001);
    const auto now = from_unix_ms(2'000'000) + sweep_margin;
    CHECK(store->sweep(now, 1'000'000).value() == 100'000);
    CHECK(store->sweep(now, 1'000'000).value() == 1);
}

TEST_CASE("bodies, keys and instants come back as they were", "[postgresql][layout]") {
    database db;
    const auto store = db.open();
    auto r = record_of("a key with ' \" \\ $1 % and \xC3\xA4", 1);
    r.body = R"({"largest":9007199254740991,"least":-9007199254740991,"text":"\\u0000 \" "})";
    r.expires_at = GENERATE(from_unix_ms(0), from_unix_ms(-1), from_unix_ms(253'402'300'799'999),
                            instant::min(), instant::max());
    REQUIRE(store->create(r).outcome == write_outcome::done);
    const auto there = store->load(r.key)->value();
    CHECK(there.expires_at == r.expires_at);
    CHECK(there.key == r.key);
    CHECK(has(there.body, "9007199254740991"));
    CHECK(has(there.body, "-9007199254740991"));
    CHECK(has(there.body, R"("\\u0000 \" ")"));
}

TEST_CASE("what a database cannot hold is refused, and never cut short", "[postgresql][layout]") {
    database db;
    const auto store = db.open();
    const auto refused = [&](const record& r) {
        return store->create(r).outcome == write_outcome::unavailable;
    };
    using namespace std::string_literals;
    CHECK(refused(record_of("a\0b"s)));
    CHECK(refused(record_of("a\xFF")));
    auto r = record_of("k");
    r.body = GENERATE("", "{", R"({"a":"\u0000"})", "\xFF");
    CHECK(refused(r));
    r.body = "{}";
    r.subject_owner = "alice\0"s;
    CHECK(refused(r));
    CHECK(store->load("a").value() == std::nullopt);
    CHECK_FALSE(store->load("a\0b"s));
    CHECK(store->create(record_of("k")).outcome == write_outcome::done); // the session goes on
}

TEST_CASE("a record of a kind that this library does not know is no answer",
          "[postgresql][layout]") {
    database db;
    const auto store = db.open();
    REQUIRE(store->create(record_of("k")).outcome == write_outcome::done);
    admin{}.run("UPDATE " + db.table() + " SET kind = 'new_kind'");
    CHECK_FALSE(store->load("k"));
    CHECK(store->create(record_of("k")).outcome == write_outcome::unavailable);
}
