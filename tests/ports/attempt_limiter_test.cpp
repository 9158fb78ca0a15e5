#include "mcp_oauth/ports/attempt_limiter.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::chrono_literals;

namespace {

constexpr instant noon = from_unix_seconds(1'800'000'000);
constexpr auto failed = attempt::failed_secret;

memory_attempt_limiter::rates rates_of(std::uint32_t burst, std::uint32_t per_minute) {
    memory_attempt_limiter::rates rates;
    rates.registration = rates.failed_secret = rates.failed_password =
        attempt_rate{burst, per_minute};
    return rates;
}
void exhaust(memory_attempt_limiter& limiter, std::string_view key, instant now = noon) {
    while (!limiter.admit(failed, key, now)) {
    }
}

} // namespace

TEST_CASE("a key may attempt as often as its burst says, and not once more",
          "[ports][OA21-CLI-09][MCP-SEC-04]") {
    memory_attempt_limiter limiter{rates_of(3, 6)};
    for (int i = 0; i < 3; ++i) CHECK(!limiter.admit(failed, "k", noon));
    CHECK(limiter.admit(failed, "k", noon) == 10s);
    CHECK(limiter.admit(failed, "k", noon) == 10s); // being refused costs nothing more
}

TEST_CASE("attempts come back at the given rate, to the millisecond", "[ports][OA21-CLI-09]") {
    memory_attempt_limiter limiter{rates_of(3, 6)};
    exhaust(limiter, "k");
    CHECK(limiter.admit(failed, "k", noon + 9'999ms) == 1s);
    CHECK(!limiter.admit(failed, "k", noon + 10'000ms));
    CHECK(limiter.admit(failed, "k", noon + 10'000ms) == 10s);
    CHECK(!limiter.admit(failed, "k", noon + 20s));
    for (int i = 0; i < 3; ++i) CHECK(!limiter.admit(failed, "k", noon + 1h)); // never above burst
    CHECK(limiter.admit(failed, "k", noon + 1h));
}

TEST_CASE("waiting as long as one was told to is always long enough", "[ports]") {
    for (const std::uint32_t per_minute : {1U, 7U, 59U, 1'000U, 60'000U}) {
        memory_attempt_limiter limiter{rates_of(2, per_minute)};
        exhaust(limiter, "k");
        const auto wait = limiter.admit(failed, "k", noon);
        REQUIRE(wait);
        CHECK(*wait >= 1s);
        CHECK(!limiter.admit(failed, "k", noon + *wait));
    }
}

TEST_CASE("asking without counting gives the same answer and changes nothing", "[ports]") {
    memory_attempt_limiter limiter{rates_of(2, 6)};
    for (int i = 0; i < 10; ++i) CHECK(!limiter.peek(failed, "k", noon));
    exhaust(limiter, "k");
    for (int i = 0; i < 10; ++i) CHECK(limiter.peek(failed, "k", noon) == 10s);
    CHECK(!limiter.peek(failed, "k", noon + 10s));
    CHECK(!limiter.admit(failed, "k", noon + 10s));
}

TEST_CASE("keys and kinds of attempt do not touch one another", "[ports][OA21-CLI-09]") {
    memory_attempt_limiter limiter{rates_of(2, 6)};
    exhaust(limiter, "k");
    for (const auto* const other : {"", "K", "kk", "l"}) CHECK(!limiter.peek(failed, other, noon));
    CHECK(!limiter.peek(attempt::registration, "k", noon));
    CHECK(!limiter.peek(attempt::failed_password, "k", noon));
    CHECK(limiter.peek(failed, "k", noon));
}

TEST_CASE("a kind without a rate is not limited", "[ports]") {
    auto rates = rates_of(1, 1);
    rates.registration.reset();
    memory_attempt_limiter limiter{rates};
    for (int i = 0; i < 1'000; ++i) CHECK(!limiter.admit(attempt::registration, "k", noon));
    CHECK(!limiter.peek(attempt::registration, "k", noon));
    CHECK(!limiter.admit(failed, "k", noon));
    CHECK(limiter.admit(failed, "k", noon));
}

TEST_CASE("the default is limited for every kind", "[ports][MCP-DCR-11]") {
    memory_attempt_limiter limiter;
    for (const auto kind : {attempt::registration, attempt::failed_secret, attempt::failed_password,
                            attempt::refused_token}) {
        int burst = 10;
        if (kind == attempt::registration) burst = 20;
        if (kind == attempt::refused_token) burst = 60;
        for (int i = 0; i < burst; ++i) CHECK(!limiter.admit(kind, "k", noon));
        CHECK(limiter.admit(kind, "k", noon));
    }
}

TEST_CASE("at its bound the limiter forgets the fullest bucket, never one that is being drained",
          "[ports][OA21-CLI-09]") {
    auto rates = rates_of(4, 1);
    rates.keys = 100;
    memory_attempt_limiter limiter{rates};
    exhaust(limiter, "guesser");
    for (int i = 0; i < 10'000; ++i) (void)limiter.admit(failed, std::to_string(i), noon + 1s);
    CHECK(limiter.admit(failed, "guesser", noon + 2s));
}

TEST_CASE("a limiter with room for one key works, and one without room limits nothing", "[ports]") {
    auto rates = rates_of(1, 1);
    rates.keys = 1;
    memory_attempt_limiter small{rates};
    CHECK(!small.admit(failed, "k", noon));
    CHECK(small.admit(failed, "k", noon));
    CHECK(!small.admit(failed, "l", noon));
    CHECK(!small.peek(failed, "k", noon)); // forgotten for l
    rates.keys = 0;
    memory_attempt_limiter none{rates};
    for (int i = 0; i < 10; ++i) CHECK(!none.admit(failed, "k", noon));
}

TEST_CASE("a clock that went back locks nobody out for longer than a bucket takes to fill",
          "[ports]") {
    memory_attempt_limiter limiter{rates_of(3, 6)};
    exhaust(limiter, "k", noon + 24h);
    const auto wait = limiter.admit(failed, "k", noon);
    REQUIRE(wait);
    CHECK(*wait <= 10s);
}

TEST_CASE("extreme rates do not overflow", "[ports]") {
    memory_attempt_limiter most{rates_of(0xFFFFFFFF, 1)};
    for (int i = 0; i < 1'000; ++i) CHECK(!most.admit(failed, "k", noon));
    memory_attempt_limiter slow{rates_of(1, 0)};
    CHECK(!slow.admit(failed, "k", noon));
    CHECK(slow.admit(failed, "k", noon) == 60s);
    memory_attempt_limiter fast{rates_of(1, 0xFFFFFFFF)};
    CHECK(!fast.admit(failed, "k", noon));
    CHECK(!fast.admit(failed, "k", noon + 1ms));
}

TEST_CASE("a rate of zero counts as one: who never failed is never told to wait",
          "[ports][OA21-CLI-09]") {
    memory_attempt_limiter limiter{rates_of(0, 6)};
    for (int i = 0; i < 10; ++i) CHECK(!limiter.peek(failed, "k", noon));
    CHECK(!limiter.admit(failed, "k", noon));
    CHECK(limiter.peek(failed, "k", noon) == 10s);
    CHECK(limiter.admit(failed, "k", noon) == 10s);
    CHECK(!limiter.admit(failed, "k", noon + 10s));
}

TEST_CASE("many threads together get a burst, and not one attempt more", "[ports][threads]") {
    memory_attempt_limiter limiter{rates_of(100, 1)};
    std::atomic<int> admitted{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 50; ++round)
                if (!limiter.admit(failed, "k", noon)) ++admitted;
        });
    for (auto& each : threads) each.join();
    CHECK(admitted == 100);
}
