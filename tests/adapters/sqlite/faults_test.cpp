// A disk that fails: the outcome that is reported is never better than the truth.

#include "adapters/sqlite/faulty_disk.hpp"
#include "adapters/sqlite/given_sqlite.hpp"
#include "adapters/sqlite/process.hpp"

using namespace sqlite_tests;

namespace {

constexpr int no_store = 99;
constexpr int was_seen = 98;

std::uint64_t version_at(const std::string& path, const std::string& key) {
    auto store = opened(path);
    const auto found = store.load(key);
    REQUIRE(found);
    return *found ? (*found)->version[0] : 0;
}

} // namespace

TEST_CASE("a flush that failed is unknown: nobody sees the write until the log is recovered",
          "[sqlite]") {
    const scratch folder;
    const faulty_disk disk;
    {
        auto store = opened(folder.path());
        REQUIRE(store.create(record_of("k", 1)).outcome == write_outcome::done);
    }
    const auto crashed =
        process([&] { // its memory is lost before any other write
            auto store = sqlite_store::open(options_of(folder.path()));
            if (!store || store->replace(record_of("k", 2), version_of(1)) != write_outcome::done)
                return no_store;
            faulty_disk::fail(disk_call::flush_log, SQLITE_IOERR_FSYNC);
            const auto outcome = store->replace(record_of("k", 3), version_of(2));
            const auto seen = store->load("k");
            if (!seen || !*seen || (*seen)->version != version_of(2)) return was_seen;
            crash(static_cast<int>(outcome));
        })
            .wait();
    CHECK(crashed == static_cast<int>(write_outcome::unknown));
    CHECK(version_at(folder.path(), "k") == 3); // so `unavailable` would have been a lie
}

TEST_CASE("a write whose flush failed is gone once another took its place", "[sqlite]") {
    const scratch folder;
    const faulty_disk disk;
    {
        auto store = opened(folder.path());
        REQUIRE(store.create(record_of("k", 1)).outcome == write_outcome::done);
        faulty_disk::fail(disk_call::flush_log, SQLITE_IOERR_FSYNC);
        CHECK(store.replace(record_of("k", 2), version_of(1)) == write_outcome::unknown);
        CHECK(store.replace(record_of("k", 3), version_of(1)) == write_outcome::done);
    }
    CHECK(version_at(folder.path(), "k") == 3);
}

TEST_CASE("a full disk is never a conflict, writes nothing, and is over when there is room",
          "[sqlite]") {
    const scratch folder;
    const faulty_disk disk;
    auto store = opened(folder.path());
    REQUIRE(store.create(record_of("k", 1)).outcome == write_outcome::done);
    faulty_disk::fail_all(disk_call::write_log, SQLITE_FULL);
    CHECK(store.create(record_of("new")).outcome == write_outcome::unknown);
    CHECK(store.replace(record_of("k", 2), version_of(1)) == write_outcome::unknown);
    CHECK(store.erase("k", version_of(1)) == write_outcome::unknown);
    CHECK(!store.sweep(from_unix_seconds(4'000'000'000)));
    CHECK((*store.load("k"))->version == version_of(1)); // reading needs no room
    faulty_disk::heal();
    CHECK(!*store.load("new"));
    CHECK(store.replace(record_of("k", 2), version_of(1)) == write_outcome::done);
}

TEST_CASE("a file that cannot be read is unavailable and not empty", "[sqlite]") {
    const scratch folder;
    const faulty_disk disk;
    { REQUIRE(opened(folder.path()).create(record_of("k")).outcome == write_outcome::done); }
    auto store = opened(options_of(folder.path(), milliseconds{4000}, 1));
    raw_connection(folder.path()).run("PRAGMA user_version = 1"); // what the store holds is stale
    faulty_disk::fail_all(disk_call::read, SQLITE_IOERR_READ);
    CHECK(!store.load("k"));
    CHECK(!store.list(record_kind::grant, "alice", "", 10));
    CHECK(store.create(record_of("k")).outcome != write_outcome::done);
    faulty_disk::heal();
    CHECK(*store.load("k"));
}

TEST_CASE("a lock that cannot be had ends in time, and is over when it comes free", "[sqlite]") {
    const scratch folder;
    const faulty_disk disk;
    auto store = opened(options_of(folder.path(), milliseconds{60}));
    REQUIRE(store.create(record_of("k")).outcome == write_outcome::done);
    faulty_disk::fail_all(disk_call::lock_for_writing, SQLITE_BUSY);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(store.replace(record_of("k", 2), version_of(1)) == write_outcome::unavailable);
    CHECK(store.create(record_of("new")).outcome == write_outcome::unavailable);
    CHECK(store.erase("k", version_of(1)) == write_outcome::unavailable);
    CHECK(!store.sweep(from_unix_seconds(4'000'000'000)));
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
    CHECK((*store.load("k"))->version == version_of(1)); // readers have other locks
    faulty_disk::heal();
    CHECK(store.replace(record_of("k", 2), version_of(1)) == write_outcome::done);
}

TEST_CASE("a log that cannot be written back costs no write", "[sqlite]") {
    const scratch folder;
    const faulty_disk disk;
    {
        auto options = options_of(folder.path());
        options.synchronous = sqlite_synchronous::normal; // flushes take long
        auto store = opened(options);
        faulty_disk::fail_all(disk_call::write_file, SQLITE_IOERR_WRITE);
        for (int i = 0; i < 400; ++i) {
            auto r = record_of(std::to_string(i));
            REQUIRE(store.create(r).outcome == write_outcome::done);
        }
        CHECK(faulty_disk::met());
        faulty_disk::heal();
    }
    auto store = opened(folder.path());
    CHECK(keys_of(store, "alice", 1000).size() == 400);
}

TEST_CASE("whichever access to the disk fails before a crash, the outcome was true", "[sqlite]") {
    const auto plan = GENERATE(faulty_disk::fail, faulty_disk::fail_afterwards);
    const auto which = GENERATE(disk_call::any, disk_call::write_or_flush_log);
    const auto code = GENERATE(SQLITE_IOERR, SQLITE_FULL, SQLITE_NOMEM);
    if (plan == faulty_disk::fail_afterwards && which == disk_call::any) return; // keeps the lock
    bool met = true;
    for (int nth = 1; met; ++nth) {
        REQUIRE(nth < 200); // some write gets through
        const scratch folder;
        const faulty_disk disk;
        {
            auto store = opened(options_of(folder.path(), milliseconds{4000}, 1));
            REQUIRE(store.create(record_of("k", 1)).outcome == write_outcome::done);
        }
        constexpr int was_met = 16;
        const int answer =
            process([&] {
                auto store = sqlite_store::open(options_of(folder.path(), milliseconds{200}, 1));
                if (!store) return no_store;
                plan(which, code, nth);
                const auto outcome = store->replace(record_of("k", 2), version_of(1));
                crash(static_cast<int>(outcome) + (faulty_disk::met() ? was_met : 0));
            }).wait();
        REQUIRE(answer != no_store);
        met = answer >= was_met;
        const auto outcome = static_cast<write_outcome>(answer % was_met);
        const auto there = version_at(folder.path(), "k");
        INFO("call " << nth << ", outcome " << answer % was_met << ", version " << there);
        CHECK((there == 1 || there == 2));
        CHECK(outcome != write_outcome::conflict);
        if (outcome == write_outcome::done) CHECK(there == 2);
        if (outcome == write_outcome::unavailable) CHECK(there == 1);
        if (!met) CHECK(outcome == write_outcome::done);
    }
}
