#include "mcp_oauth/rfc/7009_revocation.hpp"

#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

expected<revocation_request, error> parse(std::string_view body) {
    return revocation_request::parse(*parameters::parse(body, {}));
}

} // namespace

TEST_CASE("RFC 7009 §2.1: the example request names a token and a hint", "[REV-01][REV-05]") {
    const auto request = parse("token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token");
    REQUIRE(request);
    CHECK(request->token.reveal() == "45ghiukldjahdnhzdauz");
    CHECK(request->hint == token_type_hint::refresh_token);
    CHECK(parse("token=a&token_type_hint=access_token")->hint == token_type_hint::access_token);
}

TEST_CASE("RFC 7009 §2.1: a request without a token is invalid", "[REV-01]") {
    constexpr auto missing = "invalid_request: token is required";
    CHECK(refused(parse("")) == missing);
    CHECK(refused(parse("token=")) == missing);
    CHECK(refused(parse("Token=a")) == missing);
    CHECK(refused(parse("token_type_hint=refresh_token")) == missing);
}

TEST_CASE("RFC 7009 §2.2: an unknown hint is ignored", "[REV-05]") {
    for (const auto body :
         {"token=a", "token=a&token_type_hint=", "token=a&token_type_hint=id_token",
          "token=a&token_type_hint=Access_Token"}) {
        CAPTURE(body);
        REQUIRE(parse(body));
        CHECK_FALSE(parse(body)->hint);
    }
}

TEST_CASE("RFC 6749 §3.1: a repeated parameter is an error here too", "[OA21-TOK-04]") {
    constexpr auto repeated = "invalid_request: a parameter is repeated";
    CHECK(refused(parse("token=a&token=b")) == repeated);
    CHECK(refused(parse("token=a&x=1&x=2")) == repeated);
    CHECK(refused(parse("token=a&token_type_hint=access_token&token_type_hint=access_token")) ==
          repeated);
}
