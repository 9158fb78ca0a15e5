// Access tokens under each algorithm, and under keys that are not in this process.

#include <functional>

#include "given.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "mcp_oauth/server/driver.hpp"
#include "mcp_oauth/server/resource_server.hpp"
#include "support/catch.hpp"

using namespace given;

namespace {

const signing_key& key_for(signature_algorithm algorithm) {
    static const auto keys = [] {
        std::vector<signing_key> made;
        for (const auto each : all_signature_algorithms)
            made.push_back(*signing_key::generate(each));
        return made;
    }();
    return keys.at(static_cast<std::size_t>(algorithm));
}

authorization_server_config with_keys(std::vector<signing_key> keys) {
    auto c = config(policy::mcp());
    c.signing_keys = std::move(keys);
    return c;
}

// Whether the gate beside the server lets the bearer of the token in.
bool admitted(const server& s, const std::string& token) {
    const auto gate = resource_server::beside(s.as, {{resource, {}, {}, {}, {}}},
                                              {&s.store, nullptr, &s.clock, nullptr});
    REQUIRE(gate);
    auto call = post("/mcp", {});
    call.headers = {{"Authorization", "Bearer " + token}};
    return std::holds_alternative<principal>(gate->admit(call));
}

std::string header_of(const std::string& token) {
    return decode_base64url(token.substr(0, token.find('.'))).value_or("");
}

/// A security module that does what a test tells it.
class module final : public signer {
public:
    using answer = std::function<expected<std::string, unavailable>(std::string_view octets)>;
    explicit module(answer how) : how_(std::move(how)) {}
    expected<std::string, unavailable> sign(std::string_view key_id,
                                            std::string_view octets) override {
        asked_for = key_id;
        ++calls;
        return how_(octets);
    }
    void becomes(answer how) { how_ = std::move(how); }
    std::string asked_for;
    int calls = 0;

private:
    answer how_;
};

module::answer honest(const signing_key& key) {
    return [key](std::string_view octets) -> expected<std::string, unavailable> {
        return *key.sign(octets);
    };
}

std::string fault_of(authorization_server_config c, signer* signatures = nullptr) {
    memory_store store;
    server_ports ports{store};
    ports.signatures = signatures;
    const auto made = authorization_server::make(std::move(c), ports);
    return made ? "none" : made.error().member + ": " + made.error().problem;
}

} // namespace

TEST_CASE("access tokens are signed with the algorithm of the first key, and metadata says which",
          "[AT-01][AT-02][AT-13][ASM-11][OIDCD-03][JBCP-02]") {
    for (const auto algorithm : all_signature_algorithms) {
        const std::string alg{name(algorithm)};
        CAPTURE(alg);
        const auto& key = key_for(algorithm);
        const server s{with_keys({key})};
        const auto token = member(s.redeem(s.code()), "access_token");
        CHECK(header_of(token) == R"({"typ":"at+jwt","alg":")" + alg + R"(","kid":")" +
                                      jwk_thumbprint(key.public_key()) + "\"}");
        CHECK(admitted(s, token));
        const auto metadata = s.as.handle(get("/.well-known/oauth-authorization-server")).body;
        CHECK(metadata.find(R"("id_token_signing_alg_values_supported":[")" + alg + "\"]") !=
              std::string::npos);
        const auto jwks = key_set::parse(s.as.handle(get("/.well-known/jwks.json")).body);
        REQUIRE(jwks);
        CHECK(jwks->find(jwk_thumbprint(key.public_key()), algorithm) != nullptr);
        CHECK(jwks->skipped().empty());
    }
}

TEST_CASE("all keys are published, and tokens of each are believed, whatever its algorithm",
          "[JOSE-17][JOSE-18][AT-15]") {
    std::vector<signing_key> keys;
    for (const auto each : all_signature_algorithms) keys.push_back(key_for(each));
    for (std::size_t first = 0; first < keys.size(); ++first) {
        const server before{with_keys({keys[first]})};
        const auto token = member(before.redeem(before.code()), "access_token");
        const server after{with_keys(keys)};
        CHECK(key_set::parse(after.as.handle(get("/.well-known/jwks.json")).body)->keys().size() ==
              keys.size());
        auto gate = resource_server::beside(after.as, {{resource, {}, {}, {}, {}}},
                                            {&before.store, nullptr, &before.clock, nullptr});
        REQUIRE(gate);
        auto call = post("/mcp", {});
        call.headers = {{"Authorization", "Bearer " + token}};
        CHECK(std::holds_alternative<principal>(gate->admit(call)));
    }
}

