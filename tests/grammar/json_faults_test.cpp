// What the reader must refuse. Most of it is accepted, or repaired, by the parser underneath.

#include "mcp_oauth/grammar/json.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

void check_fault(std::string_view text, json_fault expected, const json_limits& limits = {}) {
    INFO(text.substr(0, 200));
    const auto document = json_document::parse(text, limits);
    REQUIRE_FALSE(document);
    CHECK(document.error() == expected);
}

bool parses(std::string_view text, const json_limits& limits = {}) {
    return json_document::parse(text, limits).has_value();
}

std::string nested(std::size_t depth, char open, char close) {
    return std::string(depth, open) + std::string(depth, close);
}

} // namespace

TEST_CASE("RFC 8259: what is not JSON", "[JOSE-02]") {
    for (const char* text : {"",
                             " ",
                             "{",
                             "}",
                             "[",
                             "]",
                             "{]",
                             "[}",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{a:1}",
                             "{'a':1}",
                             "{\"a\":1,}",
                             "[1,]",
                             "[,1]",
                             "[1 2]",
                             "{\"a\":1 \"b\":2}",
                             "{,}",
                             "{1:2}",
                             "nul",
                             "True",
                             "NULL",
                             "undefined",
                             "NaN",
                             "Infinity",
                             "-Infinity",
                             "\"a",
                             "a\"",
                             "\"a\\\"",
                             "'a'",
                             "[\"a\":1]",
                             "{\"a\":1",
                             "\"a\"b",
                             "{}{}",
                             "{} {}",
                             "[] ,",
                             "{}x",
                             "1 2",
                             "null,"}) {
        check_fault(text, json_fault::syntax);
    }
}

TEST_CASE("RFC 8259 §6: what is no number", "[JOSE-12]") {
    for (const char* text : {"01", "-01", "00", "+1", "-", "1.", ".1", "1.e1", "1e", "1e+", "0x10",
                             "1_000", "1,5", "--1", "1e1.5", "\xD9\xA1"})
        check_fault(text, json_fault::syntax);
}

TEST_CASE("RFC 7519 §2: a number that is not finite is refused", "[JOSE-12]") {
    for (const char* text : {"1e400", "-1e400", "1e309", "{\"exp\":1e999999999}"})
        check_fault(text, json_fault::syntax);
    check_fault(std::string(400, '9'), json_fault::syntax);
}

TEST_CASE("comments are not JSON", "[JOSE-02]") {
    for (const char* text : {"{}//", "/**/{}", "{/**/}", "{\"a\":1/*,*/}", "# c\n{}"})
        check_fault(text, json_fault::syntax);
}

TEST_CASE("RFC 8259 §8.1: a byte order mark is refused", "[JOSE-02]") {
    check_fault("\xEF\xBB\xBF{}", json_fault::syntax);
    check_fault("\xEF\xBB\xBF", json_fault::syntax);
    check_fault(std::string_view{"\xFE\xFF\0{\0}", 6}, json_fault::syntax);
    check_fault(std::string_view{"\xFF\xFE{\0}\0", 6}, json_fault::syntax);
    check_fault("{\xEF\xBB\xBF}", json_fault::syntax);
    CHECK(parses("\"\xEF\xBB\xBF\"")); // inside a string it is a character like others
}

TEST_CASE("RFC 8259 §8.1: strings are UTF-8", "[JOSE-02]") {
    for (const char* octets :
         {"\x80", "\xFF", "\xC2", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC2\xA3\xA3",
          "\xE2\x82", "\xF0\x8F\xBF\xBF"}) {
        check_fault("\"" + std::string(octets) + "\"", json_fault::syntax);
        check_fault("{\"" + std::string(octets) + "\":1}", json_fault::syntax);
    }
}

TEST_CASE("RFC 8259 §7: what is no escape, and surrogates without their other half", "[JOSE-02]") {
    for (const char* text :
         {R"("\x41")", R"("\a")", R"("\'")", R"("\u")", R"("\u12")", R"("\u12g4")", R"("\U0041")",
          R"("\ud83d")", R"("\udd11")", R"("\ud83d\u0041")", R"("\ud83d\ud83d")", R"("\ud83dx")"})
        check_fault(text, json_fault::syntax);
}

TEST_CASE("RFC 8259 §7: control characters are escaped or refused", "[JOSE-02]") {
    for (int c = 0; c < 0x20; ++c) {
        const auto octet = static_cast<char>(c);
        check_fault(std::string{'"', octet, '"'}, json_fault::syntax);
        const bool is_white_space = c == '\t' || c == '\n' || c == '\r';
        CHECK(parses(std::string{'[', octet, ']'}) == is_white_space);
    }
    CHECK(parses("\"\x7F\""));
}

