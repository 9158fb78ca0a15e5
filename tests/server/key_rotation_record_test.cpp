// The record that the servers of an issuer share their signing keys by.

#include <thread>

#include "rotations.hpp"

using namespace rotations;

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

TEST_CASE("two servers that start at once agree on one key", "[key_rotation][JOSE-18]") {
    place p;
    const auto one = p.rotation();
    const auto another = p.rotation();
    names theirs;
    p.store.before(store_call::create, 1, [&] { theirs = ids(another.update()); });
    const auto ours = ids(one.update());
    CHECK(ours == theirs);
    CHECK(ours.size() == 1);
}

TEST_CASE("two servers that rotate at once agree on the next key", "[key_rotation][JOSE-18]") {
    place p;
    const auto one = p.rotation();
    const auto another = p.rotation();
    CHECK(ids(one.update()) == ids(another.update()));
    p.clock.advance(std::chrono::hours{24 * 30});
    names theirs;
    p.store.before(store_call::replace, 1, [&] { theirs = ids(another.update()); });
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
