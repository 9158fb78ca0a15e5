#include "server/verified_tokens.hpp"

#include <string>
#include <thread>
#include <vector>

#include "foreign.hpp"

using namespace mcp_oauth;

namespace {

verified_entry entry(std::uint64_t generation) {
    const auto& key = given::the_signing_key();
    access_token_claims claims;
    claims.issuer = gates::issuer;
    claims.subject = "alice";
    claims.audience = {gates::notes};
    claims.client_id = "app";
    claims.issued_at = 1;
    claims.expires_at = 10;
    claims.jti = "jti";
    const auto id = *resource_identifier::parse(gates::notes);
    const auto verified = verify_access_token(
        gates::sign(signing_input(claims, gates::kid(), signature_algorithm::es256)),
        key_set::of({key.public_key()}), {gates::issuer, id, from_unix_seconds(5)});
    REQUIRE(verified);
    verified_entry made;
    made.token = std::make_shared<const verified_access_token>(*verified);
    made.generation = generation;
    return made;
}

digest256 digest(int i) { return sha256(std::to_string(i)); }

} // namespace

TEST_CASE("a token is remembered by its digest, the last finding counts", "[gate][remembered]") {
    verified_tokens seen{64};
    CHECK_FALSE(seen.find(digest(1)).token);
    seen.insert(digest(1), entry(1));
    seen.insert(digest(1), entry(2));
    CHECK(seen.find(digest(1)).generation == 2);
    CHECK(seen.size() == 1);
    CHECK_FALSE(seen.find(digest(2)).token);
}

TEST_CASE("never more tokens are remembered than were allowed for, the oldest goes first",
          "[gate][remembered][JBCP-11][ATK-TK-29]") {
    verified_tokens seen{64};
    const auto one = entry(1);
    for (int i = 0; i < 5000; ++i) seen.insert(digest(i), one);
    CHECK(seen.size() <= 64);
    CHECK(seen.find(digest(4999)).token);
    CHECK_FALSE(seen.find(digest(0)).token);
}

TEST_CASE("with room for none, nothing is remembered", "[gate][remembered]") {
    verified_tokens seen{0};
    CHECK(seen.is_off());
    seen.insert(digest(1), entry(1));
    CHECK(seen.size() == 0);
}

TEST_CASE("threads remember and recall at once", "[gate][remembered][threads]") {
    verified_tokens seen{64};
    const auto one = entry(1);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 2000; ++i) {
                seen.insert(digest(i * (t + 1)), one);
                (void)seen.find(digest(i));
            }
        });
    for (auto& each : threads) each.join();
    CHECK(seen.size() <= 64);
}
