#include "mcp_oauth/grammar/form_urlencoded.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

using pairs = std::vector<form::parameter>;

pairs parsed(std::string_view text, const form_limits& limits = {}) {
    const auto form = form::parse(text, limits);
    REQUIRE(form);
    return form->parameters();
}

form_fault fault_of(std::string_view text, const form_limits& limits = {}) {
    const auto form = form::parse(text, limits);
    REQUIRE_FALSE(form);
    return form.error();
}

constexpr std::string_view six_characters = " %&+\xC2\xA3\xE2\x82\xAC";

} // namespace

TEST_CASE("OAuth 2.1 appendix B: the six characters space % & + pound euro", "[OA21-GEN-06]") {
    CHECK(form_encode(six_characters) == "+%25%26%2B%C2%A3%E2%82%AC");
    CHECK(*form_decode("+%25%26%2B%C2%A3%E2%82%AC") == six_characters);
    CHECK(parsed("v=+%25%26%2B%C2%A3%E2%82%AC") == pairs{{"v", std::string(six_characters)}});
}

TEST_CASE("OAuth 2.1 §3.2.2: parameters come in order, decoded, repeats and empty values kept",
          "[OA21-GEN-06]") {
    CHECK(parsed("a=1&b=2&a=3") == pairs{{"a", "1"}, {"b", "2"}, {"a", "3"}});
    CHECK(parsed("a=&b") == pairs{{"a", ""}, {"b", ""}});
    CHECK(parsed("a=b=c") == pairs{{"a", "b=c"}});
    CHECK(parsed("=v") == pairs{{"", "v"}});
    CHECK(parsed("a%3Db=c%26d") == pairs{{"a=b", "c&d"}});
    CHECK(parsed("%61=%31") == pairs{{"a", "1"}});
    CHECK(parsed("A=1&a=2") == pairs{{"A", "1"}, {"a", "2"}});
}

