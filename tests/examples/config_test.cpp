// What the example server's configuration may say. Scripts depend on the pointers.
#include <algorithm>
#include <string>
#include <utility>

#include "config.hpp"
#include "mcp_oauth/rfc/7518_jwa.hpp"
#include "support/catch.hpp"

using namespace mcp_server;
using mcp_oauth::milliseconds;
using mcp_oauth::seconds;

namespace {

/// The pointer of the fault; "accepted" where there is none.
std::string pointer_of(const std::string& text) {
    try {
        (void)parse_config(text);
        return "accepted";
    } catch (const config_fault& fault) {
        return fault.pointer();
    }
}

std::string problem_of(const std::string& text) {
    try {
        (void)parse_config(text);
        return {};
    } catch (const config_fault& fault) {
        return fault.what();
    }
}

/// A client with `members` beside the ones that are required.
std::string with_client(const std::string& members) {
    return R"({"clients":[{"client_id":"a","redirect_uris":["https://a.example/cb"])" +
           (members.empty() ? "" : "," + members) + "}]}";
}

} // namespace

TEST_CASE("An empty configuration is every default", "[examples][config]") {
    const auto found = parse_config("{}");
    CHECK_FALSE(found.issuer);
    CHECK(found.users.size() == 1);
    CHECK(found.users[0].username == "alice");
    CHECK(found.clients.empty());
    CHECK(found.scopes_supported.size() == 4);
    CHECK(found.cors_allowed_origins == std::vector<std::string>{"*"});
    CHECK_FALSE(found.secrets_file);
    CHECK_FALSE(found.registrations_per_minute);
    CHECK_FALSE(found.failed_secrets_per_minute);
    const auto& policy = found.policy;
    CHECK(policy.access_token.lifetime == seconds{600});
    CHECK(policy.code.lifetime == seconds{60});
    CHECK(policy.refresh.idle == seconds{1209600});
    CHECK(policy.refresh.absolute == seconds{7776000});
    CHECK(policy.refresh.retry_window == seconds{60});
    CHECK(policy.operation_limit == seconds{5});
    CHECK(policy.consent.page_lifetime == seconds{600});
    CHECK(policy.gate.revocation == mcp_oauth::gate_revocation::at_once);
    CHECK(policy.gate.leeway == seconds{0});
    CHECK(policy.resource.missing == mcp_oauth::missing_resource::default_resource);
    CHECK(policy.scope.registered == mcp_oauth::registered_scope::default_only);
    CHECK(policy.refresh.issue == mcp_oauth::refresh_issuance::when_registered);
    CHECK(policy.redirect.localhost_is_loopback);
}

TEST_CASE("The configuration as the documentation shows it is accepted, its comments too",
          "[examples][config]") {
    // Less the features that are not built in, which are named to say that they are off.
    CHECK(pointer_of(R"({
      "issuer": null, "profile": "mcp",   // a comment
      "users": [{"username": "alice", "password": "wonderland"}],
      "clients": [], "scopes_supported": ["mcp", "notes:read", "notes:write", "offline_access"],
      "additional_resources": [],
      "access_token": {"format": "jwt", "signing_algorithm": "ES256", "lifetime_seconds": 600},
      "authorization_code": {"lifetime_seconds": 60},
      "refresh_token": {"idle_lifetime_seconds": 1209600, "absolute_lifetime_seconds": 7776000,
                        "retry_window_seconds": null},
      "registration": {"enabled": true, "initial_access_token": null},
      "client_id_metadata_documents": {"enabled": false, "allow_loopback": false, "ca_file": null},
      "dpop": {"enabled": true, "required": false, "nonces": false},
      "pushed_authorization_requests": {"enabled": false, "required": false},
      "device_authorization": {"enabled": false, "lifetime_seconds": 600, "interval_seconds": 5},
      "limits": {"registrations_per_minute": null, "failed_secrets_per_minute": null},
      "cors_allowed_origins": ["*"], "secrets_file": null
    })") == "accepted");
}

