#include "mcp_oauth/base/signature.hpp"

#include "hex.hpp"
#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "support/wycheproof.hpp"

using namespace mcp_oauth;

namespace {

std::string octets_at(const json_value& object, std::string_view name) {
    return from_hex(object.string_at(name).value_or(""));
}

// Wycheproof prints a coordinate as a number: with a zero octet in front, or without its own.
std::string coordinate_at(const json_value& key, std::string_view name) {
    auto octets = octets_at(key, name);
    while (octets.size() > 32 && octets.front() == '\0') octets.erase(0, 1);
    return std::string(octets.size() < 32 ? 32 - octets.size() : 0, '\0') + octets;
}

void run(const std::string& file,
         std::optional<verification_key> (*key_of)(const json_value& group)) {
    const auto document = wycheproof::vectors(file);
    if (!document) return;
    wycheproof::tally tally{file};
    tally.run(*document, wycheproof::either_way, [key_of](json_value group, json_value test) {
        const auto key = key_of(group);
        return key && key->verify(octets_at(test, "msg"), octets_at(test, "sig"));
    });
}

} // namespace

TEST_CASE("Wycheproof: ECDSA on P-256 with SHA-256, signatures as R || S",
          "[JOSE-07][ATK-JW-07][wycheproof]") {
    run("ecdsa_secp256r1_sha256_p1363_test.json", [](const json_value& group) {
        const auto point = *group.find("publicKey");
        return verification_key::es256(coordinate_at(point, "wx"), coordinate_at(point, "wy"));
    });
}

TEST_CASE("Wycheproof: Ed25519", "[JOSE-11][wycheproof]") {
    run("ed25519_test.json", [](const json_value& group) {
        return verification_key::eddsa(octets_at(*group.find("publicKey"), "pk"));
    });
}

TEST_CASE("Wycheproof: RSASSA-PKCS1-v1_5 with SHA-256", "[JOSE-08][wycheproof]") {
    run("rsa_signature_2048_sha256_test.json", [](const json_value& group) {
        const auto key = *group.find("publicKey");
        return verification_key::rs256(octets_at(key, "modulus"), octets_at(key, "publicExponent"));
    });
}

TEST_CASE("Wycheproof: public keys in PEM", "[JOSE-20][wycheproof]") {
    const std::pair<const char*, signature_algorithm> files[] = {
        {"ecdsa_secp256r1_sha256_p1363_test.json", signature_algorithm::es256},
        {"ed25519_test.json", signature_algorithm::eddsa},
        {"rsa_signature_2048_sha256_test.json", signature_algorithm::rs256}};
    for (const auto& [file, algorithm] : files) {
        const auto document = wycheproof::vectors(file);
        if (!document) return;
        int read = 0;
        const auto expected = algorithm;
        document->root().find("testGroups")->for_each_element([&](const json_value& group) {
            const auto key = verification_key::from_pem(
                std::string{group.string_at("publicKeyPem").value_or("")}, expected);
            CHECK(key.has_value());
            ++read;
        });
        CHECK(read > 0);
    }
}

TEST_CASE("Wycheproof: HMAC-SHA-256, whole and cut short", "[JOSE-09][wycheproof]") {
    const auto document = wycheproof::vectors("hmac_sha256_test.json");
    if (!document) return;
    wycheproof::tally tally{"hmac_sha256_test.json"};
    tally.run(*document, wycheproof::either_way, [](json_value, json_value test) {
        const auto mac = hmac_sha256(octets_at(test, "key"), octets_at(test, "msg"));
        const auto tag = octets_at(test, "tag");
        return equal_in_constant_time(as_view(mac).substr(0, tag.size()), tag);
    });
}
