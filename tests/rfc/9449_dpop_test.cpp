#include "mcp_oauth/rfc/9449_dpop.hpp"

#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "proofs.hpp"
#include "refused.hpp"
#include "signed.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

// RFC 9449 §4 to §7.
const std::string rfc_header =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNo"
    "UklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERW"
    "clUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19";
const std::string rfc_token_proof =
    rfc_header +
    ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGU"
    "uY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbd"
    "LXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
const std::string rfc_refresh_proof =
    rfc_header +
    ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGU"
    "uY29tL3Rva2VuIiwiaWF0IjoxNTYyMjY1Mjk2fQ.pAqut2IRDm_De6PR93SYmGBPXpwrAk90e8cP2hjiaG5QsGSuKDYW"
    "7_X620BxqhvYC8ynrrvZLTk41mSRroapUA";
const std::string rfc_resource_proof =
    rfc_header +
    ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGx"
    "lLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0J"
    "iMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyV"
    "nmcw6Fy1dqd-jfxSYoMxhAJpLjA";
const std::string rfc_access_token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
const std::string rfc_thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

constexpr std::int64_t noon = 1'700'000'000;
const dpop_target token_url = *dpop_target::parse("https://as.example/token");

http_request bearing(std::vector<std::string> values) {
    http_request request;
    request.method = "POST";
    for (auto& value : values) request.headers.push_back({"DPoP", std::move(value)});
    return request;
}
dpop_expectations usual(const dpop_target& target = token_url) {
    dpop_expectations expected{"POST", target, from_unix_seconds(noon), 300s, {}, {}, {}};
    expected.algorithms = algorithm_set::all();
    return expected;
}
template <class T> std::string verdict(const expected<T, dpop_refusal>& outcome) {
    if (outcome) return "fine";
    CHECK(is_public(outcome.error().description.view()));
    return std::string{name(outcome.error().fault)};
}
std::string verdict_on(const std::string& proof, const dpop_expectations& expected = usual()) {
    return verdict(verify_dpop_proof(bearing({proof}), expected));
}
proofs::claims good() { return {"POST", "https://as.example/token", noon, "jti-1", {}}; }
// A proof with everything right but what `change` does.
template <class Change> std::string proof_but(Change change) {
    auto claims = good();
    change(claims);
    return proofs::proof(example_key(), claims);
}
std::string with_payload(std::string_view payload) {
    return proofs::signed_by(example_key(), proofs::header_of(example_key()), payload);
}

} // namespace

TEST_CASE("RFC 9449 §5: the proofs of the document are right for their requests and their times",
          "[rfc][DPOP-16][DPOP-23]") {
    const auto server = *dpop_target::parse("https://server.example.com/token");
    auto expected = usual(server);
    expected.now = from_unix_seconds(1562262616);
    const auto first = verify_dpop_proof(bearing({rfc_token_proof}), expected);
    REQUIRE(verdict(first) == "fine");
    CHECK(first->thumbprint() == rfc_thumbprint);
    CHECK(first->expires_at() == from_unix_seconds(1562262616 + 300));
    CHECK(verdict_on(rfc_refresh_proof, expected) == "dpop_out_of_time");
    expected.now = from_unix_seconds(1562265296);
    const auto second = verify_dpop_proof(bearing({rfc_refresh_proof}), expected);
    REQUIRE(verdict(second) == "fine");
    // The document uses one `jti` twice, and a replay cache takes the second for the first.
    CHECK(first->replay_digest() == second->replay_digest());

    const auto resource = *dpop_target::parse("https://resource.example.org/protectedresource");
    auto at_resource = usual(resource);
    at_resource.method = "GET";
    at_resource.now = from_unix_seconds(1562262618);
    at_resource.access_token = rfc_access_token;
    const auto third = verify_dpop_proof(bearing({rfc_resource_proof}), at_resource);
    REQUIRE(verdict(third) == "fine");
    CHECK(third->thumbprint() == rfc_thumbprint);
}

