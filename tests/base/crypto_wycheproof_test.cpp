// Project Wycheproof's vectors for the bare algorithms. They are not part of this project: the
// environment variable MCP_OAUTH_WYCHEPROOF names the folder that holds them (testvectors_v1).

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/signature.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "hex.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

std::optional<json_document> vectors(const std::string& name) {
    const char* folder = std::getenv("MCP_OAUTH_WYCHEPROOF");
    if (folder == nullptr || *folder == '\0') {
        WARN("not run: MCP_OAUTH_WYCHEPROOF does not name the folder of " << name);
        return std::nullopt;
    }
    std::ifstream file(std::string(folder) + '/' + name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    auto document = json_document::parse(text.str(), {16U << 20U, 16});
    REQUIRE(document);
    return *std::move(document);
}

std::string octets_at(const json_value& object, std::string_view name) {
    return from_hex(object.string_at(name).value_or(""));
}

// Calls `accepts(group, test)` for each vector and compares with what the file expects.
template <class Accepts> int count_wrong(const json_document& document, const Accepts& accepts) {
    int wrong = 0;
    document.root().find("testGroups")->for_each_element([&](const json_value& group) {
        group.find("tests")->for_each_element([&](const json_value& test) {
            const auto result = test.string_at("result").value_or("");
            if (result == "acceptable" || accepts(group, test) == (result == "valid")) return;
            UNSCOPED_INFO("vector " << test.integer_at("tcId").value_or(-1) << ": "
                                    << std::string(test.string_at("comment").value_or("")));
            ++wrong;
        });
    });
    return wrong;
}

// Wycheproof prints a coordinate as a number: with a zero octet in front, or without its own.
std::string coordinate_at(const json_value& key, std::string_view name) {
    auto octets = octets_at(key, name);
    while (octets.size() > 32 && octets.front() == '\0') octets.erase(0, 1);
    return std::string(octets.size() < 32 ? 32 - octets.size() : 0, '\0') + octets;
}

} // namespace

TEST_CASE("Wycheproof: ECDSA on P-256 with SHA-256, signatures as R || S", "[JOSE-07][ATK-JW-07]") {
    const auto document = vectors("ecdsa_secp256r1_sha256_p1363_test.json");
    if (!document) return;
    const int wrong = count_wrong(*document, [](const json_value& group, const json_value& test) {
        const auto point = *group.find("publicKey");
        const auto key =
            verification_key::es256(coordinate_at(point, "wx"), coordinate_at(point, "wy"));
        return key && key->verify(octets_at(test, "msg"), octets_at(test, "sig"));
    });
    CHECK(wrong == 0);
}

TEST_CASE("Wycheproof: HMAC-SHA-256, whole and cut short", "[JOSE-09]") {
    const auto document = vectors("hmac_sha256_test.json");
    if (!document) return;
    const int wrong = count_wrong(*document, [](const json_value&, const json_value& test) {
        const auto mac = hmac_sha256(octets_at(test, "key"), octets_at(test, "msg"));
        const auto tag = octets_at(test, "tag");
        return equal_in_constant_time(as_view(mac).substr(0, tag.size()), tag);
    });
    CHECK(wrong == 0);
}
