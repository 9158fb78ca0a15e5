#include "adapters/redis/record_text.hpp"

#include <limits>

#include "ports/records.hpp"
#include "support/catch.hpp"

using namespace record_tests;

TEST_CASE("a record's text is read back as it was written", "[redis]") {
    auto r = record_of("k", 0x0123456789abcdefU);
    for (const auto kind : record_kinds) {
        r.kind = kind;
        const auto back = redis::decode("k", redis::encode(r));
        REQUIRE(back);
        CHECK(same(*back, r));
    }
    r.subject_owner = std::string{"line\nbreak and \0 octet", 22};
    r.client_owner.clear();
    r.body.clear();
    r.expires_at = from_unix_ms(-1);
    const auto back = redis::decode("k", redis::encode(r));
    REQUIRE(back);
    CHECK(same(*back, r));
}

TEST_CASE("an operator can read a record's text", "[redis]") {
    auto r = record_of("k");
    CHECK(redis::encode(r) == "01000000000000000000000000000000 grant 1800000000000 5 6\n"
                              "aliceclient{\"n\":1}");
}

TEST_CASE("what is no record's text is nothing", "[redis]") {
    const auto text = redis::encode(record_of("k"));
    for (std::size_t size = 0; size < text.find('{'); ++size)
        CHECK_FALSE(redis::decode("k", text.substr(0, size)));
    const std::string version(32, '0');
    for (const char* const rest :
         {" token 1 0 0\n", " grant x 0 0\n", " grant 1 -1 0\n", " grant 1 0 1\n", " grant 1 1 0\n",
          " grant 1 0\n", " grant 1 0 0 0\n", " grant 1 9223372036854775807 9223372036854775807\n",
          " grant 1 99999999999999999999 0\n"})
        CHECK_FALSE(redis::decode("k", version + rest));
    CHECK(redis::decode("k", version + " grant 1 0 0\n"));
    CHECK_FALSE(redis::decode("k", std::string(32, 'g') + " grant 1 0 0\n"));
}

TEST_CASE(
    "the server keeps a record ten minutes beyond its expiry, however long ago or ahead that is",
    "[redis]") {
    const auto now = from_unix_seconds(1'800'000'000);
    CHECK(redis::time_to_keep(now + 1ms, now) == 600'001);
    CHECK(redis::time_to_keep(now, now) == 600'000);
    CHECK(redis::time_to_keep(now - 1h, now) == 600'000);
    constexpr auto ms_min = std::numeric_limits<std::int64_t>::min();
    constexpr auto ms_max = std::numeric_limits<std::int64_t>::max();
    CHECK(redis::time_to_keep(from_unix_ms(ms_min), now) == 600'000);
    const auto longest = redis::time_to_keep(from_unix_ms(ms_max), now);
    CHECK(longest > 253'402'300'799'000 - 1'800'000'000'000); // beyond the year 9999
    CHECK(longest < 1'000'000'000'000'001);                   // and a number that a script can hold
}
