// The special-purpose address blocks, as two tables. The first row that matches decides, so a block
// stands before the block around it.

#include "mcp_oauth/rfc/6890_special_purpose_address.hpp"

#include <array>
#include <cstddef>

namespace mcp_oauth {
inline namespace v0 {

namespace {

using purpose = address_purpose;

constexpr std::uint32_t dotted(unsigned a, unsigned b, unsigned c, unsigned d) noexcept {
    return a << 24 | b << 16 | c << 8 | d;
}

struct v4_block {
    std::uint32_t prefix;
    unsigned bits;
    address_purpose purpose;
};

constexpr v4_block v4_blocks[] = {
    {dotted(0, 0, 0, 0), 32, purpose::unspecified},
    {dotted(0, 0, 0, 0), 8, purpose::this_network},
    {dotted(10, 0, 0, 0), 8, purpose::private_use},
    {dotted(100, 64, 0, 0), 10, purpose::shared},
    {dotted(127, 0, 0, 0), 8, purpose::loopback},
    {dotted(169, 254, 0, 0), 16, purpose::link_local},
    {dotted(172, 16, 0, 0), 12, purpose::private_use},
    {dotted(192, 0, 0, 0), 24, purpose::protocol_assignment},
    {dotted(192, 0, 2, 0), 24, purpose::documentation},
    {dotted(192, 31, 196, 0), 24, purpose::service_anycast}, // AS112
    {dotted(192, 52, 193, 0), 24, purpose::service_anycast}, // AMT
    {dotted(192, 88, 99, 0), 24, purpose::service_anycast},  // 6to4 and 6a44 relays
    {dotted(192, 168, 0, 0), 16, purpose::private_use},
    {dotted(192, 175, 48, 0), 24, purpose::service_anycast}, // AS112
    {dotted(198, 18, 0, 0), 15, purpose::benchmarking},
    {dotted(198, 51, 100, 0), 24, purpose::documentation},
    {dotted(203, 0, 113, 0), 24, purpose::documentation},
    {dotted(224, 0, 0, 0), 4, purpose::multicast},
    {dotted(255, 255, 255, 255), 32, purpose::broadcast},
    {dotted(240, 0, 0, 0), 4, purpose::reserved},
};

using groups = std::array<std::uint16_t, 8>;

struct v6_block {
    groups prefix;
    unsigned bits;
    address_purpose purpose;
};

constexpr v6_block nat64_well_known = {{0x64, 0xff9b}, 96, purpose::global};

constexpr v6_block v6_blocks[] = {
    {{}, 128, purpose::unspecified},
    {{0, 0, 0, 0, 0, 0, 0, 1}, 128, purpose::loopback},
    {{}, 96, purpose::embedded_ipv4},                      // IPv4-compatible
    {{0, 0, 0, 0, 0, 0xffff}, 96, purpose::embedded_ipv4}, // IPv4-mapped
    {{0, 0, 0, 0, 0xffff}, 96, purpose::embedded_ipv4},    // IPv4-translated (RFC 2765)
    {{0x64, 0xff9b, 1}, 48, purpose::embedded_ipv4},       // local translation (RFC 8215)
    {{0x100}, 64, purpose::discard},
    {{0x100, 0, 0, 1}, 64, purpose::discard},
    {{0x2001}, 32, purpose::embedded_ipv4}, // Teredo
    {{0x2001, 2}, 48, purpose::benchmarking},
    {{0x2001, 3}, 32, purpose::service_anycast},        // AMT
    {{0x2001, 4, 0x112}, 48, purpose::service_anycast}, // AS112
    {{0x2001, 0x10}, 28, purpose::identifier},          // ORCHID
    {{0x2001, 0x20}, 28, purpose::identifier},          // ORCHIDv2
    {{0x2001, 0x30}, 28, purpose::identifier},          // drone remote identification
    {{0x2001}, 23, purpose::protocol_assignment},
    {{0x2001, 0xdb8}, 32, purpose::documentation},
    {{0x2002}, 16, purpose::embedded_ipv4},                 // 6to4
    {{0x2620, 0x4f, 0x8000}, 48, purpose::service_anycast}, // AS112
    {{0x3fff}, 20, purpose::documentation},
    {{0x2000}, 3, purpose::global},      // what is allocated at all
    {{0x5f00}, 16, purpose::identifier}, // SRv6
    {{0xfc00}, 7, purpose::private_use},
    {{0xfe80}, 10, purpose::link_local},
    {{0xfec0}, 10, purpose::private_use},
    {{0xff00}, 8, purpose::multicast},
};

constexpr bool contains(const v4_block& block, std::uint32_t address) noexcept {
    return (address ^ block.prefix) >> (32 - block.bits) == 0;
}

bool contains(const v6_block& block, const groups& address) noexcept {
    for (unsigned i = 0; i * 16 < block.bits; ++i) {
        const unsigned left = block.bits - i * 16;
        const unsigned beyond = left < 16 ? 16 - left : 0;
        if (static_cast<unsigned>(address[i] ^ block.prefix[i]) >> beyond != 0) return false;
    }
    return true;
}

address_purpose purpose_of_v4(std::uint32_t address) noexcept {
    for (const auto& block : v4_blocks)
        if (contains(block, address)) return block.purpose;
    return purpose::global;
}

// RFC 5214 §6.1: an interface identifier that carries an IPv4 address, below any prefix.
bool is_isatap(const groups& address) noexcept {
    return (address[4] & ~0x0200U) == 0 && address[5] == 0x5efe;
}

address_purpose purpose_of_v6(const groups& address) noexcept {
    if (contains(nat64_well_known, address))
        return purpose_of_v4(static_cast<std::uint32_t>(address[6]) << 16 | address[7]);
    for (const auto& block : v6_blocks) {
        if (!contains(block, address)) continue;
        return block.purpose == purpose::global && is_isatap(address) ? purpose::embedded_ipv4
                                                                      : block.purpose;
    }
    return purpose::reserved;
}

} // namespace

address_purpose purpose_of(const ip_address& address) noexcept {
    const auto* octets = address.data();
    if (address.is_v4()) return purpose_of_v4(dotted(octets[0], octets[1], octets[2], octets[3]));
    groups all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<std::uint16_t>(octets[2 * i] << 8 | octets[2 * i + 1]);
    return purpose_of_v6(all);
}

std::string_view name(address_purpose purpose) noexcept {
    switch (purpose) {
    case address_purpose::global: return "global";
    case address_purpose::unspecified: return "unspecified";
    case address_purpose::this_network: return "this_network";
    case address_purpose::loopback: return "loopback";
    case address_purpose::private_use: return "private_use";
    case address_purpose::shared: return "shared";
    case address_purpose::link_local: return "link_local";
    case address_purpose::protocol_assignment: return "protocol_assignment";
    case address_purpose::service_anycast: return "service_anycast";
    case address_purpose::documentation: return "documentation";
    case address_purpose::benchmarking: return "benchmarking";
    case address_purpose::discard: return "discard";
    case address_purpose::identifier: return "identifier";
    case address_purpose::embedded_ipv4: return "embedded_ipv4";
    case address_purpose::multicast: return "multicast";
    case address_purpose::broadcast: return "broadcast";
    case address_purpose::reserved: return "reserved";
    }
    return "";
}

} // namespace v0
} // namespace mcp_oauth
