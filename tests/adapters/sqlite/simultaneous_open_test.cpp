// A file that somebody else is just making: what SQLite refuses at once, instead of waiting.

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "adapters/sqlite/given_sqlite.hpp"

using namespace sqlite_tests;

namespace {

/// A new file, whose making another connection has begun: it holds the writer's lock, and the file
/// has no write-ahead log yet. Whoever reads first, as the change to a log does, and then wants
/// that lock, is told at once that the file is busy; SQLite asks no busy handler there, because two
/// that wait for each other so would wait for ever.
class half_made {
public:
    explicit half_made(const std::string& path) : other_(path) { other_.run("BEGIN IMMEDIATE"); }
    /// As one that was interrupted: it leaves the file as empty as it was.
    void let_go() { other_.run("ROLLBACK"); }

private:
    raw_connection other_;
};

} // namespace

TEST_CASE("a file that another one is just making is opened once that one lets go",
          "[sqlite][threads]") {
    const scratch folder;
    half_made other(folder.path());
    std::optional<sqlite_failure> refused;
    std::atomic<bool> over{false};
    std::thread opener([&] {
        const auto store = sqlite_store::open(options_of(folder.path()));
        if (!store) refused = store.error().kind;
        over = true;
    });
    std::this_thread::sleep_for(100ms);
    CHECK_FALSE(over); // it waits, and is not sent away
    other.let_go();
    opener.join();
    CHECK_FALSE(refused);
    CHECK(opened(folder.path()).create(record_of("k")).outcome == write_outcome::done);
}

TEST_CASE("a file that another one never finishes is busy when the time is up", "[sqlite]") {
    const scratch folder;
    const half_made other(folder.path());
    const auto begin = std::chrono::steady_clock::now();
    CHECK(refusal(options_of(folder.path(), 100ms)) == sqlite_failure::busy);
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= 90ms); // less the last pause, which would have ended too late
    CHECK(took < 1s);
}
