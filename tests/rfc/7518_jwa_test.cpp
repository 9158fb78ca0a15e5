#include "mcp_oauth/rfc/7518_jwa.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

TEST_CASE("RFC 7518 §3.1: each algorithm has its registered name, and a name is exact",
          "[JOSE-03][JOSE-04][JOSE-11]") {
    for (const auto each : all_signature_algorithms)
        CHECK(signature_algorithm_from(name(each)) == each);
    CHECK(name(signature_algorithm::es256) == "ES256");
    CHECK(name(signature_algorithm::es384) == "ES384");
    CHECK(name(signature_algorithm::eddsa) == "EdDSA");
    CHECK(name(signature_algorithm::rs256) == "RS256");
    CHECK(name(signature_algorithm::ps256) == "PS256");
    CHECK(signature_algorithm_from("Ed25519") == signature_algorithm::eddsa);
    for (const auto other : {"", "none", "None", "HS256", "RS384", "ES512", "ES256K", "Ed448",
                             "es256", "ES256 ", "EDDSA", "ed25519"})
        CHECK_FALSE(signature_algorithm_from(other));
}

TEST_CASE("RFC 8725 §3.1: a list of algorithms holds what was put in and nothing else",
          "[JBCP-01]") {
    constexpr algorithm_set none;
    constexpr algorithm_set two{signature_algorithm::es256, signature_algorithm::ps256};
    static_assert(none.empty() && !two.empty());
    static_assert(two.contains(signature_algorithm::ps256));
    static_assert(!two.contains(signature_algorithm::rs256));
    for (const auto each : all_signature_algorithms) {
        CHECK_FALSE(none.contains(each));
        CHECK(algorithm_set::all().contains(each));
    }
    CHECK(two.names() == std::vector<std::string>{"ES256", "PS256"});
    CHECK(none.names().empty());
}
