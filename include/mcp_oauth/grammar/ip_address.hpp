#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_oauth/base/export.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// An IPv4 or IPv6 address, as its octets in network order.
class ip_address {
public:
    /// The octets of an IPv4 address.
    using v4_octets = std::array<std::uint8_t, 4>;
    /// The octets of an IPv6 address.
    using v6_octets = std::array<std::uint8_t, 16>;

    /// An IPv4 address. It never equals the IPv6 address that it can be mapped to.
    constexpr explicit ip_address(const v4_octets& octets) noexcept : size_(octets.size()) {
        for (std::size_t i = 0; i < octets.size(); ++i) octets_[i] = octets[i];
    }
    /// An IPv6 address. One that carries an IPv4 address is still an IPv6 address.
    constexpr explicit ip_address(const v6_octets& octets) noexcept
        : octets_(octets), size_(octets.size()) {}

    /// Errors: nothing where `text` is not an `IPv4address` or `IPv6address` of RFC 3986 §3.2.2:
    ///         four decimal numbers without leading zeros, or 16-bit groups with at most one `::`.
    ///         So neither `127.1`, `0177.0.0.1`, `0x7f.0.0.1` nor `2130706433`; no brackets, no
    ///         zone, no prefix length.
    [[nodiscard]] MCP_OAUTH_EXPORT static std::optional<ip_address>
    parse(std::string_view text) noexcept;

    /// Whether the address itself is of IPv4; see `purpose_of` for one that is carried.
    [[nodiscard]] constexpr bool is_v4() const noexcept { return size_ == 4; }
    /// The first of `size()` octets.
    [[nodiscard]] constexpr const std::uint8_t* data() const noexcept { return octets_.data(); }
    /// 4 or 16 octets.
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

    /// The one canonical spelling (RFC 5952 §4; the last 32 bits stay hexadecimal).
    [[nodiscard]] MCP_OAUTH_EXPORT std::string text() const;

    friend bool operator==(const ip_address& a, const ip_address& b) noexcept {
        return a.size_ == b.size_ && a.octets_ == b.octets_;
    }
    friend bool operator!=(const ip_address& a, const ip_address& b) noexcept { return !(a == b); }

private:
    v6_octets octets_{}; // of an IPv4 address the first four
    std::size_t size_;
};

} // namespace v0
} // namespace mcp_oauth
