#include "mcp_oauth/rfc/8414_discovery.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

using texts = std::vector<std::string>;

foreign_issuer issuer(std::string_view text) { return *foreign_issuer::parse(text); }

texts urls_of(std::string_view text) {
    texts urls;
    for (const auto& each : discovery_urls(issuer(text))) urls.push_back(each.text());
    return urls;
}

std::string document(const std::string& issuer, const std::string& jwks_uri) {
    return R"({"issuer":")" + issuer + R"(","jwks_uri":")" + jwks_uri + R"("})";
}

std::string fault_of(const std::string& text, std::string_view of = "https://id.example") {
    const auto found = key_set_of_issuer(text, issuer(of));
    return found ? "none" : std::string{name(found.error())};
}

} // namespace

TEST_CASE("another's issuer is an https URL that may end in a slash", "[discovery][ASM-01]") {
    CHECK(issuer("https://id.example/").text() == "https://id.example/");
    CHECK(foreign_issuer::parse("https://id.example/tenant/v2.0"));
    for (const auto* text :
         {"http://id.example", "http://127.0.0.1", "https://", "id.example", "https://id.example?x",
          "https://id.example#x", "https://u@id.example", "ftp://id.example", ""})
        CHECK_FALSE(foreign_issuer::parse(text));
}

TEST_CASE("metadata is looked for where RFC 8414 and OpenID put it", "[discovery][ASM-02]") {
    CHECK(urls_of("https://id.example") ==
          texts{"https://id.example/.well-known/oauth-authorization-server",
                "https://id.example/.well-known/openid-configuration"});
    CHECK(urls_of("https://id.example/") == urls_of("https://id.example"));
    const texts with_path{"https://id.example:8443/.well-known/oauth-authorization-server/t/1",
                          "https://id.example:8443/.well-known/openid-configuration/t/1",
                          "https://id.example:8443/t/1/.well-known/openid-configuration"};
    CHECK(urls_of("https://id.example:8443/t/1") == with_path);
    CHECK(urls_of("https://id.example:8443/t/1/") == with_path);
}

TEST_CASE("a document tells where the keys of its own issuer are", "[discovery][ASM-12][AT-11]") {
    const auto found = key_set_of_issuer(document("https://id.example", "https://k.example/jwks?v"),
                                         issuer("https://id.example"));
    REQUIRE(found);
    CHECK(found->url().text() == "https://k.example/jwks?v");
}

TEST_CASE("a document that names another issuer is not used, not even a similar one",
          "[discovery][ASM-12][AT-11][JBCP-04][ATK-JW-12]") {
    const std::string keys = "https://id.example/jwks";
    for (const auto* other :
         {"https://evil.example", "https://id.example/", "https://ID.example",
          "https://id.example:443", "https://id.example/t", "http://id.example", ""})
        CHECK(fault_of(document(other, keys)) == "metadata_wrong_issuer");
    CHECK(fault_of(R"({"jwks_uri":"https://id.example/jwks"})") == "metadata_wrong_issuer");
    CHECK(fault_of(R"({"issuer":["https://id.example"],"jwks_uri":"https://id.example/jwks"})") ==
          "metadata_wrong_issuer");
    CHECK(fault_of(document("https://id.example", keys), "https://id.example/") ==
          "metadata_wrong_issuer");
}

TEST_CASE("keys come over https and from no odd URL", "[discovery][ASM-10][JBCP-07]") {
    for (const auto* odd : {"http://id.example/jwks", "http://127.0.0.1/jwks", "file:///etc/jwks",
                            "https://u:p@id.example/jwks", "https://id.example/jwks#x", "/jwks",
                            "https://", "data:application/json,{}", ""})
        CHECK(fault_of(document("https://id.example", odd)) == "metadata_refused_key_set");
    CHECK(fault_of(R"({"issuer":"https://id.example"})") == "metadata_no_key_set");
    CHECK(fault_of(R"({"issuer":"https://id.example","jwks_uri":7})") ==
          "metadata_refused_key_set");
}

TEST_CASE("a document is bounded and says nothing twice", "[discovery][JOSE-02][JBCP-11]") {
    const std::string members =
        R"("issuer":"https://id.example","jwks_uri":"https://id.example/jwks")";
    const auto padded = [&](std::size_t size) {
        const std::string head = "{" + members + R"(,"x":")";
        return head + std::string(size - head.size() - 2, 'x') + "\"}";
    };
    CHECK(fault_of(padded(largest_metadata)) == "none");
    CHECK(fault_of(padded(largest_metadata + 1)) == "metadata_malformed");
    CHECK(fault_of("{" + members + R"(,"jwks_uri":"https://evil.example/jwks"})") ==
          "metadata_malformed");
    CHECK(fault_of("{" + members + R"(,"issuer":"https://id.example"})") == "metadata_malformed");
    CHECK(fault_of("[{" + members + "}]") == "metadata_malformed");
    CHECK(fault_of("<html>") == "metadata_malformed");
    CHECK(fault_of("") == "metadata_malformed");
}

TEST_CASE("where tokens are asked about is told by the issuer's own document, and over https",
          "[discovery][introspection][ASM-12][MCP-SEC-07]") {
    const auto found = [](const std::string& issuer_of_document, const std::string& endpoint) {
        const auto where =
            introspection_of_issuer(R"({"issuer":")" + issuer_of_document +
                                        R"(","introspection_endpoint":)" + endpoint + "}",
                                    issuer("https://id.example"));
        return where ? where->url().text() : std::string{name(where.error())};
    };
    CHECK(found("https://id.example", R"("https://api.example/introspect?v=1")") ==
          "https://api.example/introspect?v=1");
    for (const auto* other : {"https://evil.example", "https://id.example/", "https://ID.example"})
        CHECK(found(other, R"("https://id.example/introspect")") == "metadata_wrong_issuer");
    for (const auto* odd :
         {R"("http://id.example/introspect")", R"("https://u:p@id.example/")", "7",
          R"("https://id.example/#x")", R"("/introspect")", R"("https://")", R"("")"})
        CHECK(found("https://id.example", odd) == "metadata_refused_introspection");
    CHECK(std::string{name(introspection_of_issuer(R"({"issuer":"https://id.example"})",
                                                   issuer("https://id.example"))
                               .error())} == "metadata_no_introspection");
    CHECK(found("https://id.example", "x") == "metadata_malformed");
}
