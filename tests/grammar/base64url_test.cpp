#include "mcp_oauth/grammar/base64url.hpp"

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace

TEST_CASE("RFC 7636 appendix A: the octets 3 236 255 224 193 are A-z_4ME") {
    CHECK(base64url("\x03\xEC\xFF\xE0\xC1") == "A-z_4ME");
    CHECK(decode_base64url("A-z_4ME") == "\x03\xEC\xFF\xE0\xC1");
}

TEST_CASE("RFC 4648 §10: the vectors, without padding here and with it in base64") {
    struct row {
        const char* octets;
        const char* unpadded;
        const char* padded;
    };
    for (const auto& [octets, unpadded, padded] :
         {row{"", "", ""}, row{"f", "Zg", "Zg=="}, row{"fo", "Zm8", "Zm8="},
          row{"foo", "Zm9v", "Zm9v"}, row{"foob", "Zm9vYg", "Zm9vYg=="},
          row{"fooba", "Zm9vYmE", "Zm9vYmE="}, row{"foobar", "Zm9vYmFy", "Zm9vYmFy"}}) {
        CHECK(base64url(octets) == unpadded);
        CHECK(decode_base64url(unpadded) == octets);
        CHECK(decode_base64(padded) == octets);
    }
}

TEST_CASE("RFC 4648 §5: each character of the alphabet stands for its own value") {
    for (std::size_t value = 0; value < 64; ++value) {
        // The value in the upper six bits of a lone octet, whose two lower bits are the next digit.
        const std::string octet(1, static_cast<char>(value << 2U));
        const std::string text{alphabet[value], 'A'};
        CHECK(base64url(octet) == text);
        CHECK(decode_base64url(text) == octet);
    }
}

TEST_CASE("RFC 4648 §3.3: every other octet is refused, at every position") {
    for (int c = 0; c < 256; ++c) {
        const auto octet = static_cast<char>(c);
        const bool belongs = alphabet.find(octet) != std::string_view::npos;
        CHECK(is_base64url(octet) == belongs);
        for (std::size_t at = 0; at < 8; ++at) {
            std::string text = "AAAAAAAA";
            text[at] = octet;
            CHECK(decode_base64url(text).has_value() == belongs);
        }
    }
}

TEST_CASE(
    "RFC 4648 §3.5: a tail whose unused bits are not zero is a second spelling, and refused") {
    for (const char last : alphabet) {
        const auto value = alphabet.find(last);
        CHECK(decode_base64url(std::string{'A', last}).has_value() == (value % 16 == 0));
        CHECK(decode_base64url(std::string{'A', 'A', last}).has_value() == (value % 4 == 0));
    }
    CHECK_FALSE(decode_base64("Zh=="));
    CHECK_FALSE(decode_base64("Zm9="));
}

TEST_CASE("RFC 7515 §2: no padding, no white space, no impossible length in base64url") {
    for (const char* text : {"Zg==", "Zm8=", "Zg=", "=", "A", "AAAAA", "Zm9v\n", " Zm9v", "Zm 9v",
                             "Zm9v\r\nYg", "Zm+v", "Zm/v", "Zm9vYg\t"}) {
        INFO(text);
        CHECK_FALSE(decode_base64url(text));
    }
    CHECK_FALSE(decode_base64url(std::string_view{"Zm9v\0", 5}));
    CHECK_FALSE(decode_base64url(std::string_view{"\0", 1}));
}

TEST_CASE("RFC 4648 §4: base64 wants its padding, exactly so much and only at the end") {
    for (const char* text : {"Zg", "Zg=", "Zg===", "Zm8", "Zm9v=", "Zm9v====", "====", "=", "==",
                             "Z===", "Zg==Zg==", "Zm8=Zm8=", "Zg= =", "Zm-v", "Zm_v", "A==="}) {
        INFO(text);
        CHECK_FALSE(decode_base64(text));
    }
    CHECK(decode_base64("+/+/") == "\xFB\xFF\xBF");
    CHECK(decode_base64("") == "");
}

TEST_CASE("whatever is encoded decodes to itself, at every length") {
    std::string octets;
    for (int i = 0; i < 300; ++i) {
        const auto text = base64url(octets);
        CHECK(text.size() == (octets.size() * 8 + 5) / 6);
        CHECK(decode_base64url(text) == octets);
        octets.push_back(static_cast<char>(i * 167 + 13));
    }
}

TEST_CASE("whatever decodes encodes to itself: there is one spelling") {
    for (const char a : alphabet) {
        for (const char b : alphabet) {
            for (const std::string& text :
                 {std::string{a, b}, std::string{'x', a, b}, std::string{'x', 'y', a, b}}) {
                const auto octets = decode_base64url(text);
                if (octets) CHECK(base64url(*octets) == text);
            }
        }
    }
}