TEST_CASE("a key that is held elsewhere signs through the host's signer", "[AT-01][JOSE-15]") {
    for (const auto algorithm : all_signature_algorithms) {
        const auto& key = key_for(algorithm);
        module hsm{honest(key)};
        const server s{with_keys({signing_key::held_elsewhere(key.public_key())}), nullptr, &hsm};
        const auto tokens = s.redeem(s.code());
        REQUIRE(tokens.status == 200);
        CHECK(hsm.calls == 1);
        CHECK(hsm.asked_for == jwk_thumbprint(key.public_key()));
        CHECK(admitted(s, member(tokens, "access_token")));
    }
}

TEST_CASE("an operation says which key is to sign, for hosts that carry out steps themselves",
          "[driver]") {
    const auto& key = key_for(signature_algorithm::ps256);
    module never{[](std::string_view) -> expected<std::string, unavailable> {
        return unexpected<unavailable>{unavailable{}};
    }};
    const server s{with_keys({signing_key::held_elsewhere(key.public_key())}), nullptr, &never};
    const auto code = s.code();
    auto op = s.as.begin(post("/token", server::redemption(code)));
    step_ports ports;
    ports.store = &s.store;
    ports.sign = [&key](const sign_step& wanted) -> expected<std::string, unavailable> {
        CHECK(wanted.key_id == jwk_thumbprint(key.public_key()));
        return *key.sign(wanted.octets);
    };
    const auto tokens = run(std::move(op), ports);
    CHECK(tokens.status == 200);
    CHECK(never.calls == 0);
    CHECK(admitted(s, member(tokens, "access_token")));
}

TEST_CASE("a signer that fails, lies or speaks another form uses nothing up",
          "[OA21-CODE-12][MCP-ERR-07][JOSE-07]") {
    const auto& key = key_for(signature_algorithm::es256);
    const auto& stranger = key_for(signature_algorithm::es384);
    module hsm{honest(key)};
    const server s{with_keys({signing_key::held_elsewhere(key.public_key())}), nullptr, &hsm};
    const auto code = s.code();
    const module::answer wrong[] = {
        [](std::string_view) { return unexpected<unavailable>{unavailable{}}; },
        [](std::string_view) { return std::string{}; },
        [](std::string_view) { return std::string(64, '\0'); },
        [](std::string_view) -> expected<std::string, unavailable> { throw 1; },
        honest(stranger),
        honest(*signing_key::generate_es256()),
        [&key](std::string_view octets) { return *key.sign(std::string{octets} + '.'); },
        [&key](std::string_view octets) { return "\x30\x44" + *key.sign(octets); },
    };
    for (const auto& each : wrong) {
        hsm.becomes(each);
        const auto refused = s.redeem(code);
        CHECK(refused.status == 503);
        CHECK(member(refused, "error") == "temporarily_unavailable");
    }
    hsm.becomes(honest(key));
    const auto tokens = s.redeem(code);
    CHECK(tokens.status == 200);
    CHECK(admitted(s, member(tokens, "access_token")));
}

TEST_CASE("signing keys that cannot be right are found before the first request",
          "[JBCP-02][JOSE-18]") {
    const auto& rsa = key_for(signature_algorithm::rs256);
    const auto same_for_pss =
        *signing_key::from_pem(rsa.to_pem().reveal(), signature_algorithm::ps256);
    const auto elsewhere = signing_key::held_elsewhere(rsa.public_key());
    CHECK(fault_of(with_keys({rsa, same_for_pss})) == "signing_keys: one key is there twice");
    CHECK(fault_of(with_keys({rsa, rsa})) == "signing_keys: one key is there twice");
    CHECK(fault_of(with_keys({elsewhere})) ==
          "ports.signatures: the first of signing_keys is held elsewhere");
    module hsm{honest(rsa)};
    CHECK(fault_of(with_keys({elsewhere}), &hsm) == "none");
    CHECK(fault_of(with_keys({the_signing_key(), elsewhere})) == "none"); // it signs nothing
}