TEST_CASE("RFC 9449 §4.3: exactly one field with exactly one proof", "[rfc][DPOP-01][ATK-DP-04]") {
    const auto proof = proof_but([](auto&) {});
    CHECK(verdict_on(proof) == "fine");
    const auto of = [](std::vector<std::string> values) {
        return verdict(verify_dpop_proof(bearing(std::move(values)), usual()));
    };
    CHECK(of({}) == "dpop_missing");
    CHECK(of({proof, proof}) == "dpop_repeated");
    CHECK(of({proof, ""}) == "dpop_repeated");
    for (const auto& bad :
         {""s, " "s, proof + ", " + proof, proof + "," + proof, proof + " ", " " + proof,
          "garbage"s, "a.b"s, proof + ".x", proof + "=", std::string(largest_dpop_proof + 1, 'a')})
        CHECK(of({bad}) == "dpop_malformed");
}

TEST_CASE("RFC 9449 §4.2: no other kind of JWT is a proof, whoever signed it",
          "[rfc][DPOP-02][DPOP-27][JBCP-08][ATK-TK-21]") {
    const auto typed = [](const std::string& typ) {
        auto header = proofs::header_of(example_key());
        header.replace(header.find("dpop+jwt"), 8, typ);
        return verdict_on(proofs::signed_by(example_key(), header, good().text()));
    };
    CHECK(typed("dpop+jwt") == "fine");
    for (const auto* const other : {"JWT", "at+jwt", "dpop", "dpop+jwt2", ""})
        CHECK(typed(other) == "dpop_wrong_type");
    auto without = proofs::header_of(example_key());
    without.replace(without.find(R"("typ":"dpop+jwt",)"), 17, "");
    CHECK(verdict_on(proofs::signed_by(example_key(), without, good().text())) ==
          "dpop_wrong_type");
}

TEST_CASE("RFC 9449 §4.3: the key is public, asymmetric, allowed, and made the signature",
          "[rfc][DPOP-03][DPOP-04][ATK-DP-05]") {
    for (const auto algorithm : all_signature_algorithms) {
        const auto proof = proofs::proof(key_for(algorithm), good());
        CHECK(verdict_on(proof) == "fine");
        auto picky = usual();
        picky.algorithms = {algorithm == signature_algorithm::es256 ? signature_algorithm::eddsa
                                                                    : signature_algorithm::es256};
        CHECK(verdict_on(proof, picky) == "dpop_wrong_algorithm");
    }
    const auto headed = [](const std::string& header) {
        return verdict_on(proofs::signed_by(example_key(), header, good().text()));
    };
    const auto jwk = proofs::jwk_of(example_key().public_key());
    for (const auto* const alg : {"none", "HS256", "es256", "ES512"})
        CHECK(headed(R"({"typ":"dpop+jwt","alg":")"s + alg + R"(","jwk":)" + jwk + "}") ==
              "dpop_wrong_algorithm");
    const auto private_one = jwk.substr(0, jwk.size() - 1) + R"(,"d":"AQAB"})";
    for (const auto& bad : {private_one, R"({"kty":"oct","k":"AQAB"})"s, "{}"s, "null"s,
                            proofs::jwk_of(key_for(signature_algorithm::eddsa).public_key())})
        CHECK(headed(R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" + bad + "}") ==
              "dpop_refused_header");
    CHECK(headed(R"({"typ":"dpop+jwt","alg":"ES256"})") == "dpop_refused_header");
    const auto of_another = proofs::header_of(key_for(signature_algorithm::es256));
    CHECK(headed(of_another) == "dpop_bad_signature");
}

