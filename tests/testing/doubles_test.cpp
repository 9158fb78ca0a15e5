// What tests stand on must stand itself.
#include <set>
#include <stdexcept>
#include <thread>

#include "mcp_oauth/ports/memory_store.hpp"
#include "mcp_oauth/testing/counting_random.hpp"
#include "mcp_oauth/testing/faulty_store.hpp"
#include "mcp_oauth/testing/manual_clock.hpp"
#include "mcp_oauth/testing/recording_events.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace mcp_oauth::testing;
using namespace std::chrono_literals;

namespace {

record some_record(std::uint8_t version = 1) {
    record r;
    r.key = "k";
    r.version = {version};
    r.body = std::to_string(version);
    return r;
}
std::string drawn(counting_random& random, std::size_t count = 16) {
    std::string octets(count, '\0');
    REQUIRE(random.fill(reinterpret_cast<std::uint8_t*>(octets.data()), count));
    return octets;
}

/// A faulty store over one record, `k`, of version 1.
struct world {
    world() { (void)memory.create(some_record()); }
    [[nodiscard]] std::string body() {
        const auto loaded = *memory.load("k");
        return loaded ? loaded->body : "nothing";
    }
    write_outcome replace() { return store.replace(some_record(2), {1}); }
    memory_store memory;
    faulty_store store{memory};
};

} // namespace

TEST_CASE("a manual clock moves when it is told to, backwards too", "[testing]") {
    manual_clock clock;
    const auto start = clock.now();
    CHECK(start == from_unix_seconds(1'800'000'000));
    CHECK(clock.now() == start);
    clock.advance(5ms);
    clock.advance(-6ms);
    CHECK(clock.now() == start - 1ms);
    clock.set(from_unix_ms(7));
    CHECK(clock.now() == from_unix_ms(7));
}

TEST_CASE("counted octets repeat from run to run and never within one", "[testing]") {
    counting_random one;
    counting_random again;
    counting_random other{1};
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i) {
        const auto octets = drawn(one);
        CHECK(octets == drawn(again));
        seen.insert(octets);
        seen.insert(drawn(other));
    }
    CHECK(seen.size() == 2'000);
    CHECK(one.draws() == 1'000);
    CHECK(drawn(one, 33).size() == 33);
}

TEST_CASE("counted octets run out when they are told to", "[testing]") {
    counting_random random;
    (void)drawn(random);
    random.fail_after(2);
    (void)drawn(random);
    (void)drawn(random);
    std::uint8_t octet = 0;
    CHECK(!random.fill(&octet, 1));
    CHECK(!random.fill(&octet, 1));
    random.recover();
    CHECK(random.fill(&octet, 1));
}

TEST_CASE("events are kept in the order of their coming", "[testing]") {
    recording_events events;
    for (const auto kind : {event_kind::granted, event_kind::refreshed, event_kind::granted}) {
        event e;
        e.kind = kind;
        events.on_event(e);
    }
    CHECK(events.count(event_kind::granted) == 2);
    CHECK(events.all()[1].kind == event_kind::refreshed);
    CHECK(events.take().size() == 3);
    CHECK(events.all().empty());
}

TEST_CASE("a store that is not told to fail does not", "[testing]") {
    world w;
    CHECK((*w.store.load("k"))->body == "1");
    CHECK(w.store.create(some_record()).outcome == write_outcome::conflict);
    CHECK(w.replace() == write_outcome::done);
    CHECK(w.store.erase("k", {1}) == write_outcome::conflict);
    CHECK(w.store.list(record_kind::grant, "", "", 1)->records.empty());
    CHECK(w.store.calls() == 5);
    CHECK(w.store.calls(store_call::replace) == 1);
}

TEST_CASE("exactly the named call of the named kind fails", "[testing]") {
    world w;
    w.store.fail(store_call::load, 2, store_fault::unavailable);
    w.store.fail(store_call::any, 5, store_fault::unavailable);
    CHECK(w.store.load("k"));
    CHECK(w.store.create(some_record()).outcome == write_outcome::conflict);
    CHECK(!w.store.load("k"));
    CHECK(w.store.load("k"));
    CHECK(!w.store.list(record_kind::grant, "a", "", 1));
    CHECK(w.store.list(record_kind::grant, "a", "", 1));
}

TEST_CASE("each fault of a write is what its name says", "[testing]") {
    const auto failed = [](store_fault how) {
        world w;
        w.store.fail(store_call::replace, 1, how);
        const auto outcome = w.replace();
        return std::pair{outcome, w.body()};
    };
    CHECK(failed(store_fault::unavailable) ==
          std::pair{write_outcome::unavailable, std::string{"1"}});
    CHECK(failed(store_fault::unknown_lost) == std::pair{write_outcome::unknown, std::string{"1"}});
    CHECK(failed(store_fault::unknown_late) == std::pair{write_outcome::unknown, std::string{"1"}});
    CHECK(failed(store_fault::unknown_written) ==
          std::pair{write_outcome::unknown, std::string{"2"}});
}

TEST_CASE("creation and erasure fail like replacement", "[testing]") {
    world w;
    w.store.fail(store_call::erase, 1, store_fault::unknown_written);
    CHECK(w.store.erase("k", {1}) == write_outcome::unknown);
    CHECK(w.body() == "nothing");
    w.store.fail(store_call::create, 1, store_fault::unavailable);
    CHECK(w.store.create(some_record()).outcome == write_outcome::unavailable);
    CHECK(w.body() == "nothing");
    w.store.fail(store_call::create, 1, store_fault::unknown_written);
    const auto created = w.store.create(some_record());
    CHECK(created.outcome == write_outcome::unknown);
    CHECK(!created.existing);
    CHECK(w.body() == "1");
}

TEST_CASE("a late write lands when it is told to, and meets what came meanwhile", "[testing]") {
    world w;
    w.store.fail(store_call::replace, 1, store_fault::unknown_late);
    (void)w.replace();
    CHECK(w.store.land_late() == std::vector{write_outcome::done});
    CHECK(w.body() == "2");
    CHECK(w.store.land_late().empty());

    w.store.fail(store_call::replace, 1, store_fault::unknown_late);
    (void)w.store.replace(some_record(3), {2});
    CHECK(w.store.replace(some_record(4), {2}) == write_outcome::done);
    CHECK(w.store.land_late() == std::vector{write_outcome::conflict});
    CHECK(w.body() == "4");
}

TEST_CASE("somebody else comes first, and may use the store", "[testing]") {
    world w;
    w.store.before(store_call::replace, 1,
                   [&w] { CHECK(w.store.replace(some_record(9), {1}) == write_outcome::done); });
    CHECK(w.replace() == write_outcome::conflict);
    CHECK(w.body() == "9");
}

TEST_CASE("faults are counted right by many threads at once", "[testing][threads]") {
    world w;
    for (std::size_t nth = 1; nth <= 100; ++nth)
        w.store.fail(store_call::load, nth, store_fault::unavailable);
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 50; ++round)
                if (!w.store.load("k")) ++failed;
        });
    for (auto& each : threads) each.join();
    CHECK(failed == 100);
    CHECK(w.store.calls() == 200);
}
