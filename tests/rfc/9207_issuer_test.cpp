#include "mcp_oauth/rfc/9207_issuer.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

TEST_CASE("RFC 9207 §2: iss is the issuer identifier, octet for octet",
          "[ISS-01][ISS-02][MCP-ISS-02][MCP-ISS-07]") {
    for (const auto issuer :
         {"https://a.example", "https://A.example:443/T1", "http://localhost:80"})
        CHECK(issuer_parameter(*issuer_identifier::parse(issuer)) ==
              std::pair<std::string, std::string>{"iss", issuer});
}
