// The record that the servers of an issuer share their signing keys by.

#include "mcp_oauth/server/key_rotation.hpp"

#include <thread>

#include "gates.hpp"
#include "mcp_oauth/server/driver.hpp"

using namespace gates;
using testing::store_call;
using testing::store_fault;

namespace {

constexpr const char* record_key = "https://as.example#signing_keys";

const std::string first_octets = "0123456789abcdef0123456789abcdef";
const std::string second_octets = "fedcba9876543210fedcba9876543210";

std::vector<server_secret> only(const std::string& octets) {
    std::vector<server_secret> all;
    all.push_back({secret{octets}, secret_role::current});
    return all;
}
std::vector<server_secret> second_current() {
    auto all = only(second_octets);
    all.push_back({secret{first_octets}, secret_role::previous});
    return all;
}

struct place {
    memory_store memory;
    testing::faulty_store store{memory};
    testing::manual_clock clock;
    testing::counting_random random{7};

    [[nodiscard]] key_rotation rotation(const std::vector<server_secret>& secrets,
                                        const rotation_policy& r = {}, const char* of = issuer) {
        auto made = key_rotation::make(of, secrets, r, policy::strict(), {store, &clock, &random});
        if (!made) FAIL(made.error().member + " " + made.error().problem);
        return std::move(*made);
    }
    [[nodiscard]] key_rotation rotation() { return rotation(only(first_octets)); }
    [[nodiscard]] record kept() {
        auto found = memory.load(record_key);
        REQUIRE(found);
        REQUIRE(*found);
        return **found;
    }
    void keep(const std::string& body) {
        auto r = kept();
        const auto version = r.version;
        r.version[0] = static_cast<std::uint8_t>(r.version[0] ^ 1U);
        r.body = body;
        REQUIRE(memory.replace(r, version) == write_outcome::done);
    }
    [[nodiscard]] std::string with(std::string from, std::string_view what, std::string_view to) {
        const auto where = from.find(what);
        REQUIRE(where != std::string::npos);
        return from.replace(where, what.size(), to);
    }
};

std::string fault_of(const expected<key_schedule, key_rotation_fault>& outcome) {
    return outcome ? "" : std::string{name(outcome.error())};
}
using names = std::vector<std::string>;
names ids(const expected<key_schedule, key_rotation_fault>& outcome) {
    REQUIRE(outcome);
    return outcome->key_ids;
}

} // namespace

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