TEST_CASE("Access tokens are signed with any of the algorithms, ES256 where none is named",
          "[examples][config][AT-02]") {
    for (const auto each : mcp_oauth::all_signature_algorithms) {
        const std::string alg{mcp_oauth::name(each)};
        const auto read = parse_config(R"({"access_token":{"signing_algorithm":")" + alg + "\"}}");
        CHECK(read.signing_algorithm == each);
    }
    CHECK(parse_config("{}").signing_algorithm == mcp_oauth::signature_algorithm::es256);
    for (const auto other : {"none", "HS256", "es256", "RS512", "Ed25519", ""})
        CHECK(pointer_of(R"({"access_token":{"signing_algorithm":")" + std::string{other} +
                         "\"}}") == "/access_token/signing_algorithm");
}

TEST_CASE("Every member is taken where it is right", "[examples][config]") {
    for (const std::string text : {
             R"({"issuer":"https://mcp.example"})",
             R"({"issuer":"http://localhost:8080"})",
             R"({"profile":"strict"})",
             R"({"profile":"migration"})",
             R"({"users":[]})",
             R"({"users":[{"username":"b\u00f6b","password":" "}]})",
             R"({"scopes_supported":["mcp"]})",
             R"({"additional_resources":["https://api.example/v1"]})",
             R"({"access_token":{"format":"opaque"}})",
             R"({"access_token":{"lifetime_seconds":1}})",
             R"({"authorization_code":{"lifetime_seconds":600}})",
             R"({"registration":{"enabled":false}})",
             R"({"registration":{"initial_access_token":"x"}})",
             R"({"limits":null})",
             R"({"limits":{"registrations_per_minute":1}})",
             R"({"cors_allowed_origins":[]})",
             R"({"cors_allowed_origins":["https://a.example","http://localhost:6274"]})",
             R"({"secrets_file":"keys.json"})",
         }) {
        CAPTURE(text);
        CHECK(pointer_of(text) == "accepted");
    }
}

