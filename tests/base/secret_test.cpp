#include "mcp_oauth/base/secret.hpp"

#include <cstdlib>
#include <new>
#include <string>
#include <type_traits>

#include "support/catch.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

using mcp_oauth::equal_in_constant_time;
using mcp_oauth::secret;

static_assert(!std::is_copy_constructible_v<secret> && !std::is_copy_assignable_v<secret>);
static_assert(std::is_nothrow_move_constructible_v<secret>);
static_assert(std::is_nothrow_move_assignable_v<secret>);
static_assert(!std::is_convertible_v<std::string, secret>);
static_assert(!std::is_convertible_v<secret, std::string>);

TEST_CASE("text that is taken as a secret is wiped where it was", "[base][OA21-GEN-05]") {
    std::string text = "a password that was put together";
    const char* const was = text.data();
    const auto size = text.size();
    const auto s = secret::taken_from(std::move(text));
    CHECK(s.reveal() == "a password that was put together");
    CHECK(std::string(was, size) == std::string(size, '\0')); // `text` still owns them
    std::string none;
    CHECK(secret::taken_from(std::move(none)).empty());
}

TEST_CASE("a secret reveals what it was made from, and is moved, not copied", "[OA21-GEN-05]") {
    secret first{std::string_view{"a\0b", 3}};
    CHECK(first.reveal() == std::string_view{"a\0b", 3});

    secret second = std::move(first);
    CHECK(second.reveal() == std::string_view{"a\0b", 3});
    CHECK(first.empty()); // NOLINT(bugprone-use-after-move): that is the claim
    CHECK(secret{}.empty());
}

TEST_CASE("a clone is a second copy with a life of its own", "[OA21-GEN-05]") {
    secret copy;
    {
        const secret original{"hunter2"};
        copy = original.clone();
    }
    CHECK(copy.reveal() == "hunter2");
}

TEST_CASE("moving a secret onto itself keeps it", "[OA21-GEN-05]") {
    secret s{"hunter2"};
    secret& same = s;
    s = std::move(same);
    CHECK(s.reveal() == "hunter2");
}

TEST_CASE("RFC 7518 §3.2: comparison in constant time still tells every difference", "[JOSE-09]") {
    const std::string octets = "0123456789abcdef0123456789abcdef";
    CHECK(equal_in_constant_time(octets, std::string(octets)));
    CHECK(equal_in_constant_time("", ""));
    CHECK(equal_in_constant_time(std::string_view{}, ""));

    for (std::size_t i = 0; i < octets.size(); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            auto changed = octets;
            changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
            CHECK_FALSE(equal_in_constant_time(octets, changed));
        }
    }
}

TEST_CASE("RFC 7518 §3.2: another length is another value, prefixes included", "[JOSE-09]") {
    CHECK_FALSE(equal_in_constant_time("secret", "secret "));
    CHECK_FALSE(equal_in_constant_time("secret", "secre"));
    CHECK_FALSE(equal_in_constant_time("", "s"));
    CHECK_FALSE(equal_in_constant_time(std::string_view{"a\0", 2}, "a"));
    CHECK(equal_in_constant_time(secret{"hunter2"}, secret{"hunter2"}));
    CHECK_FALSE(equal_in_constant_time(secret{"hunter2"}, secret{"hunter3"}));
}

#if !SANITIZED

namespace {

// Memory may only be inspected before it is given back, so the inspection sits in `delete`. The
// sanitizers replace these operators too, and a program has room for one replacement.
const void* watched = nullptr;
std::size_t watched_size = 0;
bool was_wiped = false;

void watch(const secret& s) {
    watched = s.reveal().data();
    watched_size = s.reveal().size();
    was_wiped = false;
}

void inspect(const void* memory) noexcept {
    if (memory == nullptr || memory != watched) return;
    watched = nullptr;
    was_wiped = true;
    for (std::size_t i = 0; i < watched_size; ++i)
        if (static_cast<const volatile char*>(memory)[i] != 0) was_wiped = false;
}

} // namespace

void* operator new(std::size_t size) {
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    inspect(memory);
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    inspect(memory);
    std::free(memory);
}

TEST_CASE("a secret's octets are gone before its memory is given back", "[OA21-GEN-05]") {
    SECTION("at the end of its life") {
        {
            const secret s{"a secret long enough for the heap"};
            watch(s);
        }
        CHECK(was_wiped);
    }
    SECTION("where another is moved into its place") {
        secret s{"a secret long enough for the heap"};
        watch(s);
        s = secret{"another"};
        CHECK(was_wiped);
        CHECK(s.reveal() == "another");
    }
    SECTION("after it was moved to where it ends") {
        secret s{"a secret long enough for the heap"};
        watch(s);
        { const secret elsewhere = std::move(s); }
        CHECK(was_wiped);
    }
    SECTION("even if it is short enough to fit inside a string object") {
        {
            const secret s{"abc"};
            watch(s);
        }
        CHECK(was_wiped);
    }
}

#endif
