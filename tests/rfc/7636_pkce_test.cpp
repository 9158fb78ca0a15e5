#include "mcp_oauth/rfc/7636_pkce.hpp"

#include <string>
#include <type_traits>

#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

// RFC 7636 appendix B.
constexpr std::string_view verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

std::string verify(std::string_view sent, std::string_view bound) {
    return refused(verify_pkce(*code_verifier::parse(sent), *code_challenge::parse(bound)));
}

bool is_unreserved(char c) { return is_base64url(c) || c == '.' || c == '~'; }

} // namespace

static_assert(!std::is_default_constructible_v<pkce_proof>);
static_assert(!std::is_aggregate_v<pkce_proof>);
static_assert(!std::is_copy_constructible_v<code_verifier>);

TEST_CASE("RFC 7636 appendix B: the example verifier proves the example challenge",
          "[PKCE-03][OA21-CODE-08]") {
    CHECK(verify(verifier, challenge) == "accepted");
}

TEST_CASE("OAuth 2.1 §4.1: the example verifier of 56 characters proves its challenge",
          "[PKCE-03]") {
    CHECK(verify("3641a2d12d66101249cdf7a79c000c1f8c05d2aafcf14bf146497bed",
                 "6fdkQaPm51l13DSukcAH3Mdx7_ntecHYd1vi3n0hMZY") == "accepted");
}

TEST_CASE("RFC 7636 §4.6: values that are not equal are answered with invalid_grant",
          "[PKCE-06][OA21-CODE-08][ATK-AZ-02]") {
    // "If the values are not equal, an error response indicating "invalid_grant" as described in
    //  Section 5.2 of [RFC6749] MUST be returned."
    constexpr auto mismatch = "invalid_grant: code_verifier does not match";
    CHECK(verify("3641a2d12d66101249cdf7a79c000c1f8c05d2aafcf14bf146497bed", challenge) ==
          mismatch);
    CHECK(verify(std::string{verifier} + "A", challenge) == mismatch);
    auto other_case = std::string{verifier};
    other_case[0] = 'D';
    CHECK(verify(other_case, challenge) == mismatch);
}

TEST_CASE("RFC 7636 §7.2: the challenge itself is no verifier, plain does not exist",
          "[PKCE-07][ATK-AZ-04]") {
    CHECK(verify(challenge, challenge) == "invalid_grant: code_verifier does not match");
}

TEST_CASE("RFC 7636 §4.1: a verifier has 43 to 128 characters", "[PKCE-01]") {
    constexpr auto outside = "invalid_request: code_verifier must be 43 to 128 characters";
    CHECK(refused(code_verifier::parse("")) == outside);
    CHECK(refused(code_verifier::parse(std::string(42, 'a'))) == outside);
    CHECK(refused(code_verifier::parse(std::string(43, 'a'))) == "accepted");
    CHECK(refused(code_verifier::parse(std::string(128, 'a'))) == "accepted");
    CHECK(refused(code_verifier::parse(std::string(129, 'a'))) == outside);
}

TEST_CASE("RFC 7636 §4.1: a verifier consists of unreserved characters, every octet tried",
          "[PKCE-01]") {
    for (int octet = 0; octet < 256; ++octet) {
        const char c = static_cast<char>(octet);
        std::string text(43, 'a');
        text[21] = c;
        CAPTURE(octet);
        CHECK(code_verifier::parse(text).has_value() == is_unreserved(c));
    }
}

TEST_CASE("RFC 7636 §4.2: an S256 challenge has exactly 43 characters of base64url", "[PKCE-02]") {
    constexpr auto length = "invalid_request: code_challenge must be 43 characters";
    CHECK(refused(code_challenge::parse(std::string(42, 'A'))) == length);
    CHECK(refused(code_challenge::parse(std::string(43, 'A'))) == "accepted");
    CHECK(refused(code_challenge::parse(std::string(44, 'A'))) == length);
    CHECK(refused(code_challenge::parse(std::string(43, 'A') + "=")) == length);
    CHECK(refused(code_challenge::parse(std::string(128, 'A'))) == length);
    for (int octet = 0; octet < 256; ++octet) {
        std::string text(43, 'A');
        text[21] = static_cast<char>(octet);
        CAPTURE(octet);
        CHECK(code_challenge::parse(text).has_value() == is_base64url(text[21]));
    }
}

TEST_CASE("RFC 4648 §3.5: a challenge has one spelling, its unused bits are zero", "[PKCE-02]") {
    int accepted = 0;
    for (int octet = 0; octet < 256; ++octet) {
        std::string text{challenge};
        text.back() = static_cast<char>(octet);
        accepted += code_challenge::parse(text).has_value() ? 1 : 0;
    }
    CHECK(accepted == 16);
    CHECK(refused(code_challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN")) ==
          "invalid_request: code_challenge is not canonical base64url");
}

TEST_CASE("RFC 7636 §4.4.1: a request without a challenge is answered with invalid_request",
          "[PKCE-05][OA21-AUTHZ-14][MCP-AZR-02][ATK-AZ-03]") {
    // "If the client does not send the code_challenge in the request […] the authorization server
    //  MUST return the authorization error response with the error value set to invalid_request."
    constexpr auto missing = "invalid_request: code_challenge is required";
    CHECK(refused(code_challenge::from_request({}, {})) == missing);
    CHECK(refused(code_challenge::from_request({}, "S256")) == missing);
    CHECK(refused(code_challenge::from_request(challenge, "S256")) == "accepted");
}

TEST_CASE("RFC 7636 §4.3: an absent method means plain, and is refused with it",
          "[PKCE-05][PKCE-08][OA21-AUTHZ-15][MCP-AZR-03][ATK-AZ-04]") {
    CHECK(refused(code_challenge::from_request(challenge, {})) ==
          "invalid_request: code_challenge_method must be S256");
    constexpr auto unsupported = "invalid_request: code_challenge_method is not supported";
    for (const auto method : {"plain", "s256", "S256 ", " S256", "S2560", "S512", "none"}) {
        CAPTURE(method);
        CHECK(refused(code_challenge::from_request(challenge, method)) == unsupported);
    }
}

TEST_CASE("RFC 7636 §4.3: the challenge of a request is checked like any other", "[PKCE-02]") {
    const auto parsed = code_challenge::from_request(challenge, "S256");
    REQUIRE(parsed);
    CHECK(parsed->view() == challenge);
    CHECK(*parsed == *code_challenge::parse(challenge));
    CHECK(refused(code_challenge::from_request("short", "S256")) ==
          "invalid_request: code_challenge must be 43 characters");
    CHECK(refused(code_challenge::from_request(std::string(42, 'A') + '+', "S256")) ==
          "invalid_request: code_challenge is not base64url");
}
