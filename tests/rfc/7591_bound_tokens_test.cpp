// `dpop_bound_access_tokens` (RFC 9449 §5.2) from the registration to the record.
#include <string>

#include "mcp_oauth/rfc/7591_client_registration.hpp"
#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;
using namespace std::string_literals;

namespace {

expected<client_registration, error> parse(const std::string& members,
                                           const registration_rules& rules) {
    return client_registration::parse(R"({"redirect_uris":["http://127.0.0.1:1/cb"])" +
                                          (members.empty() ? "" : "," + members) + "}",
                                      rules);
}
client registered(const std::string& members, const registration_rules& rules) {
    const auto parsed = parse(members, rules);
    REQUIRE(parsed);
    return parsed->draft();
}

} // namespace

TEST_CASE("RFC 9449 §5.2: a client registers for bound tokens where they can be had",
          "[DPOP-15][MCP-DPOP-02][DCR-18]") {
    registration_rules rules;
    CHECK_FALSE(registered(R"("dpop_bound_access_tokens":true)", rules).dpop_bound_access_tokens);
    rules.dpop = true;
    CHECK(registered(R"("dpop_bound_access_tokens":true)", rules).dpop_bound_access_tokens);
    for (const auto* const not_so :
         {"", R"("dpop_bound_access_tokens":false)", R"("dpop_bound_access_tokens":null)"})
        CHECK_FALSE(registered(not_so, rules).dpop_bound_access_tokens);
    for (const auto* const bad : {"1", "\"true\"", "[]", "{}"})
        CHECK(refused(parse("\"dpop_bound_access_tokens\":" + std::string{bad}, rules)) ==
              "invalid_client_metadata: dpop_bound_access_tokens must be a boolean");
}

TEST_CASE("a client that is for bound tokens only stays so in its record, and is told",
          "[DPOP-15][DCR-03]") {
    client c;
    c.client_id = "abc";
    c.dpop_bound_access_tokens = true;
    const auto text = encode_client(c);
    REQUIRE(decode_client(text));
    CHECK(decode_client(text)->dpop_bound_access_tokens);
    const auto member = R"("dpop_bound_access_tokens":true)"s;
    CHECK(registration_response(c, nullptr, {}).find(member) != std::string::npos);
    auto changed = text;
    changed.replace(changed.find(member), member.size(), R"("dpop_bound_access_tokens":1)");
    CHECK_FALSE(decode_client(changed));
    CHECK_FALSE(decode_client(encode_client(client{}))->dpop_bound_access_tokens);
}
