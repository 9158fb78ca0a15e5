#include "rfc/optional_claim.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

TEST_CASE("a claim that may be absent leaves what was there where it is", "[JOSE-12]") {
    const auto claims = json_document::parse("{}");
    std::string text = "before";
    std::optional<std::string> maybe{"before"};
    std::optional<std::int64_t> date{7};
    CHECK(take_optional(claims->root(), "a", text));
    CHECK(take_optional(claims->root(), "a", maybe));
    CHECK(take_optional(claims->root(), "a", date));
    CHECK(text == "before");
    CHECK(maybe == "before");
    CHECK(date == 7);
}

TEST_CASE("a claim that may be absent is taken where it is there", "[JOSE-12]") {
    const auto claims = json_document::parse(R"({"text":"x","date":2.5})");
    std::string text;
    std::optional<std::string> maybe;
    std::optional<std::int64_t> date;
    CHECK(take_optional(claims->root(), "text", text));
    CHECK(take_optional(claims->root(), "text", maybe));
    CHECK(take_optional(claims->root(), "date", date));
    CHECK(text == "x");
    CHECK(maybe == "x");
    CHECK(date == 2);
    CHECK(take_optional(claims->root(), "date", date, rounding::up));
    CHECK(date == 3);
}

TEST_CASE("a claim that may be absent is not of another type, nor empty", "[JOSE-12]") {
    const auto claims = json_document::parse(
        R"({"null":null,"number":1,"list":["x"],"empty":"","text":"1","early":-1})");
    for (const auto name : {"null", "number", "list", "empty"}) {
        CAPTURE(name);
        std::string text;
        std::optional<std::string> maybe;
        CHECK_FALSE(take_optional(claims->root(), name, text));
        CHECK_FALSE(take_optional(claims->root(), name, maybe));
    }
    for (const auto name : {"null", "text", "list", "early"}) {
        CAPTURE(name);
        std::optional<std::int64_t> date;
        CHECK_FALSE(take_optional(claims->root(), name, date));
    }
}