TEST_CASE("pairs without a name and a value are skipped, wherever they stand", "[OA21-GEN-06]") {
    CHECK(parsed("").empty());
    CHECK(parsed("&").empty());
    CHECK(parsed("&&a=1&&&b=2&&") == pairs{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("a semicolon separates nothing", "[OA21-GEN-06]") {
    CHECK(parsed("a=1;b=2") == pairs{{"a", "1;b=2"}});
}

TEST_CASE("every octet survives encoding and decoding, where the whole is UTF-8", "[OA21-GEN-06]") {
    for (int c = 0; c < 128; ++c) {
        const std::string text(1, static_cast<char>(c));
        CHECK(*form_decode(form_encode(text)) == text);
    }
    const std::string_view nul{"a\0b", 3};
    CHECK(form_encode(nul) == "a%00b");
    CHECK(*form_decode("a%00b") == nul);
}

TEST_CASE("only letters, digits, - . _ * stand for themselves, in upper-case escapes",
          "[OA21-GEN-06]") {
    constexpr std::string_view itself =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._*";
    for (int c = 0; c < 256; ++c) {
        const auto octet = static_cast<char>(c);
        const auto encoded = form_encode(std::string_view{&octet, 1});
        const bool kept = itself.find(octet) != std::string_view::npos;
        CHECK(encoded.size() == (kept || octet == ' ' ? 1U : 3U));
        if (kept) CHECK(encoded.front() == octet);
    }
    CHECK(form_encode("~") == "%7E");
    CHECK(form_encode("/") == "%2F");
    CHECK(form_encode(" ") == "+");
}

TEST_CASE("a percent sign without two hexadecimal digits is malformed", "[OA21-GEN-06]") {
    for (const char* text : {"%", "a=%", "a=%2", "a=%G0", "a=%0G", "a=% 1", "a=%+1", "a=%-1",
                             "a=%%31", "%=1", "%4=a", "a=1&b=%zz", "a=%u0041", "a=%0x41"}) {
        INFO(text);
        CHECK(fault_of(text) == form_fault::bad_escape);
    }
    CHECK(parsed("a=%c2%A3&b=%C2%a3") == pairs{{"a", "\xC2\xA3"}, {"b", "\xC2\xA3"}});
}

TEST_CASE("an escape does not reach over the end of its parameter", "[OA21-GEN-06]") {
    CHECK(fault_of("a=%4&1=b") == form_fault::bad_escape);
    CHECK(fault_of("a%4=1") == form_fault::bad_escape);
}

TEST_CASE("each octet in place of a hexadecimal digit", "[OA21-GEN-06]") {
    constexpr std::string_view digits = "0123456789ABCDEFabcdef";
    for (int c = 0; c < 256; ++c) {
        const auto octet = static_cast<char>(c);
        const bool is_digit = digits.find(octet) != std::string_view::npos;
        const auto low = form_decode(std::string{'%', '4', octet});
        const auto high = form_decode(std::string{'%', octet, '1'});
        CHECK(low.has_value() == is_digit);
        CHECK((high.has_value() || high.error() == form_fault::not_utf8) == is_digit);
    }
}

TEST_CASE("decoded octets that are not UTF-8 are malformed, in names and values, escaped and raw",
          "[OA21-GEN-06]") {
    for (const char* text : {"a=%C2", "a=%80", "a=%FF", "a=%C0%AF", "a=%ED%A0%80", "a=%F4%90%80%80",
                             "%C2=1", "a=\xC2", "a=\xFF", "a=%C2&b=%A3", "a%C2=%A3"}) {
        INFO(text);
        CHECK(fault_of(text) == form_fault::not_utf8);
    }
    CHECK(parsed("a=\xC2\xA3") == pairs{{"a", "\xC2\xA3"}});
}

TEST_CASE("the greatest number of parameters is allowed, and one more is not", "[OA21-GEN-06]") {
    std::string text = "p=1";
    for (int i = 1; i < 64; ++i) text += "&p=1";
    CHECK(parsed(text).size() == 64);
    CHECK(parsed(text + "&&&").size() == 64);
    CHECK(fault_of(text + "&p") == form_fault::too_many);
    CHECK(fault_of("a", {0, 1}) == form_fault::too_many);
    CHECK(parsed("", {0, 1}).empty());
}

TEST_CASE("the longest name and value are allowed, and one octet more is not", "[OA21-GEN-06]") {
    const std::string longest(8192, 'x');
    CHECK(parsed(longest + '=' + longest) == pairs{{longest, longest}});
    CHECK(fault_of("a=" + longest + 'x') == form_fault::value_too_long);
    CHECK(fault_of(longest + "x=a") == form_fault::value_too_long);
    // The limit is for what was meant, not for how it was written.
    CHECK(parsed("a=%41%42%43", {1, 3}) == pairs{{"a", "ABC"}});
    CHECK(fault_of("a=%41%42%43%44", {1, 3}) == form_fault::value_too_long);
}

TEST_CASE("RFC 3629 §4: well-formed UTF-8 and nothing else", "[OA21-GEN-06]") {
    for (const char* text :
         {"", "ascii", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
          "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        INFO(text);
        CHECK(is_utf8(text));
    }
    for (const char* text : {"\x80",
                             "\xBF",
                             "\xC0\x80",
                             "\xC1\xBF",
                             "\xC2",
                             "\xC2\x41",
                             "\xC2\xC0",
                             "\xE0\x9F\xBF",
                             "\xED\xA0\x80",
                             "\xED\xBF\xBF",
                             "\xE2\x82",
                             "\xE2\x82\x41",
                             "\xF0\x8F\xBF\xBF",
                             "\xF4\x90\x80\x80",
                             "\xF5\x80\x80\x80",
                             "\xF0\x90\x80",
                             "\xFE",
                             "\xFF",
                             "a\xFF",
                             "\xC2\xA3\xA3"}) {
        INFO(text);
        CHECK_FALSE(is_utf8(text));
    }
    CHECK(is_utf8(std::string_view{"\0", 1}));
}

TEST_CASE("RFC 3629 §3: every code point but the surrogates has one well-formed spelling",
          "[OA21-GEN-06]") {
    std::size_t refused = 0;
    for (unsigned point = 0x800; point <= 0xFFFF; ++point) {
        const std::string text{static_cast<char>(0xE0U | (point >> 12U)),
                               static_cast<char>(0x80U | ((point >> 6U) & 0x3FU)),
                               static_cast<char>(0x80U | (point & 0x3FU))};
        if (!is_utf8(text)) ++refused;
    }
    CHECK(refused == 0x800); // U+D800 to U+DFFF
}
