#include "mcp_oauth/grammar/http_authorization.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool is_one_of(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

} // namespace

TEST_CASE("RFC 9110 §11.4: a scheme, and what follows one or more spaces", "[OA21-RS-02]") {
    struct row {
        const char* value;
        const char* scheme;
        const char* token;
    };
    for (const auto& [value, scheme, token] :
         {row{"Bearer mF_9.B5f-4.1JqM", "Bearer", "mF_9.B5f-4.1JqM"},
          row{"bEARER abc", "bEARER", "abc"}, row{"Bearer    abc", "Bearer", "abc"},
          row{"Bearer", "Bearer", ""}, row{"Bearer ", "Bearer", ""},
          row{"Bearer abc ", "Bearer", "abc "}, row{"Bearer a b", "Bearer", "a b"},
          row{"Digest username=\"x\", realm=\"y\"", "Digest", "username=\"x\", realm=\"y\""}}) {
        const auto credentials = parse_credentials(value);
        REQUIRE(credentials);
        CHECK(credentials->scheme == scheme);
        CHECK(credentials->token == token);
    }
}

TEST_CASE("a value that does not begin with a scheme and a space is no credentials",
          "[OA21-RS-02]") {
    for (const char* value :
         {"", " ", " Bearer abc", "\tBearer abc", "Bearer\tabc", "Bearer, abc", "Bearer=abc def",
          "\"Bearer\" abc", "(Bearer) abc", "B\xC3\xA9 abc", "Bearer\r\n abc", "Bearer:abc"}) {
        INFO(value);
        CHECK_FALSE(parse_credentials(value));
    }
    CHECK_FALSE(parse_credentials(std::string_view{"\0 abc", 5}));
}

TEST_CASE("RFC 9110 §5.6.2: each octet in a scheme", "[OA21-RS-02]") {
    for (int c = 0; c < 256; ++c) {
        const auto octet = static_cast<char>(c);
        const bool allowed =
            is_one_of(letters_and_digits, octet) || is_one_of("!#$%&'*+-.^_`|~", octet);
        CHECK(parse_credentials(std::string{octet}).has_value() == allowed);
        // A space ends the scheme instead.
        const bool in_the_middle = allowed || octet == ' ';
        CHECK(parse_credentials(std::string{'a', octet, 'b'}).has_value() == in_the_middle);
    }
}

TEST_CASE("RFC 6750 §2.1: each octet in a b64token", "[OA21-RS-02]") {
    for (int c = 0; c < 256; ++c) {
        const auto octet = static_cast<char>(c);
        const bool allowed = is_one_of(letters_and_digits, octet) || is_one_of("-._~+/", octet);
        CHECK(is_token68(std::string{octet}) == allowed);
        CHECK(is_token68(std::string{'a', octet, 'b'}) == allowed);
        CHECK(is_token68(std::string{'a', octet}) == (allowed || octet == '='));
    }
}

TEST_CASE("RFC 6750 §2.1: equals signs may only end a token, and never are one", "[OA21-RS-02]") {
    CHECK(is_token68("a="));
    CHECK(is_token68("a=="));
    CHECK(is_token68("a======"));
    CHECK_FALSE(is_token68(""));
    CHECK_FALSE(is_token68("="));
    CHECK_FALSE(is_token68("=="));
    CHECK_FALSE(is_token68("=a"));
    CHECK_FALSE(is_token68("a=b"));
    CHECK_FALSE(is_token68("a ="));
}

