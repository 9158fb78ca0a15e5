// What `open` takes, what it refuses, and that it leaves what it refuses as it was.

#include <fstream>
#include <iterator>
#include <thread>

#include <sys/stat.h>

#include "adapters/sqlite/given_sqlite.hpp"
#include "adapters/sqlite/process.hpp"

using namespace sqlite_tests;

namespace {

std::string octets_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("a store that is opened again has everything", "[sqlite]") {
    const scratch folder;
    auto kept = record_of("k", 7);
    kept.kind = record_kind::consent;
    kept.body = std::string(64 * 1024, 'x');
    {
        auto store = opened(folder.path());
        REQUIRE(store.create(kept).outcome == write_outcome::done);
    }
    auto store = opened(folder.path());
    REQUIRE(*store.load("k"));
    CHECK(same(**store.load("k"), kept));
}

TEST_CASE("the file says whose it is, of which version, and keeps a write-ahead log", "[sqlite]") {
    const scratch folder;
    const auto store = opened(folder.path());
    raw_connection other(folder.path());
    CHECK(other.value("PRAGMA application_id") == std::to_string(0x4D43504F));
    CHECK(other.value("PRAGMA user_version") == "1");
    CHECK(other.value("PRAGMA journal_mode") == "wal");
}

TEST_CASE("a path that names no file is refused", "[sqlite]") {
    for (const auto& path :
         {std::string{}, std::string{":memory:"}, std::string{"file:x.db"}, std::string{"a\0b", 3}})
        CHECK(refusal(options_of(path)) == sqlite_failure::bad_option);
}

TEST_CASE("numbers are taken at their limits and refused one past them", "[sqlite]") {
    const scratch folder;
    const auto path = folder.path();
    CHECK(refusal(options_of(path, milliseconds{0})) == sqlite_failure::bad_option);
    CHECK(refusal(options_of(path, milliseconds{60'001})) == sqlite_failure::bad_option);
    CHECK(refusal(options_of(path, milliseconds{100}, 0)) == sqlite_failure::bad_option);
    CHECK(refusal(options_of(path, milliseconds{100}, 65)) == sqlite_failure::bad_option);
    CHECK(!std::filesystem::exists(path));
    CHECK(sqlite_store::open(options_of(path, milliseconds{60'000}, 1)));
    CHECK(sqlite_store::open(options_of(path, milliseconds{4000}, 64)));
}

TEST_CASE("an empty file is a new database, and keeps its mode, as do the two beside it",
          "[sqlite]") {
    namespace fs = std::filesystem;
    const scratch folder;
    const auto path = folder.path();
    std::ofstream(path).close();
    const auto owner_only = fs::perms::owner_read | fs::perms::owner_write;
    fs::permissions(path, owner_only);
    auto store = opened(path);
    REQUIRE(store.create(record_of("k")).outcome == write_outcome::done);
    for (const auto* const suffix : {"", "-wal", "-shm"})
        CHECK(fs::status(path + suffix).permissions() == owner_only);
}

TEST_CASE("a new file and the two beside it are their owner's alone, under every umask",
          "[sqlite]") {
    namespace fs = std::filesystem;
    const scratch folder;
    const auto path = folder.path();
    for (const mode_t mask : {0000U, 0022U, 0777U}) {
        for (const auto* const suffix : {"", "-wal", "-shm"}) fs::remove(path + suffix);
        const mode_t before = ::umask(mask);
        auto store = opened(path);
        const auto made = store.create(record_of("k")).outcome;
        ::umask(before);
        CHECK(made == write_outcome::done);
        for (const auto* const suffix : {"", "-wal", "-shm"})
            CHECK(fs::status(path + suffix).permissions() ==
                  (fs::perms::owner_read | fs::perms::owner_write));
        CHECK(std::distance(fs::directory_iterator(fs::path(path).parent_path()), {}) == 3);
    }
}

TEST_CASE("a file that is there keeps the mode that its operator gave it", "[sqlite]") {
    namespace fs = std::filesystem;
    const scratch folder;
    { (void)opened(folder.path()); }
    const auto for_the_group =
        fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read;
    fs::permissions(folder.path(), for_the_group);
    (void)opened(folder.path());
    CHECK(fs::status(folder.path()).permissions() == for_the_group);
}

TEST_CASE("processes that make the file at once have one file, and it is their owner's alone",
          "[sqlite]") {
    namespace fs = std::filesystem;
    for (int round = 0; round < 5; ++round) {
        const scratch folder;
        const auto work = [&folder](int number) {
            return [&folder, number] {
                auto store = opened(folder.path());
                const auto key = "k" + std::to_string(number);
                return store.create(record_of(key)).outcome == write_outcome::done ? 0 : 1;
            };
        };
        process first{work(1)};
        process second{work(2)};
        process third{work(3)};
        CHECK(first.wait() + second.wait() + third.wait() == 0);
        auto store = opened(folder.path());
        for (const auto* const key : {"k1", "k2", "k3"}) CHECK(*store.load(key));
        CHECK(fs::status(folder.path()).permissions() ==
              (fs::perms::owner_read | fs::perms::owner_write));
    }
}

TEST_CASE("what cannot be opened is told from what is no database", "[sqlite]") {
    const scratch folder;
    CHECK(refusal(options_of(folder.path("no/such/folder.db"))) == sqlite_failure::cannot_open);
    std::filesystem::create_directory(folder.path("folder"));
    CHECK(refusal(options_of(folder.path("folder"))) == sqlite_failure::cannot_open);
    const std::string text(5000, 'x');
    std::ofstream(folder.path("text")) << text;
    CHECK(refusal(options_of(folder.path("text"))) == sqlite_failure::not_a_database);
    CHECK(octets_of(folder.path("text")) == text);
}

TEST_CASE("a file that may only be read is told from one that may not be opened", "[sqlite]") {
    namespace fs = std::filesystem;
    const scratch folder;
    { (void)opened(folder.path()); }
    const bool readable = GENERATE(true, false);
    const auto all_read = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
    fs::permissions(folder.path(), readable ? all_read : fs::perms::none);
    const int kind = process([&] {
                         constexpr uid_t nobody = 65534; // root may do anything
                         if (geteuid() == 0 && setuid(nobody) != 0) return 99;
                         const auto store = sqlite_store::open(options_of(folder.path()));
                         return store ? 98 : static_cast<int>(store.error().kind);
                     }).wait();
    CHECK(kind ==
          static_cast<int>(readable ? sqlite_failure::read_only : sqlite_failure::cannot_open));
}

TEST_CASE("another program's database is refused and left as it was", "[sqlite]") {
    const auto what =
        GENERATE(as<std::string>{}, "CREATE TABLE record (key TEXT)", "PRAGMA user_version = 1",
                 "PRAGMA application_id = 1", "PRAGMA application_id = 1; PRAGMA user_version = 1");
    const scratch folder;
    raw_connection(folder.path()).run(what);
    const auto before = octets_of(folder.path());
    CHECK(refusal(options_of(folder.path())) == sqlite_failure::other_application);
    CHECK(octets_of(folder.path()) == before);
}

TEST_CASE("a newer schema is refused and left as it was", "[sqlite]") {
    const scratch folder;
    (void)opened(folder.path());
    raw_connection(folder.path()).run("PRAGMA user_version = 2");
    const auto before = octets_of(folder.path());
    CHECK(refusal(options_of(folder.path())) == sqlite_failure::newer_schema);
    CHECK(octets_of(folder.path()) == before);
}

TEST_CASE("a database that is held is waited for, and refused once the time is up",
          "[sqlite][threads]") {
    const scratch folder;
    raw_connection other(folder.path());
    other.run("BEGIN EXCLUSIVE");
    CHECK(refusal(options_of(folder.path(), milliseconds{50})) == sqlite_failure::busy);
    std::thread releasing([&other] {
        std::this_thread::sleep_for(50ms);
        (void)other.value("COMMIT");
    });
    CHECK(sqlite_store::open(options_of(folder.path())));
    releasing.join();
}

TEST_CASE("many who open a new file at once all succeed", "[sqlite][threads]") {
    for (int round = 0; round < 5; ++round) {
        const scratch folder;
        std::vector<std::thread> threads;
        std::array<bool, 8> good{};
        for (auto& each : good)
            threads.emplace_back([&each, &folder] {
                each = sqlite_store::open(options_of(folder.path())).has_value();
            });
        for (auto& each : threads) each.join();
        for (const bool each : good) CHECK(each);
    }
}

TEST_CASE("both settings of `synchronous` are set on a store that works", "[sqlite]") {
    const scratch folder;
    for (const auto setting : {sqlite_synchronous::full, sqlite_synchronous::normal}) {
        auto options = options_of(folder.path());
        options.synchronous = setting;
        auto store = opened(options);
        const auto key = std::to_string(static_cast<int>(setting));
        CHECK(store.create(record_of(key)).outcome == write_outcome::done);
    }
}
