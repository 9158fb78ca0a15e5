#include "mcp_oauth/rfc/6749_scope.hpp"

#include <string>

#include "refused.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

const scope_set offered{"mcp", "notes:read", "notes:write", "offline_access"};
const scope_set fallback{"mcp"};

// What a request is granted at most; how it was refused, otherwise.
std::string asking(std::optional<std::string_view> requested,
                   unknown_scopes unknown = unknown_scopes::refuse) {
    const auto resolved = resolve_scope(requested, offered, fallback, unknown);
    return resolved ? resolved->text() : refused(resolved);
}

scope_hierarchy notes() {
    return *scope_hierarchy::make({{"admin", "notes:write"}, {"notes:write", "notes:read"}});
}

} // namespace

TEST_CASE("RFC 6749 §3.3: scope tokens are separated by single spaces", "[OA21-AUTHZ-17]") {
    CHECK(asking("mcp notes:read") == "mcp notes:read");
    CHECK(asking("mcp mcp") == "mcp");
    for (const auto malformed : {"", " ", " mcp", "mcp ", "mcp  notes:read", "mcp\tnotes:read",
                                 "mc\"p", "mc\\p", "mcp\n", "mc\xC3\xA9", "mcp\x7F"}) {
        CAPTURE(malformed);
        CHECK(asking(malformed) == "invalid_scope: scope is malformed");
        CHECK(asking(malformed, unknown_scopes::narrow) == "invalid_scope: scope is malformed");
    }
}

TEST_CASE("RFC 6749 §3.3: order does not matter", "[OA21-AUTHZ-17][MCP-SCO-14]") {
    CHECK(scope_set{"a", "b"} == scope_set{"b", "a"});
    CHECK(asking("notes:read mcp") == "notes:read mcp");
}

TEST_CASE("OAuth 2.1 §1.4.1: an omitted scope gets the default or is refused", "[OA21-AUTHZ-18]") {
    CHECK(asking({}) == "mcp");
    CHECK(refused(resolve_scope({}, offered, {}, unknown_scopes::narrow)) ==
          "invalid_scope: scope is required");
}

TEST_CASE("OAuth 2.1 §4.1.2.1: an unknown scope is refused, or narrowed away while one remains",
          "[OA21-AUTHZ-17][MCP-SCO-13][MCP-SCO-14]") {
    constexpr auto narrow = unknown_scopes::narrow;
    CHECK(asking("mcp openid") == "invalid_scope: a requested scope is not offered");
    CHECK(asking("openid mcp email", narrow) == "mcp");
    CHECK(asking("openid email", narrow) == "invalid_scope: no requested scope is offered");
    CHECK(asking("MCP", narrow) == "invalid_scope: no requested scope is offered");
}

TEST_CASE("OAuth 2.1 §1.9: only an exact member counts, no prefix, case or part of one",
          "[ATK-RS-04][OA21-GEN-02][OA21-RS-01]") {
    const scope_hierarchy none;
    CHECK(none.satisfies({"read"}, {"read"}));
    for (const std::string_view held : {"read:all", "rea", "Read", "READ", "read:", "xread"}) {
        CAPTURE(held);
        CHECK_FALSE(none.satisfies({held}, {"read"}));
        CHECK_FALSE(none.satisfies({"read"}, {held}));
    }
    CHECK_FALSE(none.satisfies({}, {"read"}));
    CHECK(none.satisfies({}, {}));
    CHECK_FALSE(none.satisfies({"read"}, {"read", "write"}));
}

TEST_CASE("MCP: a wider scope satisfies a narrower requirement, over several levels too",
          "[MCP-SCO-12]") {
    CHECK(notes().satisfies({"notes:write"}, {"notes:read"}));
    CHECK(notes().satisfies({"admin"}, {"notes:read"}));
    CHECK(notes().satisfies({"admin", "mcp"}, {"notes:read", "mcp"}));
    CHECK_FALSE(notes().satisfies({"notes:read"}, {"notes:write"}));
    CHECK_FALSE(notes().satisfies({"notes:write"}, {"admin"}));
    CHECK(notes().closure({"admin"}) == scope_set{"admin", "notes:write", "notes:read"});
    CHECK(notes().closure({"mcp"}) == scope_set{"mcp"});
}

TEST_CASE("a hierarchy in which a scope implies itself is refused", "[MCP-SCO-12]") {
    CHECK_FALSE(scope_hierarchy::make({{"a", "a"}}));
    CHECK_FALSE(scope_hierarchy::make({{"a", "b"}, {"b", "a"}}));
    CHECK_FALSE(scope_hierarchy::make({{"a", "b"}, {"b", "c"}, {"c", "a"}}));
    CHECK_FALSE(scope_hierarchy::make({{"x", "a"}, {"a", "b"}, {"b", "a"}}));
    CHECK(scope_hierarchy::make({{"a", "b"}, {"a", "c"}, {"b", "d"}, {"c", "d"}}));
    CHECK(scope_hierarchy::make({}));
}

TEST_CASE("a hierarchy holds scope tokens only", "[OA21-AUTHZ-17]") {
    CHECK_FALSE(scope_hierarchy::make({{"a b", "c"}}));
    CHECK_FALSE(scope_hierarchy::make({{"a", ""}}));
    CHECK_FALSE(scope_hierarchy::make({{"a", "b\""}}));
}
