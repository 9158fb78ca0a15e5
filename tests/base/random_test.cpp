#include "mcp_oauth/base/random.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "support/catch.hpp"

using mcp_oauth::system_random;

TEST_CASE("OAuth 2.1 §7.7: two values of 256 bits are never the same", "[OA21-GEN-04]") {
    system_random random;
    std::set<std::array<std::uint8_t, 32>> seen;
    for (int i = 0; i < 1000; ++i) {
        std::array<std::uint8_t, 32> value{};
        REQUIRE(random.fill(value.data(), value.size()));
        seen.insert(value);
    }
    CHECK(seen.size() == 1000);
}

TEST_CASE("the system's generator fills every octet it was asked for and no other",
          "[OA21-GEN-04]") {
    system_random random;
    std::array<std::uint8_t, 66> octets{};
    std::array<bool, 64> was_touched{};
    for (int round = 0; round < 64; ++round) {
        REQUIRE(random.fill(octets.data() + 1, 64));
        for (std::size_t i = 0; i < 64; ++i)
            if (octets[i + 1] != 0) was_touched[i] = true;
    }
    CHECK(octets.front() == 0);
    CHECK(octets.back() == 0);
    CHECK(std::all_of(was_touched.begin(), was_touched.end(), [](bool b) { return b; }));
}

TEST_CASE("asking for no octets succeeds") {
    system_random random;
    CHECK(random.fill(nullptr, 0));
}