TEST_CASE("an operator reads in the record who signs when, and no private part",
          "[key_rotation][JOSE-17]") {
    place p;
    const auto made = p.rotation().update();
    const auto kept = p.kept();
    CHECK(kept.kind == record_kind::signing_keys);
    const auto body = json_document::parse(kept.body);
    REQUIRE(body);
    CHECK(body->root().integer_at("v") == 1);
    CHECK(body->root().find("keys")->size() == 1);
    body->root().find("keys")->for_each_element([&](json_value key) {
        CHECK(key.string_at("kid") == made->key_ids[0]);
        CHECK(key.string_at("alg") == "ES256");
        CHECK(key.integer_at("signs_from") == to_unix_ms(p.clock.now()));
        CHECK(key.size() == 4);
    });
    const auto numbers = made->signing_keys[0].numbers();
    REQUIRE(numbers);
    CHECK(kept.body.find(base64url(numbers->d.reveal())) == std::string::npos);
    CHECK(kept.body.find(base64url(private_jwk(made->signing_keys[0]).reveal())) ==
          std::string::npos);
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

TEST_CASE("two servers that start at once agree on one key", "[key_rotation][JOSE-18]") {
    place p;
    const auto one = p.rotation();
    const auto other = p.rotation();
    names theirs;
    p.store.before(store_call::create, 1, [&] { theirs = ids(other.update()); });
    const auto ours = ids(one.update());
    CHECK(ours == theirs);
    CHECK(ours.size() == 1);
}

TEST_CASE("two servers that rotate at once agree on the next key", "[key_rotation][JOSE-18]") {
    place p;
    const auto one = p.rotation();
    const auto other = p.rotation();
    CHECK(ids(one.update()) == ids(other.update()));
    p.clock.advance(std::chrono::hours{24 * 30});
    names theirs;
    p.store.before(store_call::replace, 1, [&] { theirs = ids(other.update()); });
    const auto ours = ids(one.update());
    CHECK(ours == theirs);
    CHECK(ours.size() == 2);
}

TEST_CASE("many threads that rotate at once get the same keys",
          "[threads][key_rotation][JOSE-18]") {
    place p;
    const auto rotation = p.rotation();
    for (int round = 0; round < 3; ++round, p.clock.advance(std::chrono::hours{24 * 30})) {
        std::vector<names> seen(4);
        std::vector<std::thread> threads;
        for (auto& mine : seen)
            threads.emplace_back([&rotation, &mine] {
                if (const auto keys = rotation.update()) mine = keys->key_ids;
            });
        for (auto& each : threads) each.join();
        CHECK_FALSE(seen[0].empty());
        for (const auto& each : seen) CHECK(each == seen[0]);
    }
}

TEST_CASE("a store that fails loses no key and makes none twice", "[key_rotation][MCP-ERR-07]") {
    place p;
    const auto rotation = p.rotation();
    p.store.fail(store_call::load, 1, store_fault::unavailable);
    CHECK(fault_of(rotation.update()) == "unavailable");
    p.store.fail(store_call::create, 1, store_fault::unavailable);
    CHECK(fault_of(rotation.update()) == "unavailable");
    p.store.fail(store_call::create, 1, store_fault::unknown_lost);
    const auto first = ids(rotation.update());
    p.clock.advance(std::chrono::hours{24 * 30});
    p.store.fail(store_call::replace, 1, store_fault::unavailable);
    CHECK(fault_of(rotation.update()) == "unavailable");
    p.store.fail(store_call::replace, 1, store_fault::unknown_written);
    const auto second = ids(rotation.update());
    CHECK(second.size() == 2);
    CHECK(second[0] == first[0]);
    CHECK(ids(rotation.update()) == second);
}

TEST_CASE("eight swaps lost in a row end in an answer", "[key_rotation]") {
    place p;
    const auto rotation = p.rotation();
    for (std::size_t i = 1; i <= 8; ++i)
        p.store.fail(store_call::create, i, store_fault::unknown_lost);
    CHECK(fault_of(rotation.update()) == "unavailable");
    CHECK(p.store.calls() == 16);
    CHECK(ids(rotation.update()).size() == 1);
}

TEST_CASE("a random source that dries up makes no key", "[key_rotation][OA21-GEN-04]") {
    place p;
    const auto rotation = p.rotation();
    for (std::uint64_t more = 0; more < 2; ++more) {
        p.random.fail_after(more);
        CHECK(fault_of(rotation.update()) == "no_key");
        p.random.recover();
        CHECK_FALSE(*p.memory.load(record_key));
    }
}

TEST_CASE("keys outlive a rotation of the server secrets", "[key_rotation][JOSE-18]") {
    place p;
    const auto keys = ids(p.rotation().update());
    const auto sealed_before = p.kept().body;
    CHECK(ids(p.rotation(second_current()).update()) == keys);
    CHECK(p.kept().body != sealed_before);                        // sealed anew
    CHECK(ids(p.rotation(only(second_octets)).update()) == keys); // the old secret may go
    CHECK(fault_of(p.rotation(only(first_octets)).update()) == "sealed");
    const auto kept = p.kept();
    CHECK(ids(p.rotation(only(second_octets)).update()) == keys); // refused, and nothing changed
    CHECK(p.kept().version == kept.version);
}

TEST_CASE("a private part opens only for its own key, issuer and purpose",
          "[key_rotation][JOSE-18][ATK-JW-15]") {
    place p;
    const auto rotation = p.rotation();
    CHECK(ids(rotation.update()).size() == 1);
    p.clock.advance(std::chrono::hours{24 * 30});
    const auto keys = ids(rotation.update());
    REQUIRE(keys.size() == 2);
    const auto body = p.kept().body;
    const auto sealed_at = body.find("\"sealed\":\"") + 10;

    p.keep(p.with(p.with(body, keys[0], "other"), keys[1], keys[0]));
    CHECK(fault_of(rotation.update()) == "sealed"); // parts of two keys changed places
    auto tampered = body;
    tampered[sealed_at + 40] = tampered[sealed_at + 40] == 'A' ? 'B' : 'A';
    p.keep(tampered);
    CHECK(fault_of(rotation.update()) == "sealed");
    p.keep(body);
    CHECK(ids(rotation.update()) == keys);

    // The same secrets and record under another issuer.
    auto foreign = p.kept();
    foreign.key = "https://other.example#signing_keys";
    REQUIRE(p.memory.create(foreign).outcome == write_outcome::done);
    CHECK(fault_of(p.rotation(only(first_octets), {}, "https://other.example").update()) ==
          "sealed");
}

TEST_CASE("issuers that share a store have keys of their own", "[key_rotation][JBCP-04]") {
    place p;
    const auto ours = ids(p.rotation().update());
    const auto theirs = ids(p.rotation(only(first_octets), {}, "https://other.example").update());
    CHECK(ours != theirs);
    CHECK(ids(p.rotation().update()) == ours);
}

TEST_CASE("a record that nobody can read is left alone", "[key_rotation]") {
    place p;
    const auto rotation = p.rotation();
    CHECK(ids(rotation.update()).size() == 1);
    const auto body = p.kept().body;
    const auto object = body.substr(body.find('[') + 1, body.rfind(']') - body.find('[') - 1);
    std::string many;
    for (std::size_t i = 0; i < key_set::largest; ++i) many += object + ",";
    for (const auto& bad :
         {std::string{"{}"}, std::string{"[]"}, std::string{"x"},
          p.with(body, "\"v\":1", "\"v\":2"), std::string{R"({"v":1,"keys":[]})"},
          std::string{R"({"v":1,"keys":{"a":1}})"}, std::string{R"({"v":1,"keys":[1]})"},
          p.with(body, "\"kid\"", "\"kit\""), p.with(body, "\"signs_from\"", "\"signs\""),
          R"({"v":1,"keys":[)" + object + "," + object + "]}", // not in order
          R"({"v":1,"keys":[)" + many + object + "]}"}) {
        p.keep(bad);
        CHECK(fault_of(rotation.update()) == "unreadable");
        CHECK(p.kept().body == bad);
    }
}

TEST_CASE("after a leak the record is erased and the next key signs at once", "[key_rotation]") {
    place p;
    const auto leaked = ids(p.rotation().update());
    REQUIRE(p.memory.erase(record_key, p.kept().version) == write_outcome::done);
    const auto fresh = ids(p.rotation(only(second_octets)).update());
    CHECK(fresh.size() == 1);
    CHECK(fresh != leaked);
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
