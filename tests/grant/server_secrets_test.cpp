#include "mcp_oauth/grant/server_secrets.hpp"

#include <cstring>
#include <set>

#include "base/hex.hpp"
#include "grant/rings.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/testing/counting_random.hpp"
#include "support/catch.hpp"

using namespace ring_tests;
using testing::counting_random;

namespace {

constexpr auto next = secret_role::next;
constexpr auto current = secret_role::current;
constexpr auto previous = secret_role::previous;

constexpr key_purpose every_purpose[] = {
    key_purpose::code,
    key_purpose::refresh_token,
    key_purpose::access_token,
    key_purpose::login_ticket,
    key_purpose::consent_ticket,
    key_purpose::host_data,
    key_purpose::consent_record,
    key_purpose::session,
    key_purpose::store_check,
    key_purpose::dpop_nonce,
    key_purpose::dpop_resource_nonce,
    key_purpose::signing_key,
};

// Draws 00 01 02 …, so that a sealed text can be computed elsewhere.
class rising_random final : public random_source {
public:
    bool fill(std::uint8_t* octets, std::size_t count) noexcept override {
        for (std::size_t i = 0; i < count; ++i) octets[i] = static_cast<std::uint8_t>(i);
        return true;
    }
};

std::string sealed_by(const key_ring& ring, key_purpose purpose = key_purpose::session) {
    counting_random random;
    return *ring.seal(purpose, "plain", random, "bound");
}

} // namespace

TEST_CASE("the derived values are those that HKDF, HMAC and AES-GCM of another library give",
          "[grant][OA21-GEN-04]") {
    const auto ring = ring_of('k');
    rising_random random;
    CHECK(to_text(ring.current()) == "-8kLKrLm");
    CHECK(to_hex(as_view(*ring.mac(key_purpose::consent_record, ring.current(), "octets"))) ==
          "e06f1016b89f97f07d139525c785181e2d5bc94c76f7e316dc4bc39dd3a2e1a0");
    CHECK(ring.seal(key_purpose::session, "plain", random, "bound") ==
          "-8kLKrLmAAECAwQFBgcICQoLcJCPYU22fGgcNuIHH_DG7wXii56M");
}

TEST_CASE("a ring has exactly one secret that mints", "[grant]") {
    CHECK(try_ring({{'a', current}}));
    CHECK(try_ring({{'a', previous}, {'b', current}, {'c', next}}));
    CHECK(!try_ring({}));
    CHECK(!try_ring({{'a', next}}));
    CHECK(!try_ring({{'a', previous}, {'b', next}}));
    CHECK(!try_ring({{'a', current}, {'b', current}}));
}

TEST_CASE("a ring takes no secret twice, in whatever roles", "[grant]") {
    CHECK(!try_ring({{'a', current}, {'a', previous}}));
    CHECK(!try_ring({{'a', next}, {'b', current}, {'a', next}}));
}

TEST_CASE("a secret of 32 octets is enough, and one of 31 is not", "[grant][OA21-GEN-04]") {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{31}, std::size_t{32}, std::size_t{33}, std::size_t{500}}) {
        std::vector<server_secret> secrets;
        secrets.push_back({secret{std::string(size, 's')}, current});
        CHECK(key_ring::make(secrets, issuer).has_value() == (size >= 32));
    }
}

TEST_CASE("the current secret is named first, wherever it stood", "[grant]") {
    const auto ring = ring_of({{'a', previous}, {'b', next}, {'c', current}});
    CHECK(ring.current() == ring_of('c').current());
    const auto ids = ring.ids();
    REQUIRE(ids.size() == 3);
    CHECK(ids.front() == ring.current());
    CHECK(std::set<secret_id>(ids.begin(), ids.end()) ==
          std::set<secret_id>{ring_of('a').current(), ring_of('b').current(),
                              ring_of('c').current()});
    for (const auto& id : ids) CHECK(ring.knows(id));
    CHECK(!ring.knows(ring_of('d').current()));
}

TEST_CASE("every purpose and every issuer has a key of its own", "[grant][ATK-TK-10]") {
    std::set<digest256> macs;
    for (const auto* const of : {"https://issuer.example", "https://issuer.exampl", ""}) {
        const auto ring = ring_of('k', of);
        for (const auto purpose : every_purpose)
            macs.insert(*ring.mac(purpose, ring.current(), "octets"));
    }
    CHECK(macs.size() == 3 * std::size(every_purpose));
}

TEST_CASE("a MAC is made under any secret that the ring has, and under no other", "[grant]") {
    const auto ring = ring_of({{'a', previous}, {'b', current}, {'c', next}});
    for (const char c : {'a', 'b', 'c'}) {
        const auto alone = ring_of(c);
        CHECK(ring.mac(key_purpose::code, alone.current(), "x") ==
              alone.mac(key_purpose::code, alone.current(), "x"));
    }
    CHECK(!ring.mac(key_purpose::code, ring_of('d').current(), "x"));
}