TEST_CASE("RFC 6749 §2.3.1: the example of a client with a password", "[OA21-CLI-06]") {
    const auto basic = decode_basic("czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
    REQUIRE(basic);
    CHECK(basic->user_id == "s6BhdRkqt3");
    CHECK(basic->password == "7Fjfp0ZBr1KtDRbnfVdmIw");
}

TEST_CASE("RFC 7617 §2: the first colon separates, either half may be empty") {
    struct row {
        const char* token68;
        const char* user_id;
        const char* password;
    };
    for (const auto& [token68, user_id, password] :
         {row{"YTpiOmM=", "a", "b:c"}, row{"Og==", "", ""}, row{"YTo=", "a", ""},
          row{"OmI=", "", "b"}, row{"YSUzQWI6Yys=", "a%3Ab", "c+"}}) {
        const auto basic = decode_basic(token68);
        REQUIRE(basic);
        CHECK(basic->user_id == user_id);
        CHECK(basic->password == password);
    }
}

TEST_CASE("RFC 7617 §2: no colon, bad base64 and control characters are refused") {
    CHECK_FALSE(decode_basic(""));
    CHECK_FALSE(decode_basic("YWI="));      // ab
    CHECK_FALSE(decode_basic("YTpiOmM"));   // without its padding
    CHECK_FALSE(decode_basic("YTpi OmM=")); // with a space
    CHECK_FALSE(decode_basic("YTpiOmN="));  // with leftover bits
    CHECK_FALSE(decode_basic("YTpi-_=="));  // of the other alphabet
    CHECK_FALSE(decode_basic("YTpiAA=="));  // a:b NUL
    CHECK_FALSE(decode_basic("YQo6Yg=="));  // a LF :b
    CHECK_FALSE(decode_basic("YTpifw=="));  // a:b DEL
    CHECK(decode_basic("YTpiIA==")->password == "b ");
}

TEST_CASE("Basic credentials are written as they are read, in every length",
          "[grammar][OA21-CLI-06]") {
    // RFC 6749 §2.3.1.
    CHECK(encode_basic("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw").reveal() ==
          "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
    for (const auto* password : {"", "x", "xy", "xyz", "\xFB\xEF\xBE\xFF", "a:b"}) {
        const auto value = encode_basic("id", password);
        const auto parts = parse_credentials(value.reveal());
        REQUIRE(parts);
        CHECK(parts->scheme == "Basic");
        const auto both = decode_basic(parts->token);
        REQUIRE(both);
        CHECK(both->user_id == "id");
        CHECK(both->password == password);
    }
}

TEST_CASE("RFC 9110 §11.6.1: a challenge is a scheme and its parameters", "[OA21-RS-09]") {
    CHECK(challenge("Bearer").text() == "Bearer");
    CHECK(challenge("Bearer").with("realm", "example").text() == "Bearer realm=\"example\"");
    CHECK(challenge("Bearer")
              .with("error", "invalid_token")
              .with("error_description", "The access token expired")
              .with("scope", "a b")
              .text() ==
          "Bearer error=\"invalid_token\", error_description=\"The access token expired\", "
          "scope=\"a b\"");
    CHECK(challenge("Bearer").with("realm", "").text() == "Bearer realm=\"\"");
}

TEST_CASE("RFC 6750 §3: a parameter does not occur twice in one challenge", "[OA21-RS-09]") {
    CHECK(challenge("Bearer").with("scope", "a").with("scope", "b").text() == "Bearer scope=\"a\"");
    CHECK(challenge("Bearer").with("scope", "a").with("SCOPE", "b").text() == "Bearer scope=\"a\"");
    CHECK(challenge("B").with("a", "1").with("b", "2").with("c", "3").with("b", "4").text() ==
          "B a=\"1\", b=\"2\", c=\"3\"");
    // What only looks like a parameter, inside a value, hides none.
    CHECK(challenge("B").with("a", "scope=x").with("scope", "b").text() ==
          "B a=\"scope=x\", scope=\"b\"");
    CHECK(challenge("B").with("a", ", scope=").with("scope", "b").text() ==
          "B a=\", scope=\", scope=\"b\"");
    CHECK(challenge("B").with("scope2", "a").with("scope", "b").text() ==
          "B scope2=\"a\", scope=\"b\"");
    CHECK(challenge("B").with("my_scope", "a").with("scope", "b").text() ==
          "B my_scope=\"a\", scope=\"b\"");
}

TEST_CASE("RFC 6750 §3: each octet in a parameter's value", "[OA21-RS-09]") {
    for (int c = 0; c < 256; ++c) {
        const auto octet = static_cast<char>(c);
        const bool allowed =
            c == 0x20 || c == 0x21 || (c >= 0x23 && c <= 0x5B) || (c >= 0x5D && c <= 0x7E);
        const std::string value{'a', octet, 'b'};
        const auto text = challenge("Bearer").with("realm", value).text();
        CHECK(text == (allowed ? "Bearer realm=\"" + value + "\"" : "Bearer"));
    }
}

TEST_CASE("a value that would end its quotes or its line is left out whole", "[OA21-RS-09]") {
    auto out = challenge("Bearer");
    out.with("realm", "x\", error=\"y").with("scope", "a\r\nSet-Cookie: x=1").with("error", "\\");
    CHECK(out.text() == "Bearer");
    out.with("realm", "x"); // one that was left out does not count as there
    CHECK(out.text() == "Bearer realm=\"x\"");
}

TEST_CASE("RFC 9110 §11.2: a parameter's name is a token", "[OA21-RS-09]") {
    for (const char* name : {"", "a b", "a=", "a\"", "a,", "a\r\n", "\xC3\xA9"}) {
        INFO(name);
        CHECK(challenge("Bearer").with(name, "x").text() == "Bearer");
    }
}
