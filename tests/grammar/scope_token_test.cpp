#include "mcp_oauth/grammar/scope_token.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

static_assert(is_scope_token("tools:call"));
static_assert(!is_scope_token("tools call"));
static_assert(!is_scope_token(""));

TEST_CASE("RFC 6749 §3.3: each octet in a scope token", "[OA21-AUTHZ-17]") {
    for (int c = 0; c < 256; ++c) {
        const auto octet = static_cast<char>(c);
        const bool allowed = c == 0x21 || (c >= 0x23 && c <= 0x5B) || (c >= 0x5D && c <= 0x7E);
        CHECK(is_scope_token(std::string{octet}) == allowed);
        CHECK(is_scope_token(std::string{'a', octet, 'b'}) == allowed);
        if (octet != ' ') CHECK(scope_set::parse(std::string{'a', octet}).has_value() == allowed);
    }
}

TEST_CASE("RFC 6749 §3.3: tokens are separated by single spaces", "[OA21-AUTHZ-17]") {
    const auto parsed = scope_set::parse("read write admin");
    REQUIRE(parsed);
    CHECK(parsed->size() == 3);
    CHECK(parsed->contains("write"));
    CHECK(parsed->text() == "read write admin");
    CHECK(scope_set::parse("read")->text() == "read");

    for (const char* text : {"", " ", "  ", " read", "read ", "read  write", "read\twrite",
                             "read\nwrite", "read,\"write\"", "read \\",
                             "r\xC3\xA9"
                             "ad"}) {
        INFO(text);
        CHECK_FALSE(scope_set::parse(text));
    }
    CHECK_FALSE(scope_set::parse(std::string_view{"read\0", 5}));
    CHECK_FALSE(scope_set::parse(std::string_view{}));
}

TEST_CASE("RFC 6749 §3.3: the order does not matter, repeats are folded", "[OA21-AUTHZ-17]") {
    CHECK(*scope_set::parse("a b c") == *scope_set::parse("c a b"));
    CHECK(*scope_set::parse("a b a a") == scope_set{"a", "b"});
    CHECK(scope_set::parse("b a b")->text() == "b a");
    CHECK(scope_set{"a"} != scope_set{"a", "b"});
    CHECK(scope_set{"a", "b"} != scope_set{"a", "c"});
}

TEST_CASE("RFC 6749 §3.3: scope values are case-sensitive, and no prefix of each other",
          "[OA21-AUTHZ-17]") {
    CHECK(scope_set{"Read"} != scope_set{"read"});
    CHECK_FALSE(scope_set{"read"}.contains("READ"));
    CHECK_FALSE(scope_set{"read"}.contains("rea"));
    CHECK_FALSE(scope_set{"read"}.contains("reads"));
    CHECK_FALSE(scope_set{"read"}.contains(""));
}

TEST_CASE("a literal is read as a scope is written, and one that is none lies in no other",
          "[OA21-AUTHZ-17]") {
    CHECK(scope_set{"a b", "c"} == scope_set{"a", "b", "c"});
    CHECK_FALSE(scope_set{"a b"}.malformed());
    for (const auto& slip : {scope_set{""}, scope_set{" "}, scope_set{"a "}, scope_set{" a"},
                             scope_set{"a  b"}, scope_set{"a", "\""}, scope_set{"a\tb"}}) {
        CHECK(slip.malformed());
        CHECK_FALSE(slip.empty());
        CHECK_FALSE(scope_set{"a", "b"}.contains_all(slip));
        CHECK_FALSE(slip.contains_all(slip));
        CHECK(slip != scope_set{"a"});
    }
    scope_set grown{"a"};
    grown.add("b c"); // one token at a time
    CHECK(grown.malformed());
    CHECK(grown.contains_all(scope_set{"a"})); // what it holds, it holds
}

TEST_CASE("one scope lies within another where each of its tokens does", "[OA21-AUTHZ-17]") {
    const scope_set granted{"a", "b", "c"};
    CHECK(granted.contains_all(scope_set{"c", "a"}));
    CHECK(granted.contains_all(granted));
    CHECK(granted.contains_all(scope_set{}));
    CHECK_FALSE(granted.contains_all(scope_set{"a", "d"}));
    CHECK_FALSE(scope_set{}.contains_all(granted));
}

TEST_CASE("what is no scope token never gets into a set", "[OA21-AUTHZ-17]") {
    scope_set set{"a", "b c", "", "\"", "d"};
    set.add("e\nf");
    set.add("g");
    CHECK(set.text() == "a b c d g");
    CHECK(scope_set{}.empty());
    CHECK(scope_set{}.text().empty());
}
