#include "dpop.hpp"
#include "server/dpop.hpp"

using namespace given;
using namespace std::chrono_literals;

namespace {

key_ring ring_of(const char* issuer_text, char octet = 's') {
    std::vector<server_secret> secrets;
    secrets.push_back({secret{std::string(32, octet)}, secret_role::current});
    return *key_ring::make(secrets, issuer_text);
}
constexpr instant noon = from_unix_seconds(1'700'000'000);
constexpr auto here = key_purpose::dpop_nonce;
constexpr auto there = key_purpose::dpop_resource_nonce;

} // namespace

TEST_CASE("A nonce is accepted by the server that made it, and by no other",
          "[dpop][DPOP-20][ATK-DP-07]") {
    const auto ring = ring_of(issuer);
    const auto nonce = dpop_nonces{ring, here, "a"}.make(noon);
    CHECK(dpop_nonces{ring_of(issuer), here, "a"}.accepts(nonce, noon, 10s));
    CHECK_FALSE(dpop_nonces{ring, there, "a"}.accepts(nonce, noon, 10s));
    CHECK_FALSE(dpop_nonces{ring, here, "b"}.accepts(nonce, noon, 10s));
    CHECK_FALSE(dpop_nonces{ring, here, ""}.accepts(nonce, noon, 10s));
    CHECK_FALSE(dpop_nonces{ring_of("https://b.example"), here, "a"}.accepts(nonce, noon, 10s));
    CHECK_FALSE(dpop_nonces{ring_of(issuer, 't'), here, "a"}.accepts(nonce, noon, 10s));
}

TEST_CASE("A nonce has its time, a minute more for clocks that disagree", "[dpop][DPOP-20]") {
    const auto ring = ring_of(issuer);
    const dpop_nonces nonces{ring, here, "a"};
    const auto nonce = nonces.make(noon);
    CHECK(nonces.accepts(nonce, noon + 10s - 1ms, 10s));
    CHECK_FALSE(nonces.accepts(nonce, noon + 10s, 10s));
    CHECK(nonces.accepts(nonce, noon - 60s, 10s));
    CHECK_FALSE(nonces.accepts(nonce, noon - 60s - 1ms, 10s));
}

TEST_CASE("A nonce outlives the change of the secret that made it", "[dpop][DPOP-20]") {
    const auto nonce = dpop_nonces{ring_of(issuer, 'o'), here, "a"}.make(noon);
    std::vector<server_secret> secrets;
    secrets.push_back({secret{std::string(32, 'o')}, secret_role::previous});
    secrets.push_back({secret{std::string(32, 'n')}, secret_role::current});
    const auto changed = *key_ring::make(secrets, issuer);
    CHECK(dpop_nonces{changed, here, "a"}.accepts(nonce, noon, 10s));
}