TEST_CASE("an encoded NUL in a string is refused, in names and values", "[JOSE-02]") {
    check_fault(R"("\u0000")", json_fault::nul);
    check_fault(R"({"a":"b\u0000c"})", json_fault::nul);
    check_fault(R"({"a\u0000":"b"})", json_fault::nul);
    check_fault(R"([["\u0000"]])", json_fault::nul);
    CHECK(parses(R"("\\u0000")"));
}

TEST_CASE("a NUL octet does not end the text", "[JOSE-02]") {
    check_fault(std::string_view{"{}\0", 3}, json_fault::syntax);
    check_fault(std::string_view{"{}\0garbage", 10}, json_fault::syntax);
    check_fault(std::string_view{"\0{}", 3}, json_fault::syntax);
    check_fault(std::string_view{"{\0}", 3}, json_fault::syntax);
    check_fault(std::string_view{"\"a\0b\"", 5}, json_fault::syntax);
    check_fault(std::string_view{"1\0", 2}, json_fault::syntax);
}

TEST_CASE("RFC 7515 §4, RFC 7519 §4: a name given twice is refused, at every level", "[JOSE-02]") {
    for (const char* text :
         {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"({"":1,"":2})", R"([{"a":1,"a":2}])",
          R"({"x":{"a":1,"a":2}})", R"({"a":{"b":1},"a":{"b":1}})", R"({"a":1,"\u0061":2})",
          R"({"alg":"ES256","kid":"1","alg":"none"})"})
        check_fault(text, json_fault::duplicate_name);
    CHECK(parses(R"({"a":1,"A":2,"a ":3,"":4})"));
    CHECK(parses(R"({"a":{"a":{"a":1}},"b":{"a":1}})"));
    CHECK(parses(R"([{"a":1},{"a":1}])"));
}

TEST_CASE("among many names too, the one given twice is found", "[JOSE-02]") {
    for (const int count : {15, 16, 17, 18, 1000}) {
        std::string members;
        for (int i = 0; i < count; ++i) members += "\"n" + std::to_string(i) + "\":[{}],";
        CHECK(parses("{" + members + "\"x\":0}"));
        for (const auto* twice : {"n0", "n7", "n14"})
            check_fault("{" + members + "\"" + twice + "\":0}", json_fault::duplicate_name);
    }
}

TEST_CASE("the deepest nesting is allowed, and one more is not", "[JOSE-02]") {
    CHECK(parses(nested(16, '[', ']')));
    check_fault(nested(17, '[', ']'), json_fault::too_deep);
    CHECK(parses("[]", {100, 1}));
    check_fault("[{}]", json_fault::too_deep, {100, 1});
    check_fault("[]", json_fault::too_deep, {100, 0});
    CHECK(parses("1", {100, 0}));

    std::string objects = "1";
    for (int i = 0; i < 16; ++i) objects = "{\"a\":" + objects + "}";
    CHECK(parses(objects));
    check_fault("{\"a\":" + objects + "}", json_fault::too_deep);
    check_fault("[" + objects + "]", json_fault::too_deep);
}

TEST_CASE("depth is what is open at once, not what was opened in all", "[JOSE-02]") {
    std::string siblings = "[";
    for (int i = 0; i < 1000; ++i) siblings += "[{}],";
    CHECK(parses(siblings + "[]]", {100'000, 3}));
    check_fault(siblings + "[[[]]]]", json_fault::too_deep, {100'000, 3});
}

TEST_CASE("RFC 8259 §9: a depth bomb is refused at the limit, closed or not", "[JOSE-02]") {
    check_fault(std::string(60'000, '['), json_fault::too_deep);
    check_fault(nested(30'000, '[', ']'), json_fault::too_deep);
    std::string objects;
    for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
    check_fault(objects, json_fault::too_deep);
    // Where a caller allows it, depth costs no stack.
    CHECK(parses(nested(500'000, '[', ']'), {1'000'000, 500'000}));
}

TEST_CASE("the longest text is allowed, and one octet more is not", "[JOSE-02]") {
    const std::string longest = "\"" + std::string(65'534, 'x') + "\"";
    CHECK(parses(longest));
    check_fault(longest + " ", json_fault::too_large);
    CHECK(parses("[]", {2, 1}));
    check_fault("[] ", json_fault::too_large, {2, 1});
    check_fault("\"" + std::string(65'536, 'x'), json_fault::too_large);
}
