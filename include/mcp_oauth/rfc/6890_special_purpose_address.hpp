#pragma once

#include <cstdint>
#include <string_view>

#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/grammar/ip_address.hpp"

/// RFC 6890, updated by RFC 8190: which addresses are set apart from ordinary unicast. The blocks
/// are those of IANA's two special-purpose address registries as of 2025-10-09, and those that a
/// guard needs besides: multicast, deprecated forms, and IPv6 outside of what is allocated.
namespace mcp_oauth {
inline namespace v0 {

/// What an address is for.
enum class address_purpose : std::uint8_t {
    global,              ///< ordinary unicast: nothing sets it apart
    unspecified,         ///< 0.0.0.0, ::
    this_network,        ///< the rest of 0.0.0.0/8
    loopback,            ///< 127.0.0.0/8, ::1
    private_use,         ///< RFC 1918; fc00::/7 (unique local); fec0::/10 (site-local, RFC 3879)
    shared,              ///< 100.64.0.0/10, behind a carrier's NAT (RFC 6598)
    link_local,          ///< 169.254.0.0/16, where clouds put metadata services; fe80::/10
    protocol_assignment, ///< 192.0.0.0/24 and 2001::/23 where nothing below says more
    service_anycast,     ///< AS112, AMT and 6to4 relays: whoever is nearest
    documentation,       ///< RFC 5737, 3849, 9637
    benchmarking,        ///< 198.18.0.0/15, 2001:2::/48
    discard,             ///< 100::/64, and the dummy prefix 100:0:0:1::/64 (RFC 6666, 9780)
    identifier,          ///< ORCHID, drone IDs, SRv6: names of things that are no interfaces
    embedded_ipv4,       ///< mapped, compatible, translated (local), 6to4, Teredo, ISATAP
    multicast,           ///< 224.0.0.0/4, ff00::/8
    broadcast,           ///< 255.255.255.255
    reserved,            ///< 240.0.0.0/4; IPv6 outside 2000::/3 that is none of the above
};

/// The purpose as a word for a log.
[[nodiscard]] MCP_OAUTH_EXPORT std::string_view name(address_purpose purpose) noexcept;

/// Decides what `address` is for. A fetch for a stranger goes to `global` ones only (CIMD-05,
/// MCP-CIMD-18, MCP-CIMD-20).
///
/// Stricter than the registries' column "Globally Reachable" where that says yes to something that
/// is no place for a document: PCP and TURN anycast (192.0.0.9, 192.0.0.10, 2001:1::1 to ::3), AMT,
/// AS112, ORCHIDv2 and drone IDs. Whatever is nearest answers there, or nothing does. A block that
/// is assigned one day inside 192.0.0.0/24, 2001::/23 or outside 2000::/3 is special beforehand.
///
/// An address of NAT64's well-known prefix (64:ff9b::/96) is what the IPv4 address in it is: a host
/// without IPv4 sees every IPv4 site there, and RFC 6052 §3.1 keeps the prefix from the others. All
/// other forms that carry an IPv4 address are `embedded_ipv4`, whatever they carry: no public host
/// needs them, and they reach IPv4 by ways that this function cannot judge.
///
/// Does not check: a NAT64 prefix of the network's own (RFC 6052 §2.2), and ordinary addresses that
///                 a deployment uses for its inner hosts. Only its operator can know those.
[[nodiscard]] MCP_OAUTH_EXPORT address_purpose purpose_of(const ip_address& address) noexcept;

} // namespace v0
} // namespace mcp_oauth
