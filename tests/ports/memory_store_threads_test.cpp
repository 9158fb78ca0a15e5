// Real threads, for the sanitizers, and for the indexes of this store, which change beside its
// records.
#include <atomic>
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
