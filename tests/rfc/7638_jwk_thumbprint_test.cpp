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
