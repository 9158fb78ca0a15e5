#include "mcp_oauth/grant/handle.hpp"

#include "grant/rings.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "support/catch.hpp"

using namespace ring_tests;

namespace {

constexpr grant_id some_grant{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

handle handle_of(const key_ring& ring, std::uint32_t generation) {
    handle h;
    h.kind = generation == 0 ? handle_kind::code : handle_kind::refresh_token;
    h.key = ring.current();
    h.grant = some_grant;
    h.generation = generation;
    h.nonce = 0x0102030405060708;
    return h;
}
std::string text_of(const key_ring& ring, std::uint32_t generation) {
    return std::string{mint(handle_of(ring, generation), ring)->reveal()};
}
bool same(const handle& a, const handle& b) {
    return a.kind == b.kind && a.key == b.key && a.grant == b.grant &&
           a.generation == b.generation && a.nonce == b.nonce;
}
std::optional<handle> open_token(std::string_view text, const key_ring& ring) {
    return open_handle(handle_kind::refresh_token, text, ring);
}

// A MAC that is right for whatever `octets` say: what only the holder of the secret can make.
std::string with_mac(const key_ring& ring, char kind, std::string octets) {
    const auto purpose = kind == 'c' ? key_purpose::code : key_purpose::refresh_token;
    const auto mac = *ring.mac(purpose, ring.current(), std::string("\x01") + kind + octets);
    return base64url(octets.append(as_view(mac)));
}

} // namespace

TEST_CASE("the text of a handle is the one that another implementation computes",
          "[grant][OA21-REF-10]") {
    const auto ring = ring_of('k');
    CHECK(text_of(ring, 0) ==
          "mcpo_ac_-8kLKrLmAAECAwQFBgcICQoLDA0ODwAAAAABAgMEBQYHCFvBb23r1XchSGZz8"
          "BATfCtTQlOKy0jJwNc9SujgSRpH");
    CHECK(text_of(ring, 1) ==
          "mcpo_rt_-8kLKrLmAAECAwQFBgcICQoLDA0ODwAAAAEBAgMEBQYHCDKxa07dNCBI6ad-h"
          "aFAirdjuJWFno9F7foDl1tCH14j");
    CHECK(text_of(ring, 0xFFFFFFFF) ==
          "mcpo_rt_-8kLKrLmAAECAwQFBgcICQoLDA0OD_____8BAgMEBQYHCDOYTiTb"
          "AVwdMx63xYy6C8aRNhNeMuKhqStSFAIZo4ho");
}

TEST_CASE("a handle comes back as it was minted, at every generation", "[grant][OA21-REF-10]") {
    const auto ring = ring_of('k');
    for (const std::uint32_t generation : {0U, 1U, 2U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
        const auto h = handle_of(ring, generation);
        const auto opened = open_handle(h.kind, text_of(ring, generation), ring);
        REQUIRE(opened);
        CHECK(same(*opened, h));
    }
}

TEST_CASE("a handle is 96 characters that need no escaping anywhere", "[grant]") {
    const auto text = text_of(ring_of('k'), 7);
    CHECK(text.size() == 96);
    for (const char c : text) CHECK(is_base64url(c));
}

TEST_CASE("the same handle is the same text on every server that has the secret", "[grant]") {
    const auto before = ring_of({{'a', secret_role::current}, {'b', secret_role::next}});
    const auto after = ring_of({{'a', secret_role::previous}, {'b', secret_role::current}});
    auto h = handle_of(before, 3);
    CHECK(mint(h, before)->reveal() == mint(h, after)->reveal());
    h.key = after.current();
    CHECK(mint(h, before)->reveal() == mint(h, after)->reveal());
}

TEST_CASE("a handle under a secret that this server lacks is not minted", "[grant]") {
    auto h = handle_of(ring_of('a'), 1);
    CHECK(!mint(h, ring_of('b')));
}

TEST_CASE("generation 0 is the code's and no refresh token's", "[grant][ATK-TK-10]") {
    const auto ring = ring_of('k');
    auto h = handle_of(ring, 0);
    h.kind = handle_kind::refresh_token;
    CHECK(!mint(h, ring));
    h = handle_of(ring, 1);
    h.kind = handle_kind::code;
    CHECK(!mint(h, ring));
}

TEST_CASE("authentic octets with another kind's generation are not opened", "[grant][ATK-TK-10]") {
    const auto ring = ring_of('k');
    const auto code = decode_base64url(text_of(ring, 0).substr(8))->substr(0, 34);
    const auto token = decode_base64url(text_of(ring, 1).substr(8))->substr(0, 34);
    CHECK(open_token("mcpo_rt_" + with_mac(ring, 'r', token), ring));
    CHECK(!open_token("mcpo_rt_" + with_mac(ring, 'r', code), ring));
    CHECK(open_handle(handle_kind::code, "mcpo_ac_" + with_mac(ring, 'c', code), ring));
    CHECK(!open_handle(handle_kind::code, "mcpo_ac_" + with_mac(ring, 'c', token), ring));
}

TEST_CASE("a code is no refresh token and a refresh token no code, under either prefix",
          "[grant][ATK-TK-10]") {
    const auto ring = ring_of('k');
    const auto code = text_of(ring, 0);
    const auto token = text_of(ring, 1);
    CHECK(!open_token(code, ring));
    CHECK(!open_token("mcpo_rt_" + code.substr(8), ring));
    CHECK(!open_handle(handle_kind::code, token, ring));
    CHECK(!open_handle(handle_kind::code, "mcpo_ac_" + token.substr(8), ring));
}

TEST_CASE("a handle of another secret or another issuer is not opened", "[grant][OA21-REF-10]") {
    const auto text = text_of(ring_of('k'), 1);
    CHECK(open_token(text, ring_of('k')));
    CHECK(!open_token(text, ring_of('l')));
    CHECK(!open_token(text, ring_of('k', "https://other.example")));
    CHECK(!open_token(text, ring_of('k', "https://issuer.example/")));
}

TEST_CASE("a handle with any bit changed is not opened", "[grant][OA21-REF-10]") {
    const auto ring = ring_of({{'k', secret_role::current}, {'l', secret_role::previous}});
    const auto octets = *decode_base64url(text_of(ring, 1).substr(8));
    for (std::size_t i = 0; i < octets.size(); ++i)
        for (int bit = 0; bit < 8; ++bit) {
            auto changed = octets;
            changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
            CHECK(!open_token("mcpo_rt_" + base64url(changed), ring));
        }
}

TEST_CASE("a handle with any character replaced, removed or added is not opened",
          "[grant][OA21-REF-10]") {
    const auto ring = ring_of('k');
    const auto text = text_of(ring, 1);
    for (std::size_t i = 0; i <= text.size(); ++i) {
        CHECK(!open_token(text.substr(0, i), ring) == (i < text.size()));
        CHECK(!open_token(text.substr(0, i) + 'A' + text.substr(i), ring));
        if (i == text.size()) break;
        CHECK(!open_token(text.substr(0, i) + text.substr(i + 1), ring));
        for (const char c : {'=', ' ', '+', '\0', '\n', '\x80'}) {
            auto changed = text;
            changed[i] = c;
            CHECK(!open_token(changed, ring));
        }
    }
}

TEST_CASE("what is no handle at all is not opened", "[grant]") {
    const auto ring = ring_of('k');
    for (const auto& text : {std::string{}, std::string{"mcpo_rt_"}, std::string(96, 'A'),
                             "mcpo_rt_" + std::string(88, 'A'), "MCPO_RT_" + std::string(88, 'A'),
                             std::string(100'000, 'A'), std::string(96, '\0')})
        for (const auto kind : {handle_kind::code, handle_kind::refresh_token})
            CHECK(!open_handle(kind, text, ring));
}

TEST_CASE("a grant's ID is 22 characters and comes back", "[grant]") {
    CHECK(to_text(some_grant) == "AAECAwQFBgcICQoLDA0ODw");
    CHECK(grant_id_from("AAECAwQFBgcICQoLDA0ODw") == some_grant);
    for (const auto* const bad : {"", "AAECAwQFBgcICQoLDA0OD", "AAECAwQFBgcICQoLDA0ODwA",
                                  "AAECAwQFBgcICQoLDA0ODx", "AAECAwQFBgcICQoLDA0ODw=="})
        CHECK(!grant_id_from(bad));
}
