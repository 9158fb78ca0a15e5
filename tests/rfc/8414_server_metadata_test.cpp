#include "mcp_oauth/rfc/8414_server_metadata.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

using paths = std::vector<std::string>;

bool is_issuer(std::string_view text) { return issuer_identifier::parse(text).has_value(); }

paths paths_of(std::string_view issuer) {
    return server_metadata_paths(*issuer_identifier::parse(issuer));
}

server_capabilities everything() {
    server_capabilities server;
    server.issuer = "https://a.example";
    server.authorization_endpoint = "https://a.example/authorize";
    server.token_endpoint = "https://a.example/token";
    server.jwks_uri = "https://a.example/jwks";
    server.registration_endpoint = "https://a.example/register";
    server.revocation_endpoint = "https://a.example/revoke";
    server.introspection_endpoint = "https://a.example/introspect";
    server.scopes_supported = {"mcp", "offline_access"};
    server.protected_resources = {"https://a.example/mcp"};
    server.service_documentation = "https://a.example/docs";
    server.policy_uri = "https://a.example/policy";
    server.tos_uri = "https://a.example/tos";
    return server;
}

} // namespace

TEST_CASE("RFC 8414 §2: an issuer is an https URL without query, fragment or trailing slash",
          "[ASM-01][ASM-12][MCP-ASM-07][ISS-02][OA21-GEN-01]") {
    for (const auto good :
         {"https://a.example", "https://a.example/t1", "https://a.example:8443/t/1",
          "https://A.example", "https://a.example:443"}) {
        CAPTURE(good);
        REQUIRE(is_issuer(good));
        CHECK(issuer_identifier::parse(good)->text() == good);
    }
    for (const auto bad :
         {"", "a.example", "//a.example", "https://", "https:///t1", "https:a.example",
          "https://a.example?", "https://a.example/t1?x=1", "https://a.example#",
          "https://a.example/t1#x", "https://user@a.example", "http://a.example", "ftp://a.example",
          "urn:a", "https://a.example/", "https://a.example/t1/", "https://a.example/t 1",
          "https://a.example\\t1"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_issuer(bad));
    }
}

TEST_CASE("an http issuer is for development on this machine", "[OA21-GEN-01][ASM-01]") {
    for (const auto good : {"http://127.0.0.1:8080", "http://localhost", "http://[::1]:1/t1"})
        CHECK(is_issuer(good));
    for (const auto bad : {"http://127.0.0.1/", "http://127.0.0.1.evil.example",
                           "http://localhost.", "http://10.0.0.1", "http://user@127.0.0.1"})
        CHECK_FALSE(is_issuer(bad));
}

TEST_CASE("RFC 8414 §3.1: an issuer without a path has two locations",
          "[ASM-02][OIDCD-01][MCP-ASM-03][MCP-ASM-05]") {
    CHECK(paths_of("https://h") ==
          paths{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"});
}

TEST_CASE("RFC 8414 §5: an issuer with a path is found by insertion and by appending",
          "[ASM-02][OIDCD-01][MCP-ASM-02][MCP-ASM-04]") {
    CHECK(paths_of("https://h/t1") == paths{"/.well-known/oauth-authorization-server/t1",
                                            "/.well-known/openid-configuration/t1",
                                            "/t1/.well-known/openid-configuration",
                                            "/t1/.well-known/oauth-authorization-server"});
    CHECK(paths_of("https://h/api/auth") ==
          paths{"/.well-known/oauth-authorization-server/api/auth",
                "/.well-known/openid-configuration/api/auth",
                "/api/auth/.well-known/openid-configuration",
                "/api/auth/.well-known/oauth-authorization-server"});
}

TEST_CASE("RFC 8414 §2: the document of a server that serves everything",
          "[ASM-01][ASM-03][ASM-04][ASM-05][ASM-06][ASM-07][ASM-08][ISS-03][OIDCD-03][OIDCD-05]"
          "[MCP-ASM-08][MCP-ASM-09][MCP-ASM-10][MCP-ASM-12][MCP-ASM-15][MCP-ASM-16][PRM-13]"
          "[OA21-AUTHZ-27][BCP-17][MCP-ASM-01]") {
    CHECK(server_metadata(everything()) ==
          R"({"issuer":"https://a.example",)"
          R"("authorization_endpoint":"https://a.example/authorize",)"
          R"("token_endpoint":"https://a.example/token",)"
          R"("jwks_uri":"https://a.example/jwks",)"
          R"("registration_endpoint":"https://a.example/register",)"
          R"("revocation_endpoint":"https://a.example/revoke",)"
          R"("introspection_endpoint":"https://a.example/introspect",)"
          R"("scopes_supported":["mcp","offline_access"],)"
          R"("response_types_supported":["code"],)"
          R"("response_modes_supported":["query"],)"
          R"("grant_types_supported":["authorization_code","refresh_token"],)"
          R"("token_endpoint_auth_methods_supported":)"
          R"(["none","client_secret_basic","client_secret_post"],)"
          R"("revocation_endpoint_auth_methods_supported":)"
          R"(["none","client_secret_basic","client_secret_post"],)"
          R"("introspection_endpoint_auth_methods_supported":)"
          R"(["client_secret_basic","client_secret_post"],)"
          R"("code_challenge_methods_supported":["S256"],)"
          R"("authorization_response_iss_parameter_supported":true,)"
          R"("protected_resources":["https://a.example/mcp"],)"
          R"("subject_types_supported":["public"],)"
          R"("id_token_signing_alg_values_supported":["ES256"],)"
          R"("request_parameter_supported":false,)"
          R"("request_uri_parameter_supported":false,)"
          R"("service_documentation":"https://a.example/docs",)"
          R"("op_policy_uri":"https://a.example/policy",)"
          R"("op_tos_uri":"https://a.example/tos"})");
}

TEST_CASE("RFC 8414 §3.2: what is not served is not advertised, and empty lists are left out",
          "[ASM-03][ASM-11][MCP-ASM-14]") {
    // "Claims with zero elements MUST be omitted from the response."
    server_capabilities server;
    server.issuer = "https://a.example";
    server.token_endpoint = "https://a.example/token";
    server.grant_types = {"client_credentials"};
    server.response_types.clear();
    server.response_modes.clear();
    server.code_challenge_methods.clear();
    server.subject_types.clear();
    server.id_token_signing_algorithms.clear();
    server.token_endpoint_auth_methods = {client_authentication_method::client_secret_post};
    server.iss_in_responses = false;
    CHECK(server_metadata(server) ==
          R"({"issuer":"https://a.example",)"
          R"("token_endpoint":"https://a.example/token",)"
          R"("grant_types_supported":["client_credentials"],)"
          R"("token_endpoint_auth_methods_supported":["client_secret_post"],)"
          R"("authorization_response_iss_parameter_supported":false,)"
          R"("request_parameter_supported":false,)"
          R"("request_uri_parameter_supported":false})");
}

TEST_CASE("RFC 7662 §4: public clients cannot introspect, and none is not advertised for it",
          "[ASM-06][INT-02]") {
    server_capabilities server;
    server.issuer = "https://a.example";
    server.introspection_endpoint = "https://a.example/introspect";
    server.token_endpoint_auth_methods = {client_authentication_method::none};
    CHECK(server_metadata(server).find("introspection_endpoint_auth_methods_supported") ==
          std::string::npos);
}
