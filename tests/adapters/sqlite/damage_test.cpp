// A file that is damaged, gone or tampered with is `unavailable`, and never a wrong answer.

#include <fstream>

#include "adapters/sqlite/given_sqlite.hpp"

using namespace sqlite_tests;

namespace {

constexpr int record_count = 200;

std::string key_of(int n) { return "https://as.example#grant/" + std::to_string(n); }

void fill(const std::string& path) {
    auto store = opened(path);
    for (int i = 0; i < record_count; ++i) {
        auto r = record_of(key_of(i));
        r.body = std::string(700, 'x');
        REQUIRE(store.create(r).outcome == write_outcome::done);
    }
}

/// Nobody hears that a record is not there, or gets another one. Returns: how many were loaded.
int honest_answers(sqlite_store& store) {
    int loaded = 0;
    for (int i = 0; i < record_count; ++i) {
        const auto found = store.load(key_of(i));
        if (!found) continue;
        REQUIRE(*found);
        CHECK((*found)->key == key_of(i));
        CHECK((*found)->body == std::string(700, 'x'));
        ++loaded;
    }
    return loaded;
}

} // namespace

TEST_CASE("pages that were overwritten are unavailable and not empty", "[sqlite]") {
    const char filler = GENERATE('\0', '\xFF', 'x');
    const scratch folder;
    fill(folder.path());
    {
        const auto size = std::filesystem::file_size(folder.path());
        std::fstream file(folder.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096);
        file << std::string(size - 4096, filler);
    }
    auto store = sqlite_store::open(options_of(folder.path()));
    if (!store) return; // refused at once: as good
    CHECK(honest_answers(*store) == 0);
    CHECK(store->create(record_of(key_of(0))).outcome == write_outcome::unavailable);
    CHECK(store->replace(record_of(key_of(0)), version_of(1)) == write_outcome::unavailable);
    CHECK(store->erase(key_of(0), version_of(1)) == write_outcome::unavailable);
    CHECK(!store->list(record_kind::grant, "alice", "", 10));
    CHECK(!store->sweep(from_unix_seconds(4'000'000'000)));
}

TEST_CASE("a file that was cut off is unavailable and not empty", "[sqlite]") {
    const scratch folder;
    fill(folder.path());
    std::filesystem::resize_file(folder.path(), 10 * 4096);
    auto store = sqlite_store::open(options_of(folder.path()));
    if (!store) return;
    CHECK(honest_answers(*store) < record_count);
}

TEST_CASE("a file that was deleted or replaced is unavailable to who has it open", "[sqlite]") {
    const bool replaced = GENERATE(false, true);
    const scratch folder;
    auto store = opened(folder.path());
    REQUIRE(store.create(record_of("k")).outcome == write_outcome::done);
    std::filesystem::rename(folder.path(), folder.path("gone.db"));
    if (replaced) std::filesystem::copy_file(folder.path("gone.db"), folder.path());

    CHECK(!store.load("k"));
    CHECK(store.create(record_of("new")).outcome == write_outcome::unavailable);
    CHECK(store.replace(record_of("k", 2), version_of(1)) == write_outcome::unavailable);
    CHECK(store.erase("k", version_of(1)) == write_outcome::unavailable);
    CHECK(!store.list(record_kind::grant, "alice", "", 10));
    CHECK(!store.sweep(from_unix_seconds(4'000'000'000)));
}

TEST_CASE("a row that this library would not have written is unavailable", "[sqlite]") {
    const scratch folder;
    auto store = opened(folder.path());
    raw_connection other(folder.path());
    const auto tampering =
        GENERATE(as<std::string>{}, "kind = 'neither'", "kind = x'6772616e74'", "version = x'00'",
                 "version = '0123456789abcdef'", "subject_owner = x'00'", "client_owner = x'00'",
                 "expires_at = 'soon'", "body = x'7b7d'");
    REQUIRE(store.create(record_of("k")).outcome == write_outcome::done);
    other.run("UPDATE record SET " + tampering);
    CHECK(!store.load("k"));
    const auto again = store.create(record_of("k", 2));
    CHECK(again.outcome == write_outcome::unavailable);
    CHECK(!again.existing);
}

TEST_CASE("keys and bodies come back octet by octet, whatever they are", "[sqlite]") {
    const scratch folder;
    auto store = opened(folder.path());
    const std::string with_nul("a\0b", 3);
    for (const auto& key : {with_nul, std::string("\xFF\xFE"), std::string("a'b;--"),
                            std::string("\xC3\xA4"), std::string("A"), std::string("a")}) {
        auto r = record_of(key);
        r.body = "{\"" + std::string("\xC3\xA4\xF0\x9F\x98\x80") + "\":\"\\u0000\"}";
        REQUIRE(store.create(r).outcome == write_outcome::done);
        REQUIRE(*store.load(key));
        CHECK(same(**store.load(key), r));
    }
    CHECK(keys_of(store, "alice").size() == 6);
    CHECK(!*store.load("b"));
}