TEST_CASE("RFC 9449 §4.2: the four claims are there, each of its type", "[rfc][DPOP-05]") {
    const auto* const rest = R"("htm":"POST","htu":"https://as.example/token","iat":1700000000)";
    CHECK(verdict_on(with_payload(R"({"jti":"x",)"s + rest + "}")) == "fine");
    for (const auto* const bad :
         {R"({"htm":"POST","htu":"https://as.example/token","iat":1700000000})",
          R"({"jti":"x","htu":"https://as.example/token","iat":1700000000})",
          R"({"jti":"x","htm":"POST","iat":1700000000})",
          R"({"jti":"x","htm":"POST","htu":"https://as.example/token"})",
          R"({"jti":"","htm":"POST","htu":"https://as.example/token","iat":1700000000})",
          R"({"jti":7,"htm":"POST","htu":"https://as.example/token","iat":1700000000})",
          R"({"jti":"x","htm":["POST"],"htu":"https://as.example/token","iat":1700000000})",
          R"({"jti":"x","htm":"POST","htu":["https://as.example/token"],"iat":1700000000})",
          R"({"jti":"x","htm":"POST","htu":"https://as.example/token","iat":"1700000000"})",
          R"({"jti":"x","htm":"POST","htu":"https://as.example/token","iat":-1})",
          R"({"jti":"x","jti":"y","htm":"POST","htu":"https://as.example/token","iat":1700000000})",
          R"({"jti":"x","htm":"POST","htu":"https://as.example/token","iat":1700000000,"ath":1})",
          R"({"jti":"x","htm":"POST","htu":"https://as.example/token","iat":1700000000,"nonce":1})",
          "[]", "\"x\"", ""})
        CHECK(verdict_on(with_payload(bad)) == "dpop_malformed");
}

