#include "mcp_oauth/grammar/json.hpp"

#include <memory>

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

json_document parsed(std::string_view text, const json_limits& limits = {}) {
    INFO(text);
    auto document = json_document::parse(text, limits);
    REQUIRE(document);
    return *std::move(document);
}

std::vector<std::string> names_of(const json_value& object) {
    std::vector<std::string> names;
    object.for_each_member(
        [&](std::string_view name, const json_value&) { names.emplace_back(name); });
    return names;
}

} // namespace

TEST_CASE("RFC 8259 §3: each kind of value is read as itself and as nothing else") {
    const auto document =
        parsed(R"({"null":null,"yes":true,"no":false,"int":-7,"real":1.5,"text":"t","list":[],)"
               R"("object":{}})");
    const auto root = document.root();
    REQUIRE(root.size() == 8);
    CHECK(root.is_object());
    CHECK(root.find("null")->is_null());
    CHECK(root.find("yes")->boolean() == true);
    CHECK(root.find("no")->boolean() == false);
    CHECK(root.find("int")->integer() == -7);
    CHECK(root.find("int")->number() == -7.0);
    CHECK(root.find("real")->number() == 1.5);
    CHECK(root.find("text")->string() == "t");
    CHECK(root.find("list")->is_array());
    CHECK(root.find("object")->is_object());

    for (const char* name : {"null", "yes", "no", "int", "real", "text", "list", "object"}) {
        const auto value = *root.find(name);
        const int readings = int{value.is_null()} + int{value.boolean().has_value()} +
                             int{value.number().has_value()} + int{value.string().has_value()} +
                             int{value.is_array()} + int{value.is_object()};
        CHECK(readings == 1);
    }
    CHECK_FALSE(root.find("real")->integer());
}

TEST_CASE("any value may be the outermost one") {
    CHECK(parsed("null").root().is_null());
    CHECK(parsed("true").root().boolean() == true);
    CHECK(parsed("42").root().integer() == 42);
    CHECK(parsed("\"text\"").root().string() == "text");
    CHECK(parsed(" \t\r\n[ ] \n").root().size() == 0);
}

TEST_CASE("members and elements are visited in order, however deep their neighbours are") {
    const auto document = parsed(R"({"b":[1,[2,[3]],{"x":[]}],"a":{"c":{"d":4}},"e":5})");
    const auto root = document.root();
    CHECK(names_of(root) == std::vector<std::string>{"b", "a", "e"});
    CHECK(root.size() == 3);
    CHECK(root.integer_at("e") == 5);
    CHECK(root.find("a")->find("c")->integer_at("d") == 4);

    const auto list = *root.find("b");
    CHECK(list.size() == 3);
    std::vector<std::size_t> sizes;
    list.for_each_element([&](const json_value& element) { sizes.push_back(element.size()); });
    CHECK(sizes == std::vector<std::size_t>{0, 2, 1});
}

TEST_CASE("a visit to what is no object or no array does not happen") {
    const auto document = parsed(R"([{"a":1},2])");
    int visits = 0;
    document.root().for_each_member([&](std::string_view, const json_value&) { ++visits; });
    CHECK(visits == 0);
    document.root().for_each_element([&](const json_value& element) {
        element.for_each_element([&](const json_value&) { ++visits; });
    });
    CHECK(visits == 0);
}

TEST_CASE("a name is found exactly, and only in the object that holds it") {
    const auto document = parsed(R"({"outer":{"inner":1},"":2,"Name":3})");
    const auto root = document.root();
    CHECK_FALSE(root.find("inner"));
    CHECK_FALSE(root.find("name"));
    CHECK_FALSE(root.find("oute"));
    CHECK_FALSE(root.find("Nama"));
    CHECK_FALSE(root.find("outer "));
    CHECK(root.integer_at("") == 2);
    CHECK(root.integer_at("Name") == 3);
    CHECK_FALSE(root.find("Name")->find("x"));
    CHECK_FALSE(parsed("[\"a\",1]").root().find("a"));
    CHECK_FALSE(parsed("{}").root().find(""));
    // Two spellings of one letter are two names, and two values (RFC 8414 §4).
    const auto accented = parsed("{\"caf\xC3\xA9\":\"\xC3\xA9\",\"cafe\xCC\x81\":\"e\xCC\x81\"}");
    CHECK(accented.root().size() == 2);
    CHECK(accented.root().string_at("caf\xC3\xA9") == "\xC3\xA9");
    CHECK(accented.root().string_at("cafe\xCC\x81") == "e\xCC\x81");
    CHECK_FALSE(accented.root().find("cafe"));
}

