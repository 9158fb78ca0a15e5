// The two JSON forms of a client: what it is told, and what a store keeps.
#include <string>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/rfc/7591_client_registration.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::string_literals;

namespace {

client full() {
    client c;
    c.client_id = "abc";
    c.provenance = client_provenance::registered;
    c.method = client_authentication_method::client_secret_post;
    c.secrets = {{sha256("one"), std::nullopt}, {sha256("two"), from_unix_ms(1'800'000'000'123)}};
    c.redirect_uris = {"https://c.example/cb", "http://127.0.0.1/cb"};
    c.application = application_type::web;
    c.scope = scope_set{"mcp", "notes:read"};
    c.disabled = true;
    c.client_name = "Caf\xC3\xA9 \"x\"";
    c.client_uri = "https://c.example";
    c.logo_uri = "https://c.example/l";
    c.tos_uri = "https://c.example/t";
    c.policy_uri = "https://c.example/p";
    c.contacts = {"a@c.example", "b@c.example"};
    c.software_id = "id";
    c.software_version = "1";
    c.issued_at = from_unix_ms(1'700'000'000'999);
    c.expires_at = from_unix_ms(1'700'000'001'001);
    return c;
}

void check_same(const client& a, const client& b) {
    CHECK(encode_client(a) == encode_client(b));
    CHECK(a.client_id == b.client_id);
    CHECK(a.provenance == b.provenance);
    CHECK(a.method == b.method);
    REQUIRE(a.secrets.size() == b.secrets.size());
    for (std::size_t i = 0; i < a.secrets.size(); ++i) {
        CHECK(a.secrets[i].octets == b.secrets[i].octets);
        CHECK(a.secrets[i].expires_at == b.secrets[i].expires_at);
    }
    CHECK(a.redirect_uris == b.redirect_uris);
    CHECK(a.grant_types == b.grant_types);
    CHECK(a.response_types == b.response_types);
    CHECK(a.application == b.application);
    CHECK(a.scope == b.scope);
    CHECK(a.disabled == b.disabled);
    CHECK(a.client_name == b.client_name);
    CHECK(a.client_uri == b.client_uri);
    CHECK(a.logo_uri == b.logo_uri);
    CHECK(a.tos_uri == b.tos_uri);
    CHECK(a.policy_uri == b.policy_uri);
    CHECK(a.contacts == b.contacts);
    CHECK(a.software_id == b.software_id);
    CHECK(a.software_version == b.software_version);
    CHECK(a.issued_at == b.issued_at);
    CHECK(a.expires_at == b.expires_at);
}

const std::string smallest =
    R"({"client_id":"a","provenance":"configured","issued_at_ms":0,"disabled":false,"secrets":[],)"
    R"("token_endpoint_auth_method":"none","grant_types":[],"response_types":[],)"
    R"("application_type":"native"})";

} // namespace

TEST_CASE("RFC 7591 §3.2.1: the response states the ID, the secret and all that was registered",
          "[DCR-03][DCR-04][MCP-DCR-06]") {
    const secret text{"s3cret"};
    const std::string rest =
        R"("redirect_uris":["https://c.example/cb","http://127.0.0.1/cb"],)"
        R"("token_endpoint_auth_method":"client_secret_post",)"
        R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
        R"("application_type":"web","client_name":"Café \"x\"","client_uri":"https://c.example",)"
        R"("logo_uri":"https://c.example/l","scope":"mcp notes:read",)"
        R"("contacts":["a@c.example","b@c.example"],"tos_uri":"https://c.example/t",)"
        R"("policy_uri":"https://c.example/p","software_id":"id","software_version":"1"})";
    const std::string id = R"({"client_id":"abc","client_id_issued_at":1700000000,)";
    CHECK(registration_response(full(), &text, std::nullopt) ==
          id + R"("client_secret":"s3cret","client_secret_expires_at":0,)" + rest);
    CHECK(registration_response(full(), &text, from_unix_ms(1'800'000'000'999)) ==
          id + R"("client_secret":"s3cret","client_secret_expires_at":1800000000,)" + rest);
    CHECK(registration_response(full(), nullptr, std::nullopt) == id + rest);
}

