#include "mcp_oauth/base/clock.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

static_assert(to_unix_ms(from_unix_ms(1'700'000'000'123)) == 1'700'000'000'123);
static_assert(to_unix_seconds(from_unix_seconds(1'300'819'380)) == 1'300'819'380);
static_assert(from_unix_seconds(2) - from_unix_ms(1999) == milliseconds{1});

TEST_CASE("RFC 7519 §2: a NumericDate is rounded down, also before the epoch", "[JOSE-12]") {
    CHECK(to_unix_seconds(from_unix_ms(1999)) == 1);
    CHECK(to_unix_seconds(from_unix_ms(2000)) == 2);
    CHECK(to_unix_seconds(from_unix_ms(0)) == 0);
    CHECK(to_unix_seconds(from_unix_ms(-1)) == -1);
    CHECK(to_unix_seconds(from_unix_ms(-1000)) == -1);
}

TEST_CASE("a clock can be replaced, and the system's counts from the epoch") {
    class fixed_clock final : public mcp_oauth::clock {
    public:
        [[nodiscard]] instant now() const noexcept override { return from_unix_ms(42); }
    };
    const fixed_clock fixed;
    const mcp_oauth::clock& asked = fixed;
    CHECK(to_unix_ms(asked.now()) == 42);

    const mcp_oauth::system_clock system;
    CHECK(system.now() > from_unix_seconds(1'700'000'000)); // November 2023
}