TEST_CASE("the shorthands give a member as one type or not at all") {
    const auto document = parsed(R"({"s":"x","i":1,"b":true,"n":null})");
    const auto root = document.root();
    CHECK(root.string_at("s") == "x");
    CHECK(root.integer_at("i") == 1);
    CHECK(root.boolean_at("b") == true);
    for (const char* name : {"i", "b", "n", "absent"}) CHECK_FALSE(root.string_at(name));
    for (const char* name : {"s", "b", "n", "absent"}) CHECK_FALSE(root.integer_at(name));
    for (const char* name : {"s", "i", "n", "absent"}) CHECK_FALSE(root.boolean_at(name));
}

TEST_CASE("strings() is all or nothing") {
    CHECK(parsed(R"(["a","","b"])").root().strings() == std::vector<std::string>{"a", "", "b"});
    CHECK(parsed("[]").root().strings() == std::vector<std::string>{});
    CHECK_FALSE(parsed(R"(["a",1])").root().strings());
    CHECK_FALSE(parsed(R"([["a"]])").root().strings());
    CHECK_FALSE(parsed(R"(["a",null])").root().strings());
    CHECK_FALSE(parsed(R"("a")").root().strings());
    CHECK_FALSE(parsed(R"({"a":"b"})").root().strings());
}

TEST_CASE("RFC 8259 §7: escapes are decoded, surrogate pairs put together") {
    CHECK(parsed(R"("\"\\\/\b\f\n\r\t")").root().string() == "\"\\/\b\f\n\r\t");
    CHECK(parsed(R"("\u0041\u00a3\u20AC")").root().string() == "A\xC2\xA3\xE2\x82\xAC");
    CHECK(parsed(R"("\ud83d\udd11")").root().string() == "\xF0\x9F\x94\x91");
    CHECK(parsed("\"\xC2\xA3\"").root().string() == "\xC2\xA3");
    CHECK(parsed("{\"\\u0061\":1}").root().integer_at("a") == 1);
}

TEST_CASE("RFC 7519 §2: integers at both ends of their range", "[JOSE-12]") {
    CHECK(parsed("9223372036854775807").root().integer() == INT64_MAX);
    CHECK(parsed("-9223372036854775808").root().integer() == INT64_MIN);
    CHECK(parsed("0").root().integer() == 0);
    CHECK(parsed("-0").root().integer() == 0);
}

TEST_CASE("RFC 7519 §2: a number that is no 64-bit integer is a number all the same", "[JOSE-12]") {
    for (const char* text : {"9223372036854775808", "-9223372036854775809", "18446744073709551615",
                             "18446744073709551616", "100000000000000000000000", "1.0", "1e3",
                             "1E+2", "-0.0", "1e-400", "1.7976931348623157e308"}) {
        INFO(text);
        const auto document = parsed(text);
        CHECK_FALSE(document.root().integer());
        CHECK(document.root().number());
    }
    CHECK(parsed("9223372036854775808").root().number() == 9223372036854775808.0);
    CHECK(parsed("1300819380.5").root().number() == 1300819380.5);
}

TEST_CASE("a document outlives the text it was read from, and moves whole") {
    auto text = std::make_unique<std::string>(R"({"a":["b"]})");
    auto first = parsed(*text);
    text.reset();
    const auto second = std::move(first);
    CHECK(second.root().find("a")->strings() == std::vector<std::string>{"b"});
    const auto copy = second; // NOLINT(performance-unnecessary-copy-initialization)
    CHECK(copy.root().find("a")->size() == 1);
}
