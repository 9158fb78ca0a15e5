// Real threads, for the sanitizers and for the claims that only concurrency can break.
#include <atomic>
#include <set>
#include <thread>

#include "ports/records.hpp"
#include "support/catch.hpp"

using namespace record_tests;

namespace {

constexpr int thread_count = 8;

template <class Work> void in_threads(Work work) {
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < thread_count; ++i)
        threads.emplace_back([&, i] {
            ++ready;
            while (ready < thread_count) std::this_thread::yield(); // all at once
            work(i);
        });
    for (auto& each : threads) each.join();
}

std::uint64_t unique_version(int thread, int round) {
    return (static_cast<std::uint64_t>(thread + 1) << 32U) | static_cast<std::uint64_t>(round);
}

} // namespace

TEST_CASE("of many who create one key at once exactly one does, and the others see its record",
          "[ports][threads]") {
    for (int round = 0; round < 50; ++round) {
        memory_store store;
        std::atomic<int> won{0};
        std::array<create_result, thread_count> results;
        in_threads([&](int i) {
            results[static_cast<std::size_t>(i)] =
                store.create(record_of("k", unique_version(i, 0)));
            if (results[static_cast<std::size_t>(i)].outcome == write_outcome::done) ++won;
        });
        CHECK(won == 1);
        for (const auto& each : results)
            if (each.existing) CHECK(same(*each.existing, **store.load("k")));
    }
}

TEST_CASE("no swap is lost: a counter that many increase ends where their sum is",
          "[ports][threads]") {
    constexpr int each_adds = 300;
    memory_store store;
    auto first = record_of("k", 1);
    first.body = "0";
    (void)store.create(first);
    in_threads([&store](int i) {
        for (int round = 0; round < each_adds;) {
            const auto seen = *store.load("k");
            auto next = record_of("k", unique_version(i, round));
            next.body = std::to_string(std::stoi(seen->body) + 1);
            if (store.replace(next, seen->version) == write_outcome::done) ++round;
        }
    });
    CHECK((*store.load("k"))->body == std::to_string(thread_count * each_adds));
}

TEST_CASE("of an erasure and a replacement at once one is done and the other a conflict",
          "[ports][threads]") {
    for (int round = 0; round < 100; ++round) {
        memory_store store;
        (void)store.create(record_of("k", 1));
        std::atomic<int> done{0};
        in_threads([&](int i) {
            const auto outcome =
                i % 2 == 0 ? store.erase("k", version_of(1))
                           : store.replace(record_of("k", unique_version(i, 1)), version_of(1));
            if (outcome == write_outcome::done) ++done;
        });
        CHECK(done == 1);
    }
}

TEST_CASE("a list shows everything that was there throughout, whatever comes and goes meanwhile",
          "[ports][threads]") {
    memory_store store;
    std::set<std::string> lasting;
    for (int i = 0; i < 50; ++i) {
        lasting.insert("k" + std::to_string(i * 20));
        (void)store.create(record_of("k" + std::to_string(i * 20)));
    }
    std::atomic<int> missed{0};
    in_threads([&](int i) {
        for (int round = 0; round < 60; ++round) {
            if (i % 2 == 0) { // each churns keys of its own, between the lasting ones
                const auto key = "k" + std::to_string(round * 20 + i + 1);
                (void)store.create(record_of(key));
                (void)store.replace(record_of(key, 2), version_of(1));
                (void)store.erase(key, version_of(2));
                continue;
            }
            auto unseen = lasting;
            for (const auto& key : keys_of(store, "alice", 7)) unseen.erase(key);
            missed += static_cast<int>(unseen.size());
        }
    });
    CHECK(missed == 0);
    CHECK(keys_of(store, "alice").size() == lasting.size());
}

TEST_CASE("one key created and erased by many stays in its owner's list exactly while it exists",
          "[ports][threads]") {
    memory_store store;
    in_threads([&store](int i) {
        for (int round = 0; round < 300; ++round) {
            const auto version = unique_version(i, round);
            (void)store.create(record_of("k", version));
            (void)keys_of(store, "client");
            (void)store.erase("k", version_of(version));
        }
    });
    CHECK(store.size() == 0);
    CHECK(keys_of(store, "alice").empty());
    (void)store.create(record_of("k"));
    CHECK(keys_of(store, "alice") == std::vector<std::string>{"k"});
}

TEST_CASE("sweeping beside writers drops what expired and nothing else", "[ports][threads]") {
    memory_store store;
    const auto now = record_of("k").expires_at + 10min;
    in_threads([&](int i) {
        for (int round = 0; round < 100; ++round) {
            const auto name = std::to_string(i) + "/" + std::to_string(round);
            (void)store.create(record_of("old" + name));
            auto young = record_of("young" + name);
            young.expires_at = now;
            (void)store.create(young);
            if (round % 10 == 0) (void)store.sweep(now);
        }
    });
    (void)store.sweep(now, 10'000);
    CHECK(store.size() == thread_count * 100);
    CHECK(keys_of(store, "alice").size() == thread_count * 100);
}