TEST_CASE("A `jti` has a largest size, and a record of it always has the same",
          "[rfc][DPOP-10][ATK-DP-10]") {
    const auto with = [](std::size_t size) {
        return verdict_on(proof_but([&](auto& c) { c.jti.assign(size, 'j'); }));
    };
    CHECK(with(1) == "fine");
    CHECK(with(largest_dpop_jti) == "fine");
    CHECK(with(largest_dpop_jti + 1) == "dpop_malformed");
    CHECK(with(100'000) == "dpop_malformed");
}

TEST_CASE("RFC 9449 §4.3: a proof is for one method, spelled exactly so",
          "[rfc][DPOP-06][DPOP-27][ATK-DP-02]") {
    for (const auto* const other : {"GET", "post", "POST ", "PUT"})
        CHECK(verdict_on(proof_but([&](auto& c) { c.htm = other; })) == "dpop_wrong_method");
}

TEST_CASE("RFC 9449 §4.3: a proof is for one URL, however that is spelled",
          "[rfc][DPOP-07][DPOP-27][ATK-DP-02][T-28]") {
    const auto named = [](const std::string& htu, const char* url = "https://as.example/token") {
        const auto target = *dpop_target::parse(url);
        return verdict_on(proof_but([&](auto& c) { c.htu = htu; }), usual(target));
    };
    for (const auto* const same :
         {"https://as.example/token", "HTTPS://AS.example/token", "https://as.example:443/token",
          "https://as.example/tok%65n", "https://as.example/token?x=1",
          "https://as.example/token#x", "https://as.example/token?x=https://other.example/#y"})
        CHECK(named(same) == "fine");
    for (const auto* const other : {"https://as.example/token/",
                                    "https://as.example/Token",
                                    "https://as.example/toke",
                                    "https://as.example/tokens",
                                    "https://as.example/",
                                    "https://as.example",
                                    "http://as.example/token",
                                    "https://as.example:444/token",
                                    "https://evil.example/token",
                                    "https://as.example.evil.example/token",
                                    "https://user@as.example/token",
                                    "https://as.example/x/../token",
                                    "https://as.example//token",
                                    "/token",
                                    "token",
                                    "https:/as.example/token",
                                    "https://as.example/token%00",
                                    "https://as.example/%zz",
                                    "https://as.example\\\\token",
                                    " https://as.example/token"})
        CHECK(named(other) != "fine");
    CHECK(named("https://as.example", "https://as.example/") == "fine");
    CHECK(named("https://as.example/", "https://as.example") == "fine");
    CHECK(named("https://as.example/a%2fb", "https://as.example/a%2Fb") == "fine");
    CHECK(named("https://as.example/a/b", "https://as.example/a%2Fb") == "dpop_wrong_url");
    CHECK(named("http://127.0.0.1:8080/mcp", "http://127.0.0.1:8080/mcp?tenant=1") == "fine");
    for (const auto* const bad : {"", "as.example", "https:///token", "ftp://as.example/",
                                  "https://user@as.example/", "mailto:a@b"})
        CHECK_FALSE(dpop_target::parse(bad));
}

TEST_CASE("RFC 9449 §11.1: a proof is good for a short time, before and after its `iat`",
          "[rfc][DPOP-09][MCP-DPOP-04][ATK-DP-03]") {
    const auto read_at = [](milliseconds after) {
        auto expected = usual();
        expected.now = from_unix_seconds(noon) + after;
        return verdict_on(proof_but([](auto&) {}), expected);
    };
    for (const milliseconds good : {0ms, 299'999ms, -300'000ms}) CHECK(read_at(good) == "fine");
    for (const milliseconds bad : {300'000ms, -300'001ms, 86'400'000ms, -86'400'000ms})
        CHECK(read_at(bad) == "dpop_out_of_time");
}

TEST_CASE("RFC 9449 §4.3: at a resource a proof names the token that it comes with",
          "[rfc][DPOP-23][DPOP-27][ATK-DP-06]") {
    const auto presented_with = [](std::string_view token, const std::string& ath) {
        auto expected = usual();
        expected.access_token = token;
        return verdict_on(proof_but([&](auto& c) {
                              if (!ath.empty()) c.more = R"(,"ath":")" + ath + "\"";
                          }),
                          expected);
    };
    CHECK(presented_with("token", proofs::ath_of("token")) == "fine");
    CHECK(presented_with("token", proofs::ath_of("another")) == "dpop_wrong_token");
    CHECK(presented_with("token", proofs::ath_of("token") + "=") == "dpop_wrong_token");
    CHECK(presented_with("token", "") == "dpop_wrong_token");
}

TEST_CASE("RFC 9449 §8: only a proof that is right otherwise is asked for a nonce",
          "[rfc][DPOP-19][DPOP-20][DPOP-21][ATK-DP-07]") {
    auto expected = usual();
    expected.accepts_nonce = [](std::string_view nonce) { return nonce == "fresh"; };
    const auto with = [&](const std::string& more) {
        return verify_dpop_proof(bearing({proof_but([&](auto& c) { c.more = more; })}), expected);
    };
    CHECK(verdict(with(R"(,"nonce":"fresh")")) == "fine");
    CHECK(verdict(with(R"(,"nonce":"old")")) == "dpop_nonce_unknown");
    CHECK(verdict(with("")) == "dpop_nonce_missing");
    CHECK(refusal_code(with("")) == "use_dpop_nonce");
    CHECK(refusal_code(with(R"(,"nonce":"old")")) == "use_dpop_nonce");
    const auto elsewhere = proof_but([](auto& c) { c.htu = "https://evil.example/"; });
    CHECK(verdict_on(elsewhere, expected) == "dpop_wrong_url");
    // Nobody asked for one.
    CHECK(verdict_on(proof_but([](auto& c) { c.more = R"(,"nonce":"x")"; })) == "fine");
}

TEST_CASE("What is not in the document is not looked at", "[rfc][MCP-DPOP-07]") {
    CHECK(verdict_on(proof_but([](auto& c) { c.more = R"(,"content_digest":"x","x":{})"; })) ==
          "fine");
}

TEST_CASE("RFC 9449 §11.1: a proof is told from another by target, key and `jti`",
          "[rfc][DPOP-10]") {
    const auto digest = [](const signing_key& key, const std::string& jti, const char* url) {
        const auto target = *dpop_target::parse(url);
        const auto proof = proofs::proof(key, {"POST", url, noon, jti, {}});
        return verify_dpop_proof(bearing({proof}), usual(target)).value().replay_digest();
    };
    const auto& key = key_for(signature_algorithm::es256);
    const auto one = digest(example_key(), "a", "https://as.example/token");
    CHECK(one == digest(example_key(), "a", "https://AS.example:443/token"));
    CHECK(one != digest(example_key(), "b", "https://as.example/token"));
    CHECK(one != digest(key, "a", "https://as.example/token"));
    CHECK(one != digest(example_key(), "a", "https://as.example/mcp"));
}

TEST_CASE("RFC 9449 §5, §7.1: an invalid proof is called so, and the sentence tells no value",
          "[rfc][DPOP-11][DPOP-25]") {
    for (const auto fault :
         {dpop_fault::missing, dpop_fault::repeated, dpop_fault::malformed,
          dpop_fault::refused_header, dpop_fault::wrong_type, dpop_fault::wrong_algorithm,
          dpop_fault::bad_signature, dpop_fault::wrong_method, dpop_fault::wrong_url,
          dpop_fault::out_of_time, dpop_fault::wrong_token, dpop_fault::replayed})
        CHECK(dpop_refusal{fault}.code == error_code::invalid_dpop_proof);
    for (const auto fault : {dpop_fault::nonce_missing, dpop_fault::nonce_unknown})
        CHECK(dpop_refusal{fault}.code == error_code::use_dpop_nonce);
    CHECK(rules(error_code::invalid_dpop_proof).http_status == 400);
}

TEST_CASE("RFC 9449 §7.1: a challenge lists the algorithms, and what any challenge says",
          "[rfc][DPOP-25][PRM-11]") {
    const bearer_challenge_context context{"https://rs.example/prm", {"mcp"}, {}};
    CHECK(dpop_challenge(context, {signature_algorithm::es256, signature_algorithm::ps256}) ==
          R"(DPoP algs="ES256 PS256", scope="mcp", resource_metadata="https://rs.example/prm")");
    CHECK(dpop_challenge({}, {signature_algorithm::es256}, dpop_refusal{dpop_fault::wrong_url}) ==
          R"(DPoP error="invalid_dpop_proof", error_description="the DPoP proof is invalid", )"
          R"(algs="ES256")");
}

TEST_CASE("RFC 9449 §10: a thumbprint in a request has the form of one", "[rfc][DPOP-17]") {
    CHECK(is_jwk_thumbprint(rfc_thumbprint));
    for (const auto& bad : {""s, rfc_thumbprint + "A", rfc_thumbprint.substr(1),
                            rfc_thumbprint.substr(1) + "=", rfc_thumbprint.substr(1) + " "})
        CHECK_FALSE(is_jwk_thumbprint(bad));
}

TEST_CASE("RFC 9449 §7.1: a bound token comes under its own scheme, in any case",
          "[rfc][DPOP-23][DPOP-26]") {
    const auto token_in = [](std::vector<std::string> values) {
        http_request request;
        for (auto& value : values) request.headers.push_back({"Authorization", std::move(value)});
        const auto found = dpop_token(request);
        if (!found) return "invalid: " + std::string{found.error().wire().name};
        return *found ? std::string{**found} : "none"s;
    };
    CHECK(token_in({}) == "none");
    CHECK(token_in({"DPoP abc"}) == "abc");
    CHECK(token_in({"dpop  abc"}) == "abc");
    CHECK(token_in({"Bearer abc"}) == "none");
    CHECK(token_in({"DPoP"}) == "invalid: invalid_request");
    CHECK(token_in({"DPoP a b"}) == "invalid: invalid_request");
    CHECK(token_in({"DPoP abc", "Bearer abc"}) == "invalid: invalid_request");
}
