// Several processes on one file, and the sudden end of one.

#include <sys/mman.h>

#include <atomic>
#include <thread>

#include "adapters/sqlite/given_sqlite.hpp"
#include "adapters/sqlite/process.hpp"

using namespace sqlite_tests;

namespace {

constexpr int writer_count = 4;

/// Memory that parent and child share: what was acknowledged to each writer, kill or no kill.
class acknowledged {
public:
    acknowledged()
        : counts_(static_cast<std::atomic<std::uint64_t>*>(
              mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
        REQUIRE(static_cast<void*>(counts_) != MAP_FAILED);
    }
    ~acknowledged() { munmap(counts_, 4096); }
    acknowledged(const acknowledged&) = delete;
    acknowledged& operator=(const acknowledged&) = delete;

    [[nodiscard]] std::atomic<std::uint64_t>& operator[](int writer) const {
        return counts_[writer];
    }

private:
    std::atomic<std::uint64_t>* counts_;
};

std::string key_of(int writer) { return "writer " + std::to_string(writer); }

/// The record that says `n`, all through: a torn one says two numbers.
record saying(int writer, std::uint64_t n) {
    auto r = record_of(key_of(writer), n);
    const auto word = std::to_string(n) + " ";
    for (int i = 0; i < 1000; ++i) r.body += word; // several pages
    return r;
}

int write_for_ever(const std::string& path, const acknowledged& to,
                   const std::array<std::uint64_t, writer_count>& from) {
    auto store = sqlite_store::open(options_of(path));
    if (!store) return 1;
    std::vector<std::thread> writers;
    for (int writer = 0; writer < writer_count; ++writer)
        writers.emplace_back([&, writer, n = from[static_cast<std::size_t>(writer)]]() mutable {
            for (;; ++n) {
                if (store->replace(saying(writer, n + 1), version_of(n)) != write_outcome::done)
                    _exit(2);
                to[writer] = n + 1;
            }
        });
    for (auto& each : writers) each.join();
    return 0;
}

} // namespace

TEST_CASE("a process killed in a storm of writes loses none that was acknowledged and tears none",
          "[sqlite]") {
    const scratch folder;
    const acknowledged counts;
    std::array<std::uint64_t, writer_count> last{};
    {
        auto store = opened(folder.path());
        for (int writer = 0; writer < writer_count; ++writer)
            REQUIRE(store.create(saying(writer, 0)).outcome == write_outcome::done);
    }
    for (int round = 0; round < 6; ++round) {
        for (int writer = 0; writer < writer_count; ++writer) counts[writer] = 0;
        process storm([&] { return write_for_ever(folder.path(), counts, last); });
        for (int writer = 0; writer < writer_count; ++writer)
            while (counts[writer] < last[static_cast<std::size_t>(writer)] + 3)
                std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(milliseconds{7 * round});
        storm.kill();
        CHECK(storm.wait() == -1);

        auto store = opened(folder.path());
        for (int writer = 0; writer < writer_count; ++writer) {
            const auto found = store.load(key_of(writer));
            REQUIRE((found && *found));
            const auto n = std::stoull((*found)->body.substr((*found)->body.find('}') + 1));
            CHECK(n >= counts[writer]);
            CHECK(n <= counts[writer] + 1); // done, but the answer not yet heard
            CHECK(same(**found, saying(writer, n)));
            last[static_cast<std::size_t>(writer)] = n;
        }
    }
    CHECK(raw_connection(folder.path()).value("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a writer of another process delays a write and breaks no read", "[sqlite]") {
    const scratch folder;
    { REQUIRE(opened(folder.path()).create(record_of("k", 1)).outcome == write_outcome::done); }
    const acknowledged flag; // one: the lock is held; two: let go
    process holder([&] {
        sqlite3* other = nullptr;
        if (sqlite3_open(folder.path().c_str(), &other) != SQLITE_OK) return 1;
        if (sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK)
            return 2;
        flag[0] = 1;
        while (flag[0] == 1) std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(60ms);
        return sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK ? 0 : 3;
    });
    while (flag[0] == 0) std::this_thread::sleep_for(1ms);

    auto hasty = opened(options_of(folder.path(), milliseconds{40}));
    const auto begin = std::chrono::steady_clock::now();
    CHECK(hasty.replace(record_of("k", 2), version_of(1)) == write_outcome::unavailable);
    CHECK(std::chrono::steady_clock::now() - begin < 1s);
    CHECK((*hasty.load("k"))->version == version_of(1));
    CHECK(hasty.list(record_kind::grant, "alice", "", 10)->records.size() == 1);

    auto patient = opened(folder.path());
    flag[0] = 2;
    CHECK(patient.replace(record_of("k", 2), version_of(1)) == write_outcome::done);
    CHECK(holder.wait() == 0);
    CHECK((*hasty.load("k"))->version == version_of(2));
}

TEST_CASE("a process that ends by itself leaves its log to those that stay", "[sqlite]") {
    const scratch folder;
    const acknowledged flag; // one: the parent has the file open
    process other([&] {
        while (flag[0] == 0) std::this_thread::sleep_for(1ms);
        auto theirs = sqlite_store::open(options_of(folder.path()));
        if (!theirs) return 1;
        return theirs->create(record_of("k", 1)).outcome == write_outcome::done ? 0 : 2;
    });
    auto store = opened(folder.path());
    flag[0] = 1;
    CHECK(other.wait() == 0);
    REQUIRE(*store.load("k"));
    CHECK(store.replace(record_of("k", 2), version_of(1)) == write_outcome::done);
}
