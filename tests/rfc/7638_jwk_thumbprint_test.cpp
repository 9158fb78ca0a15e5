#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "signed.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

TEST_CASE("RFC 9449 §6.1: the example key has the example thumbprint", "[JOSE-19]") {
    const auto key =
        verification_key::es256(*decode_base64url("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"),
                                *decode_base64url("9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"));
    REQUIRE(key);
    CHECK(jwk_thumbprint(*key) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

TEST_CASE("RFC 7638 §3: the thumbprint is over the required members in lexicographic order",
          "[JOSE-19]") {
    CHECK(jwk_thumbprint(example_key().public_key()) ==
          base64url(as_view(sha256(R"({"crv":"P-256","kty":"EC",)"
                                   R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                   R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})"))));
}

TEST_CASE("RFC 7638 §3.1: the example RSA key has the example thumbprint, whichever it is for",
          "[JOSE-19]") {
    const auto n = *decode_base64url(
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJ"
        "ECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW"
        "2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQ"
        "Fh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw");
    const auto e = *decode_base64url("AQAB");
    CHECK(jwk_thumbprint(*verification_key::rs256(n, e)) ==
          "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    CHECK(jwk_thumbprint(*verification_key::ps256(n, e)) ==
          "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    CHECK(jwk_thumbprint(*verification_key::rs256('\0' + n, '\0' + e)) ==
          "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST_CASE("RFC 8037 A.3: the example Ed25519 key has the example thumbprint", "[JOSE-19]") {
    const auto key =
        verification_key::eddsa(*decode_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
    REQUIRE(key);
    CHECK(jwk_thumbprint(*key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST_CASE("RFC 7638 §3.2: a P-384 key is named by crv, kty, x and y", "[JOSE-19]") {
    const auto& key = key_for(signature_algorithm::es384).public_key();
    CHECK(jwk_thumbprint(key) ==
          base64url(as_view(sha256(R"({"crv":"P-384","kty":"EC","x":")" + base64url(key.x()) +
                                   R"(","y":")" + base64url(key.y()) + "\"}"))));
}
