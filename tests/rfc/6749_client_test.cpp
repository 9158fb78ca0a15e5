#include "mcp_oauth/rfc/6749_client.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

TEST_CASE("RFC 7591 §2: each authentication method has its registered name, to the letter",
          "[OA21-CLI-05][OA21-GEN-02]") {
    for (const auto method :
         {client_authentication_method::none, client_authentication_method::client_secret_basic,
          client_authentication_method::client_secret_post})
        CHECK(client_authentication_method_from(name(method)) == method);
    CHECK(name(client_authentication_method::none) == "none");
    CHECK(name(client_authentication_method::client_secret_basic) == "client_secret_basic");
    CHECK(name(client_authentication_method::client_secret_post) == "client_secret_post");
    for (const auto unknown : {"", "None", "NONE", "client_secret_jwt", "tls_client_auth"})
        CHECK_FALSE(client_authentication_method_from(unknown));
}

TEST_CASE(
    "OAuth 2.1 §2: a client without a secret is public, and uses the grant types it registered",
    "[OA21-CLI-01][OA21-TOK-05]") {
    client c;
    CHECK(c.is_public());
    CHECK(c.may_use("authorization_code"));
    CHECK(c.may_use("refresh_token"));
    CHECK_FALSE(c.may_use("client_credentials"));
    CHECK_FALSE(c.may_use("Authorization_Code"));
    CHECK_FALSE(c.may_use(""));
    c.method = client_authentication_method::client_secret_post;
    CHECK_FALSE(c.is_public());
}