TEST_CASE("RFC 7591 §3.2.1: a public desktop client is told its defaults and no secret",
          "[DCR-03][DCR-06][OA21-GEN-07]") {
    client c;
    c.client_id = "abc";
    c.redirect_uris = {"http://127.0.0.1/cb"};
    const secret text{"s3cret"};
    CHECK(registration_response(c, &text, from_unix_seconds(9)) ==
          R"({"client_id":"abc","client_id_issued_at":0,"redirect_uris":["http://127.0.0.1/cb"],)"
          R"("token_endpoint_auth_method":"none",)"
          R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
          R"("application_type":"native"})");
}

TEST_CASE("a client comes back from its record as it was, its end included",
          "[MCP-REG-07][DCR-17]") {
    const auto back = decode_client(encode_client(full()));
    REQUIRE(back);
    check_same(*back, full());

    client bare;
    bare.client_id = "x";
    bare.scope = scope_set{};
    bare.response_types.clear();
    const auto bare_back = decode_client(encode_client(bare));
    REQUIRE(bare_back);
    check_same(*bare_back, bare);
    bare.scope.reset();
    CHECK_FALSE(decode_client(encode_client(bare))->scope);
}

TEST_CASE("OAuth 2.1 §7.7: a record holds digests of secrets, never a secret",
          "[OA21-GEN-05][ATK-TK-28]") {
    const auto record = encode_client(full());
    CHECK(record.find("\"secrets\":[{\"sha256\":\"" + base64url(as_view(sha256("one"))) +
                      "\"},{\"sha256\":\"" + base64url(as_view(sha256("two"))) +
                      "\",\"expires_at_ms\":1800000000123}]") != std::string::npos);
    CHECK(record.find("client_secret\"") == std::string::npos);
}

TEST_CASE("a record of a later version may hold more, in any order and spacing", "[MCP-REG-07]") {
    REQUIRE(decode_client(smallest));
    CHECK(decode_client(smallest)->client_id == "a");
    const auto more = " { \"new\" : {\"x\":[1]} ," + smallest.substr(1);
    REQUIRE(decode_client(more));
    check_same(*decode_client(more), *decode_client(smallest));
}

TEST_CASE("a record that lacks what cannot be guessed is no client", "[OA21-TOK-06]") {
    for (const auto member :
         {R"("client_id":"a",)", R"("provenance":"configured",)", R"("issued_at_ms":0,)",
          R"("disabled":false,)", R"("secrets":[],)", R"("token_endpoint_auth_method":"none",)",
          R"("grant_types":[],)", R"("response_types":[],)"}) {
        auto without = smallest;
        const auto at = without.find(member);
        REQUIRE(at != std::string::npos);
        without.erase(at, std::string_view{member}.size());
        CAPTURE(without);
        CHECK_FALSE(decode_client(without));
    }
    for (const auto no_record : {"", "[]", "null", "{}", "{", "1"})
        CHECK_FALSE(decode_client(no_record));
}

TEST_CASE("a record whose members have another type is no client", "[OA21-TOK-06]") {
    const std::pair<std::string, std::string> changes[] = {
        {R"("client_id":"a")", R"("client_id":1)"},
        {R"("provenance":"configured")", R"("provenance":"other")"},
        {R"("issued_at_ms":0)", R"("issued_at_ms":"0")"},
        {R"("disabled":false)", R"("disabled":0)"},
        {R"("disabled":false)", R"("disabled":false,"expires_at_ms":"0")"},
        {R"("secrets":[])", R"("secrets":{})"},
        {R"("secrets":[])", R"("secrets":[{}])"},
        {R"("secrets":[])", R"("secrets":[{"sha256":"short"}])"},
        {R"("secrets":[])", R"("secrets":["x"])"},
        {R"(_method":"none")", R"(_method":"private_key_jwt")"},
        {R"("grant_types":[])", R"("grant_types":"x")"},
        {R"("application_type":"native")", R"("application_type":"other")"},
        {R"("client_id":"a")", R"("client_id":"a","scope":1)"},
        {R"("client_id":"a")", R"("client_id":"a","scope":"a  b")"},
        {R"("client_id":"a")", R"("client_id":"a","client_name":1)"},
        {R"("client_id":"a")", R"("client_id":"a","contacts":[1])"},
        {R"("client_id":"a")", R"("client_id":"a","redirect_uris":1)"}};
    for (const auto& [before, after] : changes) {
        auto changed = smallest;
        changed.replace(changed.find(before), before.size(), after);
        CAPTURE(changed);
        CHECK_FALSE(decode_client(changed));
    }
}