TEST_CASE("what was sealed is opened again, whatever it holds", "[grant]") {
    const auto ring = ring_of('k');
    counting_random random;
    for (const auto& plain :
         {std::string{}, std::string{"x"}, std::string(1, '\0'), std::string(70'000, 'y')}) {
        const auto sealed = ring.seal(key_purpose::host_data, plain, random, "bound");
        REQUIRE(sealed);
        CHECK(sealed->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                        "0123456789-_") == std::string::npos);
        CHECK(ring.open(key_purpose::host_data, *sealed, "bound") == plain);
    }
}

TEST_CASE("sealing the same twice gives two texts", "[grant]") {
    const auto ring = ring_of('k');
    counting_random random;
    CHECK(ring.seal(key_purpose::session, "plain", random) !=
          ring.seal(key_purpose::session, "plain", random));
}

TEST_CASE("a sealed text opens for no other purpose, issuer, secret or associated text",
          "[grant][ATK-TK-10]") {
    const auto ring = ring_of('k');
    const auto sealed = sealed_by(ring);
    REQUIRE(ring.open(key_purpose::session, sealed, "bound") == "plain");
    for (const auto purpose : every_purpose)
        if (purpose != key_purpose::session) CHECK(!ring.open(purpose, sealed, "bound"));
    CHECK(!ring_of('k', "https://other.example").open(key_purpose::session, sealed, "bound"));
    CHECK(!ring_of('l').open(key_purpose::session, sealed, "bound"));
    for (const auto* const other : {"", "boun", "bounds", "Bound"})
        CHECK(!ring.open(key_purpose::session, sealed, other));
}

TEST_CASE("a sealed text with any bit changed does not open", "[grant]") {
    const auto ring = ring_of({{'k', current}, {'l', previous}});
    const auto octets = *decode_base64url(sealed_by(ring));
    for (std::size_t i = 0; i < octets.size(); ++i)
        for (int bit = 0; bit < 8; ++bit) {
            auto changed = octets;
            changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
            CHECK(!ring.open(key_purpose::session, base64url(changed), "bound"));
        }
}

TEST_CASE("a sealed text that is cut, extended or no base64url does not open", "[grant]") {
    const auto ring = ring_of('k');
    const auto sealed = sealed_by(ring);
    for (std::size_t size = 0; size < sealed.size(); ++size)
        CHECK(!ring.open(key_purpose::session, sealed.substr(0, size), "bound"));
    for (const auto* const more : {"A", "AAAA", "=", " ", "\n"})
        CHECK(!ring.open(key_purpose::session, sealed + more, "bound"));
    CHECK(!ring.open(key_purpose::session, std::string(sealed.size(), '*'), "bound"));
    CHECK(!ring.open(key_purpose::session, std::string(sealed.size(), '\0'), "bound"));
}

TEST_CASE("a secret is changed in three steps without anything becoming unreadable", "[grant]") {
    const auto before = ring_of({{'a', current}, {'b', next}});
    const auto after = ring_of({{'a', previous}, {'b', current}});
    const auto old = sealed_by(before);
    const auto fresh = sealed_by(after);
    CHECK(after.open(key_purpose::session, old, "bound") == "plain");
    CHECK(before.open(key_purpose::session, fresh, "bound") == "plain");

    const auto at_last = ring_of('b');
    CHECK(!at_last.open(key_purpose::session, old, "bound"));
    CHECK(at_last.open(key_purpose::session, fresh, "bound") == "plain");
}

TEST_CASE("without random octets nothing is sealed and no secret is made", "[grant]") {
    counting_random random;
    random.fail_after(0);
    CHECK(!ring_of('k').seal(key_purpose::session, "plain", random));
    CHECK(!server_secret::generate(random));
}

TEST_CASE("a generated secret has 32 octets, is current, and is another each time",
          "[grant][OA21-GEN-04]") {
    counting_random random;
    const auto one = server_secret::generate(random);
    const auto two = server_secret::generate(random, next);
    REQUIRE((one && two));
    CHECK(one->octets.reveal().size() == 32);
    CHECK(one->role == current);
    CHECK(two->role == next);
    CHECK(!equal_in_constant_time(one->octets, two->octets));
}

TEST_CASE("a secret's name is eight characters and comes back", "[grant]") {
    const auto id = ring_of('k').current();
    CHECK(secret_id_from(to_text(id)) == id);
    for (const auto* const bad :
         {"", "-8kLKrL", "-8kLKrLmA", "-8kLKrLmAAAA", "-8kLKrL=", "-8kLKrL "})
        CHECK(!secret_id_from(bad));
}
