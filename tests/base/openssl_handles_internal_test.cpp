#include "base/openssl_handles.hpp"

#include <string>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

// A host's TLS code reads the thread's error queue after each of its own calls.
TEST_CASE("a failure of ours leaves nothing on OpenSSL's error queue") {
    ERR_clear_error();
    const std::string zero(32, '\0');
    system_random random;
    const aead_key key{secret{std::string(32, 'k')}};
    const auto signer = signing_key::generate_es256();
    REQUIRE(signer);

    CHECK_FALSE(verification_key::es256(zero, zero));
    CHECK_FALSE(
        signing_key::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"));
    CHECK_FALSE(signer->public_key().verify("text", std::string(64, '\xff')));
    CHECK_FALSE(key.open(std::string(64, 'x'), ""));
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("what the host left on OpenSSL's error queue is still there afterwards") {
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 42);
    const auto before = ERR_peek_last_error();
    const std::string zero(32, '\0');
    CHECK_FALSE(verification_key::es256(zero, zero));
    CHECK_FALSE(signing_key::from_pem("nothing"));
    CHECK(ERR_peek_last_error() == before);
    CHECK(ERR_get_error() == before);
    CHECK(ERR_peek_error() == 0);
}
