#include "mcp_oauth/grammar/ip_address.hpp"

#include <string>

#include "support/catch.hpp"

using namespace mcp_oauth;

namespace {

std::string rewritten(std::string_view text) {
    const auto address = ip_address::parse(text);
    return address ? address->text() : "refused";
}

} // namespace

TEST_CASE("an IPv4 address is four decimal octets", "[grammar][ATK-RG-04]") {
    const auto address = ip_address::parse("192.0.2.255");
    REQUIRE(address);
    CHECK(address->is_v4());
    REQUIRE(address->size() == 4);
    CHECK(address->data()[0] == 192);
    CHECK(address->data()[3] == 255);
    CHECK(*address == ip_address{ip_address::v4_octets{192, 0, 2, 255}});
    CHECK(rewritten("0.0.0.0") == "0.0.0.0");
    CHECK(rewritten("255.255.255.255") == "255.255.255.255");
}

TEST_CASE("the other spellings that readers of IPv4 addresses know are none",
          "[grammar][ATK-RG-04]") {
    for (const char* text : {"",
                             ".",
                             "127.1",
                             "127.0.1",
                             "2130706433",
                             "0x7f000001",
                             "0x7f.0.0.1",
                             "0177.0.0.1",
                             "127.0.0.01",
                             "127.0.0.256",
                             "127.0.0.1000",
                             "127.0.0.1.",
                             ".127.0.0.1",
                             "127..0.1",
                             "127.0.0.1.1",
                             "127.0.0.-1",
                             "127.0.0.+1",
                             " 127.0.0.1",
                             "127.0.0.1 ",
                             "127.0.0.1/8",
                             "127.0.0.1:80",
                             "127.0.0.1%lo",
                             "127.0.0.a",
                             "\xEF\xBC\x91.0.0.1",
                             "1.1.1"}) {
        INFO(text);
        CHECK_FALSE(ip_address::parse(text));
    }
    CHECK_FALSE(ip_address::parse(std::string_view{"127.0.0.1\0", 10}));
}

TEST_CASE("an IPv6 address is eight groups, one run of zeros left out, the end perhaps as IPv4",
          "[grammar][RFC5952]") {
    struct row {
        const char* text;
        const char* canonical;
    };
    for (const auto& [text, canonical] : {
             row{"2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"},
             row{"::", "::"},
             row{"::1", "::1"},
             row{"1::", "1::"},
             row{"0:0:0:0:0:0:0:0", "::"},
             row{"0:0:0:0:0:0:0:1", "::1"},
             row{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
             row{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
             row{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
             row{"::ffff:127.0.0.1", "::ffff:7f00:1"},
             row{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
             row{"64:ff9b::169.254.169.254", "64:ff9b::a9fe:a9fe"},
             row{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, // RFC 5952 §4.2.2
             row{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          // §4.2.3, the longest run
             row{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    // §4.2.3, the first of two
             row{"0001:0000:0010:0100:1000:a:0:ff", "1:0:10:100:1000:a:0:ff"},
         }) {
        INFO(text);
        CHECK(rewritten(text) == canonical);
        CHECK(ip_address::parse(canonical) == ip_address::parse(text));
    }
}

TEST_CASE("an IPv6 address is neither short, long, zoned nor bracketed", "[grammar][ATK-RG-04]") {
    for (const char* text : {":",
                             ":::",
                             "1:::2",
                             "::1::",
                             "1::2::3",
                             ":1",
                             "1:",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "::1:2:3:4:5:6:7:8",
                             "1:2:3:4:5:6:7:8::",
                             "1:2:3:4::5:6:7:8",
                             "12345::",
                             "g::",
                             "::-1",
                             "::+1",
                             "::1 ",
                             " ::1",
                             "[::1]",
                             "::1%1",
                             "fe80::1%eth0",
                             "::1/128",
                             "::127.0.0.1:1",
                             "127.0.0.1::",
                             "::127.1",
                             "::0177.0.0.1",
                             "::256.0.0.1",
                             "1:2:3:4:5:6:7:1.2.3.4",
                             "::ffff:127.0.0.1.",
                             "::ffff:0x7f.0.0.1"}) {
        INFO(text);
        CHECK_FALSE(ip_address::parse(text));
    }
}

TEST_CASE("an IPv4 address and the IPv6 address that carries it differ", "[grammar]") {
    CHECK(ip_address::parse("1.2.3.4") != ip_address::parse("::1.2.3.4"));
    CHECK(ip_address::parse("0.0.0.0") != ip_address::parse("::"));
    CHECK(ip_address::parse("1.2.3.4") != ip_address::parse("1.2.3.5"));
}
