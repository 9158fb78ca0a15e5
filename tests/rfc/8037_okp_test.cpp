#include "mcp_oauth/rfc/8037_okp.hpp"

#include <string>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/rfc/7517_jwk.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

// RFC 8037 appendix A.1.
const std::string x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const std::string d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const std::string signing_input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
const std::string signature =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

bool is_key(const std::string& json) {
    const auto document = json_document::parse(json);
    REQUIRE(document);
    return parse_okp_key(document->root()).has_value();
}

} // namespace

TEST_CASE("RFC 8037 A.4, A.5: the example key makes and verifies the example signature",
          "[JOSE-11]") {
    const auto document = json_document::parse(R"({"kty":"OKP","crv":"Ed25519","x":")" + x + "\"}");
    const auto key = parse_okp_key(document->root());
    REQUIRE(key);
    CHECK(key->verify(signing_input, *decode_base64url(signature)));
    const auto own =
        parse_private_jwk(R"({"kty":"OKP","crv":"Ed25519","d":")" + d + R"(","x":")" + x + "\"}");
    REQUIRE(own);
    CHECK(own->algorithm() == signature_algorithm::eddsa);
    CHECK(base64url(*own->sign(signing_input)) == signature);
}

TEST_CASE("RFC 8037 §2: crv is Ed25519 and x has 32 octets in strict base64url", "[JOSE-11]") {
    CHECK(is_key(R"({"crv":"Ed25519","x":")" + x + "\"}"));
    for (const auto other : {"Ed448", "X25519", "X448", "P-256", "ed25519", ""})
        CHECK_FALSE(is_key(R"({"crv":")" + std::string{other} + R"(","x":")" + x + "\"}"));
    for (const std::string& bad : {std::string{}, x + '=', x.substr(1), x + 'A', 'A' + x,
                                   std::string(43, 'A'), x.substr(0, 42) + 'p'})
        CHECK_FALSE(is_key(R"({"crv":"Ed25519","x":")" + bad + "\"}"));
    CHECK_FALSE(is_key(R"({"crv":"Ed25519"})"));
    CHECK_FALSE(is_key("[]"));
}
