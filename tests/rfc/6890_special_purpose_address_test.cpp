// Every row of IANA's special-purpose address registries (IPv4 and IPv6, as of 2025-10-09): the
// first and the last address of the block, one before and one past it.

#include "mcp_oauth/rfc/6890_special_purpose_address.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace mcp_oauth;
using purpose = address_purpose;

namespace Catch {
template <> struct StringMaker<address_purpose> {
    static std::string convert(address_purpose value) { return std::string(name(value)); }
};
} // namespace Catch

namespace {

ip_address address(const std::string& text) {
    const auto parsed = ip_address::parse(text);
    INFO(text);
    REQUIRE(parsed);
    return *parsed;
}

purpose purpose_of_text(const std::string& text) { return purpose_of(address(text)); }

// One before `a`; the test never asks for one before the first.
ip_address before(const ip_address& a) {
    ip_address::v6_octets octets{};
    std::copy_n(a.data(), a.size(), octets.begin());
    for (auto i = a.size(); i-- > 0 && octets[i]-- == 0;) {
    }
    if (!a.is_v4()) return ip_address{octets};
    return ip_address{ip_address::v4_octets{octets[0], octets[1], octets[2], octets[3]}};
}

// The whole address space in order: each range ends one before the next begins, so checking the
// first and the last address of each checks one before and one past every block.
struct range {
    const char* first;
    purpose inside;
    std::string_view registered; // the registry's row; empty for what is in none
};

template <std::size_t Size> void check(const range (&space)[Size], const char* last) {
    for (std::size_t i = 0; i < Size; ++i) {
        const auto end = i + 1 < Size ? before(address(space[i + 1].first)) : address(last);
        INFO(space[i].first << " to " << end.text());
        CHECK(purpose_of_text(space[i].first) == space[i].inside);
        CHECK(purpose_of(end) == space[i].inside);
    }
}

template <std::size_t Size> long rows_in(const range (&space)[Size]) {
    return std::count_if(std::begin(space), std::end(space),
                         [](const range& r) { return !r.registered.empty(); });
}

constexpr auto global = purpose::global;
constexpr auto assigned = purpose::protocol_assignment;
constexpr auto embedded = purpose::embedded_ipv4;

// clang-format off
constexpr range v4_space[] = {
    {"0.0.0.0", purpose::unspecified, "0.0.0.0/32 This host on this network"},
    {"0.0.0.1", purpose::this_network, "0.0.0.0/8 This network"},
    {"1.0.0.0", global, ""},
    {"10.0.0.0", purpose::private_use, "10.0.0.0/8 Private-Use"},
    {"11.0.0.0", global, ""},
    {"100.64.0.0", purpose::shared, "100.64.0.0/10 Shared Address Space"},
    {"100.128.0.0", global, ""},
    {"127.0.0.0", purpose::loopback, "127.0.0.0/8 Loopback"},
    {"128.0.0.0", global, ""},
    {"169.254.0.0", purpose::link_local, "169.254.0.0/16 Link Local"},
    {"169.255.0.0", global, ""},
    {"172.16.0.0", purpose::private_use, "172.16.0.0/12 Private-Use"},
    {"172.32.0.0", global, ""},
    {"192.0.0.0", assigned, "192.0.0.0/29 IPv4 Service Continuity Prefix"},
    {"192.0.0.8", assigned, "192.0.0.8/32 IPv4 dummy address"},
    {"192.0.0.9", assigned, "192.0.0.9/32 Port Control Protocol Anycast"},
    {"192.0.0.10", assigned, "192.0.0.10/32 Traversal Using Relays around NAT Anycast"},
    {"192.0.0.11", assigned, "192.0.0.0/24 IETF Protocol Assignments"},
    {"192.0.0.170", assigned, "192.0.0.170/32, 192.0.0.171/32 NAT64/DNS64 Discovery"},
    {"192.0.0.172", assigned, ""},
    {"192.0.1.0", global, ""},
    {"192.0.2.0", purpose::documentation, "192.0.2.0/24 Documentation (TEST-NET-1)"},
    {"192.0.3.0", global, ""},
    {"192.31.196.0", purpose::service_anycast, "192.31.196.0/24 AS112-v4"},
    {"192.31.197.0", global, ""},
    {"192.52.193.0", purpose::service_anycast, "192.52.193.0/24 AMT"},
    {"192.52.194.0", global, ""},
    {"192.88.99.0", purpose::service_anycast, "192.88.99.0/24 Deprecated (6to4 Relay Anycast)"},
    {"192.88.99.2", purpose::service_anycast, "192.88.99.2/32 6a44-relay anycast address"},
    {"192.88.99.3", purpose::service_anycast, ""},
    {"192.88.100.0", global, ""},
    {"192.168.0.0", purpose::private_use, "192.168.0.0/16 Private-Use"},
    {"192.169.0.0", global, ""},
    {"192.175.48.0", purpose::service_anycast, "192.175.48.0/24 Direct Delegation AS112"},
    {"192.175.49.0", global, ""},
    {"198.18.0.0", purpose::benchmarking, "198.18.0.0/15 Benchmarking"},
    {"198.20.0.0", global, ""},
    {"198.51.100.0", purpose::documentation, "198.51.100.0/24 Documentation (TEST-NET-2)"},
    {"198.51.101.0", global, ""},
    {"203.0.113.0", purpose::documentation, "203.0.113.0/24 Documentation (TEST-NET-3)"},
    {"203.0.114.0", global, ""},
    {"224.0.0.0", purpose::multicast, ""},
    {"240.0.0.0", purpose::reserved, "240.0.0.0/4 Reserved"},
    {"255.255.255.255", purpose::broadcast, "255.255.255.255/32 Limited Broadcast"},
};

// Inside 64:ff9b::/96 only the blocks at its edges: more of it has a test of its own.
constexpr range v6_space[] = {
    {"::", purpose::unspecified, "::/128 Unspecified Address"},
    {"::1", purpose::loopback, "::1/128 Loopback Address"},
    {"::2", embedded, ""}, // IPv4-compatible
    {"::1:0:0", purpose::reserved, ""},
    {"::ffff:0:0", embedded, "::ffff:0:0/96 IPv4-mapped Address"},
    {"::1:0:0:0", purpose::reserved, ""},
    {"::ffff:0:0:0", embedded, ""}, // IPv4-translated
    {"::ffff:1:0:0", purpose::reserved, ""},
    {"64:ff9b::0.0.0.0", purpose::unspecified, "64:ff9b::/96 IPv4-IPv6 Translat."},
    {"64:ff9b::0.0.0.1", purpose::this_network, ""},
    {"64:ff9b::1.0.0.0", global, ""},
    {"64:ff9b::224.0.0.0", purpose::multicast, ""},
    {"64:ff9b::240.0.0.0", purpose::reserved, ""},
    {"64:ff9b::255.255.255.255", purpose::broadcast, ""},
    {"64:ff9b:0:0:0:1::", purpose::reserved, ""},
    {"64:ff9b:1::", embedded, "64:ff9b:1::/48 IPv4-IPv6 Translat."},
    {"64:ff9b:2::", purpose::reserved, ""},
    {"100::", purpose::discard, "100::/64 Discard-Only Address Block"},
    {"100:0:0:1::", purpose::discard, "100:0:0:1::/64 Dummy IPv6 Prefix"},
    {"100:0:0:2::", purpose::reserved, ""},
    {"2000::", global, ""},
    {"2001::", embedded, "2001::/32 TEREDO"},
    {"2001:1::", assigned, "2001::/23 IETF Protocol Assignments"},
    {"2001:1::1", assigned, "2001:1::1/128 Port Control Protocol Anycast"},
    {"2001:1::2", assigned, "2001:1::2/128 Traversal Using Relays around NAT Anycast"},
    {"2001:1::3", assigned, "2001:1::3/128 DNS-SD Service Registration Protocol Anycast"},
    {"2001:1::4", assigned, ""},
    {"2001:2::", purpose::benchmarking, "2001:2::/48 Benchmarking"},
    {"2001:2:1::", assigned, ""},
    {"2001:3::", purpose::service_anycast, "2001:3::/32 AMT"},
    {"2001:4::", assigned, ""},
    {"2001:4:112::", purpose::service_anycast, "2001:4:112::/48 AS112-v6"},
    {"2001:4:113::", assigned, ""},
    {"2001:10::", purpose::identifier, "2001:10::/28 Deprecated (previously ORCHID)"},
    {"2001:20::", purpose::identifier, "2001:20::/28 ORCHIDv2"},
    {"2001:30::", purpose::identifier, "2001:30::/28 Drone Remote ID Protocol Entity Tags"},
    {"2001:40::", assigned, ""},
    {"2001:200::", global, ""},
    {"2001:db8::", purpose::documentation, "2001:db8::/32 Documentation"},
    {"2001:db9::", global, ""},
    {"2002::", embedded, "2002::/16 6to4"},
    {"2003::", global, ""},
    {"2620:4f:8000::", purpose::service_anycast, "2620:4f:8000::/48 Direct Delegation AS112"},
    {"2620:4f:8001::", global, ""},
    {"3fff::", purpose::documentation, "3fff::/20 Documentation"},
    {"3fff:1000::", global, ""},
    {"4000::", purpose::reserved, ""},
    {"5f00::", purpose::identifier, "5f00::/16 Segment Routing (SRv6) SIDs"},
    {"5f01::", purpose::reserved, ""},
    {"fc00::", purpose::private_use, "fc00::/7 Unique-Local"},
    {"fe00::", purpose::reserved, ""},
    {"fe80::", purpose::link_local, "fe80::/10 Link-Local Unicast"},
    {"fec0::", purpose::private_use, ""}, // site-local
    {"ff00::", purpose::multicast, ""},
};
// clang-format on

} // namespace

