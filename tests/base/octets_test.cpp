#include "mcp_oauth/base/octets.hpp"

#include <vector>

#include "hex.hpp"
#include "support/catch.hpp"

using namespace mcp_oauth;

TEST_CASE("an array and a view of its octets turn into each other") {
    const std::array<std::uint8_t, 3> octets{0x00, 0x80, 0xFF};
    CHECK(as_view(octets) == std::string_view{"\x00\x80\xFF", 3});
    CHECK(as_array<3>(as_view(octets)) == octets);
    CHECK_FALSE(as_array<3>("ab"));
    CHECK_FALSE(as_array<3>("abcd"));
    CHECK(as_array<0>("").has_value());
}

TEST_CASE("numbers are big-endian and fields carry their length in front") {
    octet_writer out;
    out.u8(0x01);
    out.u32(0x02030405);
    out.u64(0x060708090A0B0C0D);
    out.field("ab");
    out.field("");
    out.raw("cd");
    CHECK(to_hex(out.view()) == "0102030405060708090a0b0c0d0002616200006364");
}

TEST_CASE("a reader finds what a writer wrote, and then that nothing is left") {
    octet_writer out;
    out.u8(0xFF);
    out.u32(0xFFFFFFFF);
    out.u64(0xFFFFFFFFFFFFFFFF);
    out.field(std::string_view{"a\0b", 3});
    out.raw("xyz");
    const auto written = out.take();

    octet_reader in(written);
    CHECK(in.u8() == 0xFF);
    CHECK(in.u32() == 0xFFFFFFFF);
    CHECK(in.u64() == 0xFFFFFFFFFFFFFFFF);
    CHECK(in.field() == std::string_view{"a\0b", 3});
    CHECK_FALSE(in.finished());
    CHECK(in.raw(3) == "xyz");
    CHECK(in.finished());
    CHECK_FALSE(in.failed());
}

TEST_CASE("once something is missing, everything after it is nothing") {
    octet_reader in("\x01\x02\x03");
    CHECK(in.u32() == 0);
    CHECK(in.failed());
    CHECK(in.u8() == 0);
    CHECK(in.field().empty());
    CHECK(in.raw(0).empty());
    CHECK_FALSE(in.finished());
}

TEST_CASE("a record cut short at any octet is noticed") {
    octet_writer out;
    out.u8(1);
    out.field("some name");
    out.u64(7);
    out.field("value");
    const auto whole = out.take();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        octet_reader in(std::string_view{whole}.substr(0, size));
        (void)in.u8();
        (void)in.field();
        (void)in.u64();
        (void)in.field();
        CHECK_FALSE(in.finished());
    }
}

TEST_CASE("fields keep every length, at the edge of the short form too") {
    for (const std::size_t size : {0U, 1U, 65534U, 65535U, 65536U, 131072U}) {
        octet_writer out;
        out.field(std::string(size, 'x'));
        out.field("end");
        const auto written = out.take();
        octet_reader in(written);
        CHECK(in.field().size() == size);
        CHECK(in.field() == "end");
        CHECK(in.finished());
    }
}

TEST_CASE("two different lists of fields never give the same octets") {
    const auto written = [](const std::vector<std::string>& fields) {
        octet_writer out;
        for (const auto& field : fields) out.field(field);
        return out.take();
    };
    CHECK(written({"ab", "c"}) != written({"a", "bc"}));
    CHECK(written({"ab"}) != written({"a", "b"}));
    CHECK(written({""}) != written({}));
    CHECK(written({std::string(65536, 'x')}) != written({"", std::string(65534, 'x')}));
}

TEST_CASE("a short length in the long form is a second spelling, and refused") {
    octet_reader in(std::string_view{"\xFF\xFF\x00\x00\x00\x00\x00\x00\x00\x01x", 11});
    CHECK(in.field().empty());
    CHECK(in.failed());
}

TEST_CASE("a length beyond the end fails, however large") {
    octet_reader in("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFx");
    CHECK(in.field().empty());
    CHECK(in.failed());
}