TEST_CASE("A fault is named by its pointer", "[examples][config]") {
    const std::pair<const char*, const char*> table[] = {
        {R"([])", ""},
        {R"({)", ""},
        {R"({"users":[],"users":[]})", ""},
        {R"({"colour":1})", "/colour"},
        {R"({"a/b~c":1})", "/a~1b~0c"},
        {R"({"issuer":7})", "/issuer"},
        {R"({"issuer":""})", "/issuer"},
        {R"({"issuer":"http://mcp.example"})", "/issuer"},
        {R"({"issuer":"https://mcp.example/"})", "/issuer"},
        {R"({"profile":"lax"})", "/profile"},
        {R"({"profile":null})", "/profile"},
        {R"({"users":{}})", "/users"},
        {R"({"users":[1]})", "/users/0"},
        {R"({"users":[{"username":"a"}]})", "/users/0/password"},
        {R"({"users":[{"password":"a"}]})", "/users/0/username"},
        {R"({"users":[{"username":"a","password":"b","x":1}]})", "/users/0/x"},
        {R"({"users":[{"username":"a","password":"b"},{"username":"a","password":"b"}]})",
         "/users/1/username"},
        {R"({"scopes_supported":"mcp"})", "/scopes_supported"},
        {R"({"scopes_supported":["mcp","a b"]})", "/scopes_supported/1"},
        {R"({"scopes_supported":["mcp","mcp"]})", "/scopes_supported/0"},
        {R"({"additional_resources":["https://h/#x"]})", "/additional_resources/0"},
        {R"({"additional_resources":["http://h/"]})", "/additional_resources/0"},
        {R"({"access_token":[]})", "/access_token"},
        {R"({"access_token":{"format":"saml"}})", "/access_token/format"},
        {R"({"access_token":{"signing_algorithm":"none"}})", "/access_token/signing_algorithm"},
        {R"({"access_token":{"lifetime_seconds":0}})", "/access_token/lifetime_seconds"},
        {R"({"access_token":{"lifetime_seconds":86401}})", "/access_token/lifetime_seconds"},
        {R"({"access_token":{"lifetime_seconds":1.5}})", "/access_token/lifetime_seconds"},
        {R"({"access_token":{"lifetime_seconds":"1"}})", "/access_token/lifetime_seconds"},
        {R"({"access_token":{"x":1}})", "/access_token/x"},
        {R"({"authorization_code":{"lifetime_seconds":601}})",
         "/authorization_code/lifetime_seconds"},
        {R"({"authorization_code":{"lifetime":1}})", "/authorization_code/lifetime"},
        {R"({"refresh_token":{"idle_lifetime_seconds":0}})",
         "/refresh_token/idle_lifetime_seconds"},
        {R"({"refresh_token":{"absolute_lifetime_seconds":18446744073709551615}})",
         "/refresh_token/absolute_lifetime_seconds"},
        {R"({"refresh_token":{"retry_window_seconds":-1}})", "/refresh_token/retry_window_seconds"},
        {R"({"refresh_token":{"idle_lifetime_seconds":5,"retry_window_seconds":60}})",
         "/refresh_token/retry_window_seconds"},
        {R"({"registration":{"enabled":"yes"}})", "/registration/enabled"},
        {R"({"registration":{"initial_access_token":""}})", "/registration/initial_access_token"},
        {R"({"limits":{"registrations_per_minute":0}})", "/limits/registrations_per_minute"},
        {R"({"limits":{"failed_secrets_per_minute":"1"}})", "/limits/failed_secrets_per_minute"},
        {R"({"limits":{"x":1}})", "/limits/x"},
        {R"({"cors_allowed_origins":["a.example"]})", "/cors_allowed_origins/0"},
        {R"({"cors_allowed_origins":["*","https://a.example/"]})", "/cors_allowed_origins/1"},
        {R"({"secrets_file":1})", "/secrets_file"},
    };
    for (const auto& [text, pointer] : table) {
        CAPTURE(text);
        CHECK(pointer_of(text) == pointer);
    }
}

TEST_CASE("DPoP is on and asked of nobody, unless the configuration says so",
          "[examples][config][MCP-DPOP-02]") {
    for (const auto* const text : {"{}", R"({"dpop":{}})", R"({"dpop":{"enabled":true}})"}) {
        const auto dpop = parse_config(text).policy.dpop;
        CHECK(dpop.enabled);
        CHECK_FALSE(dpop.required);
        CHECK_FALSE(dpop.nonces);
    }
    CHECK_FALSE(parse_config(R"({"dpop":{"enabled":false}})").policy.dpop.enabled);
    CHECK(parse_config(R"({"dpop":{"required":true}})").policy.dpop.required);
    CHECK(parse_config(R"({"dpop":{"nonces":true}})").policy.dpop.nonces);
    CHECK(pointer_of(R"({"dpop":{"enabled":false,"required":true}})") == "/dpop/required");
    CHECK(pointer_of(R"({"dpop":{"enabled":false,"nonces":true}})") == "/dpop/nonces");
    CHECK(pointer_of(R"({"dpop":{"x":1}})") == "/dpop/x");
    const auto bound =
        parse_config(R"({"clients":[{"client_id":"c","redirect_uris":["https://c.example/cb"],)"
                     R"("dpop_bound_access_tokens":true}]})");
    CHECK(bound.clients.front().dpop_bound_access_tokens);
}

TEST_CASE("A feature that is not built in is refused by name, and may be named to say it is off",
          "[examples][config]") {
    const std::pair<const char*, const char*> table[] = {
        {R"({"pushed_authorization_requests":{"enabled":true}})",
         "/pushed_authorization_requests/enabled"},
        {R"({"pushed_authorization_requests":{"enabled":false,"required":true}})",
         "/pushed_authorization_requests/required"},
        {R"({"device_authorization":{}})", "/device_authorization"},
        {R"({"client_id_metadata_documents":{"enabled":true}})",
         "/client_id_metadata_documents/enabled"},
        {R"({"client_id_metadata_documents":{"enabled":false,"ca_file":"a"}})",
         "/client_id_metadata_documents/ca_file"},
    };
    for (const auto& [text, pointer] : table) {
        CAPTURE(text);
        CHECK(pointer_of(text) == pointer);
        CHECK(problem_of(text).find("not built in") != std::string::npos);
    }
    CHECK(pointer_of(R"({"device_authorization":{"enabled":false,"interval_seconds":0}})") ==
          "/device_authorization/interval_seconds");
}

TEST_CASE("The retry window shrinks with the idle lifetime, so that a test may wait for either",
          "[examples][config]") {
    const auto tiny = parse_config(
        R"({"refresh_token":{"idle_lifetime_seconds":1,"absolute_lifetime_seconds":2}})");
    CHECK(tiny.policy.refresh.retry_window == milliseconds{500});
    CHECK(tiny.policy.operation_limit == milliseconds{250});
    CHECK(mcp_oauth::checked_policy::make(tiny.policy));

    const auto asked = parse_config(R"({"refresh_token":{"retry_window_seconds":3}})");
    CHECK(asked.policy.refresh.retry_window == seconds{3});
    CHECK(asked.policy.operation_limit == milliseconds{1500});

    const auto none = parse_config(R"({"refresh_token":{"retry_window_seconds":0}})");
    CHECK(none.policy.refresh.retry_window == milliseconds{0});
    CHECK(parse_config(R"({"profile":"strict","refresh_token":{"idle_lifetime_seconds":1}})")
              .policy.refresh.retry_window == milliseconds{0});

    const auto ends_first = parse_config(R"({"refresh_token":{"absolute_lifetime_seconds":3}})");
    CHECK(ends_first.policy.refresh.idle == seconds{3});
    CHECK(mcp_oauth::checked_policy::make(ends_first.policy));
}

TEST_CASE("A configured client has what it would have registered", "[examples][config]") {
    auto found = parse_config(with_client("")).clients.at(0);
    CHECK(found.is_public());
    CHECK(found.grant_types == std::vector<std::string>{"authorization_code"});
    CHECK(found.application == mcp_oauth::application_type::web);

    found = parse_config(with_client(R"("client_secret":"any ch\u00e4r: %+")")).clients.at(0);
    CHECK(found.method == mcp_oauth::client_authentication_method::client_secret_basic);
    REQUIRE(found.secrets.size() == 1);
    CHECK(found.secrets[0].octets == mcp_oauth::sha256("any ch\xC3\xA4r: %+"));

    found = parse_config(R"({"clients":[{"client_id":"n","redirect_uris":["http://localhost/cb"],
        "client_name":"Native","scope":"mcp notes:read",
        "grant_types":["authorization_code","refresh_token"]}]})")
                .clients.at(0);
    CHECK(found.application == mcp_oauth::application_type::native);
    CHECK(found.client_name == "Native");
    CHECK(found.scope->size() == 2);
}

TEST_CASE("A fault in a client is named by its pointer", "[examples][config]") {
    const std::pair<std::string, const char*> table[] = {
        {R"({"clients":[{"client_name":"x"}]})", "/clients/0/client_id"},
        {R"({"clients":[{"client_id":"a"}]})", "/clients/0/redirect_uris"},
        {R"({"clients":[{"client_id":"\u00e4"}]})", "/clients/0/client_id"},
        {R"({"clients":[{"client_id":"a","redirect_uris":["ftp://x/"]}]})",
         "/clients/0/redirect_uris/0"},
        {R"({"clients":[{"client_id":"a","redirect_uris":["javascript:x"]}]})",
         "/clients/0/redirect_uris/0"},
        {R"({"clients":[{"client_id":"a","grant_types":["refresh_token"]},)"
         R"({"client_id":"a","grant_types":["refresh_token"]}]})",
         "/clients/1/client_id"},
        {with_client(R"("colour":1)"), "/clients/0/colour"},
        {with_client(R"("client_secret":"")"), "/clients/0/client_secret"},
        {with_client(R"("token_endpoint_auth_method":"none","client_secret":"x")"),
         "/clients/0/client_secret"},
        {with_client(R"("token_endpoint_auth_method":"client_secret_post")"),
         "/clients/0/client_secret"},
        {with_client(R"("token_endpoint_auth_method":"private_key_jwt")"),
         "/clients/0/token_endpoint_auth_method"},
        {with_client(R"("jwks":{"keys":[]})"), "/clients/0/jwks"},
        {with_client(R"("jwks_uri":"https://a.example/jwks")"), "/clients/0/jwks_uri"},
        {with_client(R"("grant_types":["authorization_code","client_credentials"])"),
         "/clients/0/grant_types/1"},
        {with_client(R"("response_types":["token"])"), "/clients/0/response_types/0"},
        {with_client(R"("application_type":"desktop")"), "/clients/0/application_type"},
        {with_client(R"("scope":"a  b")"), "/clients/0/scope"},
        {with_client(R"("contacts":["a",1])"), "/clients/0/contacts/1"},
        {with_client(R"("client_name":7)"), "/clients/0/client_name"},
    };
    for (const auto& [text, pointer] : table) {
        CAPTURE(text);
        CHECK(pointer_of(text) == pointer);
    }
}
