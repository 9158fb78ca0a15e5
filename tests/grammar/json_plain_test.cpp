// Plain JSON is read by a reader of its own and everything else by the full parser. Both must say the same,
// and a carriage return in front, which means nothing, sends any text to the full one.
#include <array>
#include <random>

#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

std::string described(const json_value& value) {
    if (value.is_null()) return "null";
    if (const auto b = value.boolean()) return *b ? "true" : "false";
    if (const auto i = value.integer()) return "i" + std::to_string(*i);
    if (const auto n = value.number()) return "n" + std::to_string(*n);
    std::string text;
    if (const auto s = value.string()) {
        append_json_string(text, *s);
        return text;
    }
    text = value.is_object() ? "{" : "[";
    value.for_each_member([&text](std::string_view name, const json_value& member) {
        append_json_string(text, name);
        text += ":" + described(member) + ",";
    });
    value.for_each_element(
        [&text](const json_value& element) { text += described(element) + ","; });
    return text + std::to_string(value.size()) + (value.is_object() ? "}" : "]");
}

std::string outcome(std::string_view text) {
    const auto document = json_document::parse(text, {1000, 5});
    if (!document) return "fault " + std::to_string(static_cast<int>(document.error()));
    return described(document->root());
}

void check_alike(const std::string& text) {
    INFO(text);
    CHECK(outcome(text) == outcome("\r" + text));
}

const std::array<std::string, 36> pieces{"{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         ":",
                                         "\"",
                                         "\"a\"",
                                         "\"a\":",
                                         "\"b\":1,",
                                         "0",
                                         "1",
                                         "-1",
                                         "01",
                                         "-",
                                         "1.5",
                                         "1e3",
                                         " ",
                                         "\n",
                                         "\t",
                                         "true",
                                         "false",
                                         "null",
                                         "tru",
                                         "\\",
                                         "\\n",
                                         "\"\\u0041\"",
                                         "\"\\u0000\"",
                                         "\x7F",
                                         "\xC3\xA9",
                                         "\xFF",
                                         "999999999999999999",
                                         "9999999999999999999",
                                         "-999999999999999999",
                                         "{\"a\":[1,",
                                         "]}"};

} // namespace

TEST_CASE("plain JSON reads the same by either reader", "[grammar]") {
    for (const auto* const text : {"0",
                                   "-0",
                                   "7",
                                   "-7",
                                   "00",
                                   "-",
                                   "",
                                   " ",
                                   "{}",
                                   "[]",
                                   "[1]",
                                   "[1,]",
                                   "[,1]",
                                   "{\"a\"}",
                                   "{\"a\":}",
                                   "{\"a\":1,}",
                                   "{\"a\":1,\"a\":1}",
                                   " { \"a\" : [ 1 , true , null ] } ",
                                   "[[[[[1]]]]]",
                                   "[[[[[[1]]]]]]",
                                   "{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}",
                                   "\"\"",
                                   "\"a b\"",
                                   "\"a",
                                   "true",
                                   "truex",
                                   "true1",
                                   "nul",
                                   "1 2",
                                   "1.0",
                                   "1e2",
                                   "12345678901234567",
                                   "123456789012345678",
                                   "1234567890123456789",
                                   "-12345678901234567",
                                   "[1\n,2]",
                                   "[1\t]"})
        check_alike(text);
}

TEST_CASE("whatever the pieces of JSON are put together to reads the same by either reader",
          "[grammar]") {
    std::mt19937 draw(1); // the same in every run
    for (int run = 0; run < 20'000; ++run) {
        std::string text;
        for (auto left = 1 + draw() % 12; left > 0; --left) text += pieces[draw() % pieces.size()];
        check_alike(text);
    }
}

TEST_CASE("a document with any octet exchanged reads the same by either reader", "[grammar]") {
    const std::string text = R"({"v":1,"ring":[18,-3],"revoked":{"reason":"x","at":0},"b":true})";
    for (std::size_t i = 0; i < text.size(); ++i)
        for (int octet = 1; octet < 256; ++octet) {
            auto changed = text;
            changed[i] = static_cast<char>(octet);
            if (outcome(changed) != outcome("\r" + changed)) check_alike(changed);
        }
}

TEST_CASE("nesting is limited in plain JSON as in any other", "[grammar]") {
    for (std::size_t depth = 1; depth < 40; ++depth) {
        const auto text = std::string(depth, '[') + std::string(depth, ']');
        for (const std::size_t most : {std::size_t{8}, std::size_t{16}, std::size_t{30}}) {
            CHECK(json_document::parse(text, {1000, most}).has_value() == (depth <= most));
            CHECK(json_document::parse("\r" + text, {1000, most}).has_value() == (depth <= most));
        }
    }
    const std::string deep(500'000, '[');
    CHECK(json_document::parse(deep, {1'000'000, 1'000'000}).error() == json_fault::syntax);
}