TEST_CASE("every row of the IPv4 special-purpose registry is known, to its last address",
          "[rfc][RFC6890][MCP-CIMD-18][MCP-CIMD-20][CIMD-05]") {
    check(v4_space, "255.255.255.255");
    CHECK(rows_in(v4_space) == 25);
}

TEST_CASE("every row of the IPv6 special-purpose registry is known, to its last address",
          "[rfc][RFC6890][RFC8190][MCP-CIMD-18][MCP-CIMD-20][CIMD-05]") {
    check(v6_space, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    CHECK(rows_in(v6_space) == 25);
}

TEST_CASE("a NAT64 address of the well-known prefix is what the IPv4 address in it is",
          "[rfc][RFC6052][MCP-CIMD-20]") {
    for (const char* v4 :
         {"0.0.0.0", "0.0.0.1", "8.8.8.8", "9.255.255.255", "10.0.0.0", "10.255.255.255",
          "11.0.0.0", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.192",
          "192.168.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"}) {
        INFO(v4);
        CHECK(purpose_of_text(std::string("64:ff9b::") + v4) == purpose_of_text(v4));
    }
    CHECK(purpose_of_text("64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff") == purpose::reserved);
    CHECK(purpose_of_text("64:ff9b::1:0:0") == purpose::reserved); // one past the /96
}

TEST_CASE("every other form that carries an IPv4 address is special, whatever it carries",
          "[rfc][RFC4291][RFC3056][RFC4380][RFC5214][MCP-CIMD-20]") {
    for (const char* text : {
             "::ffff:127.0.0.1",
             "::ffff:169.254.169.254",
             "::ffff:8.8.8.8", // mapped
             "::127.0.0.1",
             "::8.8.8.8", // compatible
             "::ffff:0:127.0.0.1",
             "::ffff:0:8.8.8.8", // translated
             "64:ff9b:1::127.0.0.1",
             "64:ff9b:1:fffe::8.8.8.8", // local NAT64
             "2002:7f00:1::",
             "2002:a9fe:a9fe::1",
             "2002:808:808::1", // 6to4
             "2001:0:7f00:1::",
             "2001:0:808:808:0:0:80ff:fefe",         // Teredo: the server,
             "2001:0:4136:e378:8000:63bf:5601:5601", // the hidden client
             "2600::5efe:127.0.0.1",
             "2600::200:5efe:10.0.0.1", // ISATAP
             "2a00:1450::5efe:8.8.8.8",
         }) {
        INFO(text);
        CHECK(purpose_of_text(text) == embedded);
    }
    // No ISATAP identifier: another universal bit pattern, another OUI.
    CHECK(purpose_of_text("2600::100:5efe:7f00:1") == global);
    CHECK(purpose_of_text("2600::5eff:7f00:1") == global);
}

TEST_CASE("where clouds keep their metadata is no place to fetch from", "[rfc][ATK-RG-04]") {
    CHECK(purpose_of_text("169.254.169.254") == purpose::link_local); // most of them
    CHECK(purpose_of_text("169.254.170.2") == purpose::link_local);   // containers
    CHECK(purpose_of_text("100.100.100.200") == purpose::shared);
    CHECK(purpose_of_text("192.0.0.192") == assigned);
    CHECK(purpose_of_text("fd00:ec2::254") == purpose::private_use);
    CHECK(purpose_of_text("fd20:ce::254") == purpose::private_use);
    CHECK(purpose_of_text("fe80::a9fe:a9fe") == purpose::link_local);
}

TEST_CASE("the addresses of ordinary sites are global", "[rfc]") {
    for (const char* text : {"1.1.1.1", "8.8.8.8", "93.184.216.34", "104.18.0.1", "140.82.112.3",
                             "2606:4700::1111", "2a00:1450:4001:81b::200e", "2001:4860:4860::8888",
                             "2400:cb00::1", "2c0f:fb50::1", "2001:200::1"}) {
        INFO(text);
        CHECK(purpose_of_text(text) == global);
    }
}

TEST_CASE("each purpose has a name of its own", "[rfc]") {
    std::string seen = ",";
    for (unsigned i = 0; i <= static_cast<unsigned>(purpose::reserved); ++i) {
        const auto text = std::string(name(static_cast<purpose>(i))) + ",";
        CHECK(text.size() > 1);
        CHECK(seen.find("," + text) == std::string::npos);
        seen += text;
    }
}
