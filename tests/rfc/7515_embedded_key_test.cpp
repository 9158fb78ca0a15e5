// JWS that bring their key along, as DPoP proofs do.

#include <string>

#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "signed.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::string_literals;

namespace {

jws_use proof() {
    jws_use use;
    use.algorithms = algorithm_set::all();
    use.types = {"dpop+jwt"};
    use.jwk = jws_use::embedded_key::required;
    return use;
}

expected<verified_jws, jws_fault> proven_by(const std::string& text) {
    return verify_embedded_jws(text, proof());
}

// `fine`, or the fault.
template <class T> std::string verdict(const expected<T, jws_fault>& outcome) {
    return outcome ? "fine" : std::string{name(outcome.error())};
}
std::string header(std::string_view json) {
    return verdict(jose_header::parse(base64url(json), proof()));
}

std::string es256_jwk(const signing_key& key) {
    return R"({"kty":"EC","crv":"P-256","x":")" + base64url(key.public_key().x()) + R"(","y":")" +
           base64url(key.public_key().y()) + "\"}";
}

} // namespace

TEST_CASE("RFC 9449 §4.2: a proof brings its public key, which fits its algorithm",
          "[DPOP-03][DPOP-04][ATK-DP-05][JOSE-06]") {
    const auto& key = example_key();
    const auto bearing = [](const std::string& alg, const std::string& jwk) {
        return R"({"typ":"dpop+jwt","alg":")" + alg + R"(","jwk":)" + jwk + "}";
    };
    const auto jwk = es256_jwk(key);
    const auto verified = proven_by(signed_token(bearing("ES256", jwk), "{}"));
    REQUIRE(verified);
    CHECK(verified->payload() == "{}");
    CHECK(jwk_thumbprint(verified->key()) == jwk_thumbprint(key.public_key()));
    const auto stranger = *signing_key::generate_es256();
    CHECK(verdict(proven_by(signed_token(bearing("ES256", jwk), "{}", stranger))) ==
          "bad_signature");

    const auto with_d =
        jwk.substr(0, jwk.size() - 1) + R"(,"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})";
    CHECK(header(bearing("ES256", with_d)) == "refused_header");
    CHECK(header(bearing("ES384", jwk)) == "refused_header");
    CHECK(header(bearing("RS256", jwk)) == "refused_header");
    CHECK(header(bearing("HS256", R"({"kty":"oct","k":"AAAA"})")) == "wrong_algorithm");
    CHECK(header(bearing("ES256", R"({"kty":"oct","k":"AAAA"})")) == "refused_header");
    CHECK(header(bearing("ES256", "1")) == "refused_header");
    CHECK(header(R"({"typ":"dpop+jwt","alg":"ES256"})") == "refused_header");
    CHECK(header(R"({"typ":"at+jwt","alg":"ES256","jwk":)" + jwk + "}") == "wrong_type");
}

TEST_CASE("RFC 9449 §4.2: a proof may be signed with each algorithm that its use allows",
          "[DPOP-03][JOSE-11][JOSE-10]") {
    for (const auto algorithm : all_signature_algorithms) {
        CAPTURE(name(algorithm));
        const auto& key = key_for(algorithm);
        key_set set;
        set.add({}, key.public_key());
        const auto text = set.text(); // {"keys":[…]}
        auto jwk = text.substr(9, text.size() - 11);
        const auto proven = [&](const std::string& member) {
            return proven_by(signed_token(R"({"typ":"dpop+jwt","alg":")" +
                                              std::string{name(algorithm)} + R"(","jwk":)" +
                                              member + "}",
                                          "{}", key));
        };
        CHECK(proven(jwk));
        // As clients write it: without alg and use. An RSA key is then for the header's alg.
        CHECK(proven(jwk.substr(0, jwk.find(R"(,"use")")) + "}"));
    }
}

TEST_CASE("RFC 9449 §4.1, §5, §7: the three example proofs verify", "[DPOP-03]") {
    const auto head =
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0"
        "VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10"
        "NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19."s;
    for (const auto& rest :
         {"eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1"
          "wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ."
          "2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"s,
          "eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1"
          "wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjY1Mjk2fQ."
          "pAqut2IRDm_De6PR93SYmGBPXpwrAk90e8cP2hjiaG5QsGSuKDYW7_X620BxqhvYC8ynrrvZLTk41mSRroapUA"s,
          "eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGF"
          "tcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNT"
          "NFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9."
          "2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpL"
          "jA"s}) {
        const auto verified = proven_by(head + rest);
        REQUIRE(verified);
        CHECK(jwk_thumbprint(verified->key()) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }
}
