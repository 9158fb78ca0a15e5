#include "mcp_oauth/base/expected.hpp"

#include <memory>
#include <string>

#include "support/catch.hpp"

using mcp_oauth::expected;
using mcp_oauth::unexpected;

namespace {

enum class fault { first, second };

expected<std::string, fault> parse(bool good) {
    if (!good) return unexpected{fault::second};
    return std::string("a value that is too long for the string object itself");
}

// Counts how many of its kind are alive.
struct counted {
    static int alive;
    counted() { ++alive; }
    counted(const counted&) { ++alive; }
    counted(counted&&) noexcept { ++alive; }
    counted& operator=(const counted&) = default;
    counted& operator=(counted&&) = default;
    ~counted() { --alive; }
};
int counted::alive = 0;

// An error that has no empty state, and converts from a fault by itself.
struct refusal {
    // NOLINTNEXTLINE(google-explicit-constructor): that is what is tested.
    refusal(fault f) : why(f) {}
    fault why;
};
// One that has to be asked for.
struct reserved {
    explicit reserved(fault f) : why(f) {}
    fault why;
};

} // namespace

static_assert(std::is_nothrow_move_constructible_v<expected<std::string, fault>>);
static_assert(std::is_move_constructible_v<expected<std::unique_ptr<int>, fault>>);
static_assert(!std::is_convertible_v<expected<int, fault>, bool>, "only an explicit test");
static_assert(std::is_convertible_v<unexpected<fault>, expected<int, refusal>>);
static_assert(std::is_convertible_v<unexpected<fault>, expected<void, refusal>>);
static_assert(!std::is_constructible_v<expected<int, reserved>, unexpected<fault>>,
              "a constructor that is explicit is not called in silence");
static_assert(!std::is_constructible_v<expected<void, reserved>, unexpected<fault>>);
static_assert(!std::is_constructible_v<expected<int, std::string>, unexpected<int>>);

TEST_CASE("an expected is its value or its error") {
    const auto good = parse(true);
    REQUIRE(good);
    CHECK(good->size() == 53);
    CHECK(*good == good.value());

    const auto bad = parse(false);
    REQUIRE_FALSE(bad);
    CHECK_FALSE(bad.has_value());
    CHECK(bad.error() == fault::second);
    CHECK(bad.value_or("none") == "none");
}

TEST_CASE("a value and an error of one type are not mistaken for each other") {
    const expected<int, int> value = 7;
    const expected<int, int> error = unexpected{7};
    CHECK(value.has_value());
    CHECK_FALSE(error.has_value());
    CHECK(error.error() == 7);
}

TEST_CASE("assignment crosses between value and error in all four ways") {
    for (const bool before : {false, true}) {
        for (const bool after : {false, true}) {
            auto target = parse(before);
            const auto source = parse(after);
            target = source;
            CHECK(target.has_value() == after);
            CHECK(source.has_value() == after);
            target = parse(before);
            CHECK(target.has_value() == before);
        }
    }
}

TEST_CASE("assigning an expected to itself keeps it") {
    auto good = parse(true);
    auto& same = good;
    good = same;
    CHECK(good->size() == 53);
    good = std::move(same);
    CHECK(good->size() == 53);
}

TEST_CASE("each value and each error is destroyed exactly once") {
    {
        expected<counted, std::string> held = counted{};
        CHECK(counted::alive == 1);
        auto copy = held;
        CHECK(counted::alive == 2);
        copy = unexpected{std::string("an error that is too long for the string object itself")};
        CHECK(counted::alive == 1);
        held = std::move(copy);
        CHECK(counted::alive == 0);
        held = counted{};
        CHECK(counted::alive == 1);
    }
    CHECK(counted::alive == 0);
}

TEST_CASE("a value that can only be moved comes out by moving") {
    expected<std::unique_ptr<int>, fault> held = std::make_unique<int>(7);
    const auto taken = *std::move(held);
    CHECK(*taken == 7);
}

TEST_CASE("and_then goes on with a value and keeps an error") {
    const auto length = [](std::string&& text) -> expected<std::size_t, fault> {
        if (text.empty()) return unexpected{fault::first};
        return text.size();
    };
    CHECK(*parse(true).and_then(length) == 53);
    CHECK(parse(false).and_then(length).error() == fault::second);
    CHECK((expected<std::string, fault>(std::string()).and_then(length).error() == fault::first));
}

TEST_CASE("an error that cannot be made from nothing reports a failure without a value") {
    expected<void, refusal> result;
    CHECK(result.has_value());
    result = unexpected{fault::second};
    REQUIRE_FALSE(result);
    CHECK(result.error().why == fault::second);
    const auto copy = result;
    result = expected<void, refusal>();
    CHECK(result.has_value());
    CHECK(copy.error().why == fault::second);
}

TEST_CASE("success without a value is told from failure") {
    const expected<void, fault> good;
    const expected<void, fault> bad = unexpected{fault::first};
    CHECK(good.has_value());
    CHECK(static_cast<bool>(good));
    CHECK_FALSE(bad.has_value());
    CHECK(bad.error() == fault::first);
}
