// Signing keys that replace each other, as servers, gates and verifiers see them.

#include "rotations.hpp"

using namespace rotations;

TEST_CASE("the keys of an issuer are made once, and come back the same",
          "[key_rotation][JOSE-18]") {
    place p;
    const auto rotation = p.rotation();
    const auto first = rotation.update();
    REQUIRE(first);
    REQUIRE(first->signing_keys.size() == 1);
    CHECK(first->key_ids == names{jwk_thumbprint(first->signing_keys[0].public_key())});
    CHECK(first->jwks_max_age == 300s);
    CHECK(first->changes_at == p.clock.now() + std::chrono::hours{24 * 30} - std::chrono::hours{1});
    const auto again = p.rotation().update();
    CHECK(ids(again) == first->key_ids);
    const auto signature = again->signing_keys[0].sign("octets");
    REQUIRE(signature);
    CHECK(first->signing_keys[0].public_key().verify("octets", *signature));
    CHECK(p.store.calls(store_call::create) == 1); // reading writes nothing
    CHECK(p.store.calls(store_call::replace) == 0);
}

TEST_CASE("each algorithm there is can be rotated to", "[key_rotation][JOSE-18][AT-01]") {
    place p;
    CHECK(ids(p.rotation().update()).size() == 1);
    for (const auto algorithm : all_signature_algorithms) {
        rotation_policy r;
        r.algorithm = algorithm;
        const auto rotation = p.rotation(only(first_octets), r);
        p.clock.advance(std::chrono::hours{24 * 30});
        CHECK(ids(rotation.update()).size() >= 2);
        p.clock.advance(std::chrono::hours{1});
        const auto changed = rotation.update();
        REQUIRE(changed);
        CHECK(changed->signing_keys[0].algorithm() == algorithm);
        CHECK(ids(p.rotation(only(first_octets), r).update()) == changed->key_ids);
    }
}

TEST_CASE("keys rotate under load and no token is refused, by a gate with the oldest copy",
          "[key_rotation][JOSE-18][ATK-JW-14][AT-15]") {
    place p;
    const auto rotation = p.rotation();
    const auto rules = policy::strict();
    std::vector<std::pair<instant, std::string>> copies; // of the JWKS, as they were fetched
    std::vector<std::pair<instant, std::string>> tokens;
    names signers;
    std::size_t refused = 0;
    const auto set_lets_in = [&](const std::string& set, const std::string& token) {
        const auto keys = key_set::parse(set);
        REQUIRE(keys);
        const auto audience = *resource_identifier::parse(given::resource);
        return verify_access_token(token, *keys, {issuer, audience, p.clock.now()}).has_value();
    };
    for (int step = 0; step < 24 * 2 * 100; ++step, p.clock.advance(std::chrono::minutes{30})) {
        const auto keys = rotation.update();
        REQUIRE(keys);
        if (signers.empty() || signers.back() != keys->key_ids[0])
            signers.push_back(keys->key_ids[0]);
        const auto set = [&] {
            std::vector<verification_key> all;
            for (const auto& key : keys->signing_keys) all.push_back(key.public_key());
            return key_set::of(all).text();
        }();
        access_token_claims c;
        c.issuer = issuer;
        c.subject = "alice";
        c.audience = {given::resource};
        c.client_id = "app";
        c.issued_at = to_unix_seconds(p.clock.now());
        c.expires_at = c.issued_at + 3600;
        c.jti = "jti";
        auto token = sign(signing_input(c, keys->key_ids[0], keys->signing_keys[0].algorithm()),
                          keys->signing_keys[0]);
        // The copy of half an hour ago knows the key of this token, and this one that of the last.
        if (!copies.empty() && !set_lets_in(copies.back().second, token)) ++refused;
        if (!tokens.empty() && !set_lets_in(set, tokens.back().second)) ++refused;
        copies.emplace_back(p.clock.now(), set);
        tokens.emplace_back(p.clock.now(), std::move(token));
    }
    CHECK(refused == 0);
    CHECK(signers.size() == 4); // in a hundred days
    CHECK(ids(rotation.update()).size() <= 2);
}

TEST_CASE("a server made anew with the next keys takes the tokens of the one before",
          "[key_rotation][gate][JOSE-18][ATK-JW-14]") {
    place p;
    const auto rotation = p.rotation();
    const auto server_now = [&] {
        auto c = given::config(policy::strict());
        auto keys = rotation.update();
        REQUIRE(keys);
        c.signing_keys = keys->signing_keys;
        c.jwks_max_age = keys->jwks_max_age;
        auto s = std::make_unique<given::server>(std::move(c));
        s->clock.set(p.clock.now());
        return s;
    };
    const auto lets_in = [](const given::server& s, const std::string& token) {
        const auto gate = *resource_server::beside(s.as, {{given::resource, {}, {"mcp"}, {}, {}}},
                                                   {&s.store, &s.events, &s.clock, &s.random});
        return std::holds_alternative<principal>(gate.admit(request(token)));
    };
    const auto token = [](const given::server& s) {
        return given::member(s.redeem(s.code()), "access_token");
    };
    const auto before = server_now();
    p.clock.advance(std::chrono::hours{24 * 30} - std::chrono::hours{1});
    const auto announced = server_now();
    announced->clock.set(p.clock.now());
    const auto old = token(*announced);
    p.clock.advance(std::chrono::hours{1});
    const auto changed = server_now();
    const auto fresh = token(*changed);
    announced->clock.set(p.clock.now() - std::chrono::minutes{55});
    CHECK(lets_in(*announced, old));
    announced->clock.set(p.clock.now());
    CHECK(lets_in(*announced, fresh));
    before->clock.set(p.clock.now());
    CHECK_FALSE(lets_in(*before, fresh)); // what nobody announced to it
    const auto served = changed->as.handle(given::get("/.well-known/jwks.json"));
    CHECK(key_set::parse(served.body)->keys().size() == 2);
}

TEST_CASE("keys are published with the time that they may be kept", "[key_rotation][JOSE-18]") {
    const auto cache_of = [](seconds max_age) {
        auto c = given::config(policy::strict());
        c.jwks_max_age = max_age;
        const given::server s{std::move(c)};
        return std::string{
            *s.as.handle(given::get("/.well-known/jwks.json")).header("Cache-Control")};
    };
    CHECK(cache_of(0s) == "public, max-age=0");
    CHECK(cache_of(77s) == "public, max-age=77");
    CHECK(cache_of(24h) == "public, max-age=86400");
    for (const auto bad : {seconds{-1}, seconds{24h} + 1s}) {
        auto c = given::config(policy::strict());
        c.jwks_max_age = bad;
        memory_store store;
        const auto made = authorization_server::make(std::move(c), {store});
        REQUIRE_FALSE(made);
        CHECK(made.error().member == "jwks_max_age");
    }
}

TEST_CASE("a rotation is checked before it is used", "[key_rotation]") {
    memory_store store;
    const auto fault = [&](const char* of, const std::vector<server_secret>& secrets,
                           const rotation_policy& r) {
        const auto made = key_rotation::make(of, secrets, r, policy::strict(), {store});
        return made ? "" : made.error().member;
    };
    rotation_policy brief;
    brief.announced = 1s;
    CHECK(fault(issuer, only(first_octets), {}).empty());
    CHECK(fault("http://as.example", only(first_octets), {}) == "issuer");
    CHECK(fault(issuer, {}, {}) == "secrets");
    CHECK(fault(issuer, only(first_octets), brief) == "rotation.announced");
}
