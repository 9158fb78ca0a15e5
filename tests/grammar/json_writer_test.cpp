#include "mcp_oauth/grammar/json_writer.hpp"

#include <limits>

#include "mcp_oauth/grammar/form_urlencoded.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

std::string as_json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

} // namespace

TEST_CASE("RFC 8259 §7: quotes, backslashes and controls are escaped, nothing else is") {
    CHECK(as_json("") == R"("")");
    CHECK(as_json("plain /<>&'") == R"("plain /<>&'")");
    CHECK(as_json("\"\\") == R"("\"\\")");
    CHECK(as_json("\b\f\n\r\t") == R"("\b\f\n\r\t")");
    CHECK(as_json(std::string_view{"\0\x01\x1F", 3}) == R"("\u0000\u0001\u001f")");
    CHECK(as_json("\x7F") == "\"\x7F\"");
    CHECK(as_json("\xC2\xA3\xE2\x82\xAC\xF0\x9F\x94\x91") ==
          "\"\xC2\xA3\xE2\x82\xAC\xF0\x9F\x94\x91\"");
}

TEST_CASE("RFC 8259 §8.1: octets that are not UTF-8 become U+FFFD, the rest stays") {
    CHECK(as_json("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
    CHECK(as_json("\xC2") == "\"\xEF\xBF\xBD\"");
    CHECK(as_json("\xC2\"") == "\"\xEF\xBF\xBD\\\"\"");
    CHECK(as_json("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    for (int a = 0; a < 256; ++a)
        for (int b = 0; b < 256; ++b)
            if (!is_utf8(as_json(std::string{static_cast<char>(a), static_cast<char>(b)})))
                FAIL(a << ' ' << b);
}

TEST_CASE("whatever UTF-8 is written is read back the same") {
    std::string text;
    for (char c = 1; c < 0x7F; ++c) text.push_back(c);
    text += "\xC2\xA3\xE2\x82\xAC\xF0\x9F\x94\x91";
    const auto document = json_document::parse(as_json(text));
    REQUIRE(document);
    CHECK(document->root().string() == text);
}

TEST_CASE("an object holds its members in the order they were added") {
    CHECK(json_object_writer().take() == "{}");
    CHECK(json_object_writer()
              .add("issuer", "https://h")
              .add("expires_in", 3600)
              .add_flag("active", true)
              .add_flag("used", false)
              .add("scopes", std::vector<std::string>{"a", "b"})
              .add("none", std::vector<std::string>{})
              .add_json("jwk", R"({"kty":"EC"})")
              .take() == R"({"issuer":"https://h","expires_in":3600,"active":true,"used":false,)"
                         R"("scopes":["a","b"],"none":[],"jwk":{"kty":"EC"}})");
}

TEST_CASE("names and values are escaped alike") {
    CHECK(json_object_writer().add("a\"b", std::string("c\"d")).take() == R"({"a\"b":"c\"d"})");
    CHECK(json_object_writer().add("x", std::vector<std::string>{"\"", "\n"}).take() ==
          R"({"x":["\"","\n"]})");
}

TEST_CASE("numbers are JSON numbers, at both ends of their range", "[OA21-GEN-07]") {
    using limits = std::numeric_limits<std::int64_t>;
    CHECK(json_object_writer().add("n", 0).take() == R"({"n":0})");
    CHECK(json_object_writer().add("n", limits::max()).take() == R"({"n":9223372036854775807})");
    CHECK(json_object_writer().add("n", limits::min()).take() == R"({"n":-9223372036854775808})");
}

TEST_CASE("OAuth 2.1 appendix C.3: an absent value is left out, never null", "[OA21-GEN-07]") {
    CHECK(json_object_writer()
              .add_if("a", std::nullopt)
              .add_if("b", std::string())
              .add_unless_empty("c", "")
              .add_unless_empty("d", std::vector<std::string>{})
              .take() == "{}");
    CHECK(json_object_writer()
              .add_if("a", std::nullopt)
              .add_if("b", std::string("1"))
              .add_unless_empty("c", "2")
              .add_unless_empty("d", std::vector<std::string>{"3"})
              .take() == R"({"b":"1","c":"2","d":["3"]})");
}

TEST_CASE("a parsed value is written again without white space, members in their order") {
    const auto again = [](std::string_view text) {
        const auto document = json_document::parse(text);
        REQUIRE(document);
        std::string out;
        append_json(out, document->root());
        return out;
    };
    CHECK(again(R"( { "b" : [ 1 , "x" , { } , [ ] ] , "a" : { "c" : null } } )") ==
          R"({"b":[1,"x",{},[]],"a":{"c":null}})");
    CHECK(again("[true,false,null]") == "[true,false,null]");
    CHECK(again("-9223372036854775808") == "-9223372036854775808");
    CHECK(again("9223372036854775807") == "9223372036854775807");
    CHECK(again("1.5") == "1.5");
    CHECK(again("0.1") == "0.1");
    CHECK(again("1e300") == "1e+300");
    CHECK(again("-1.7976931348623157e308") == "-1.7976931348623157e+308");
    CHECK(again(R"("\u0001\"")") == R"("\u0001\"")");
    CHECK(again(R"({"\u00e9\n":"\ud83d\udd11"})") == "{\"\xC3\xA9\\n\":\"\xF0\x9F\x94\x91\"}");
}
