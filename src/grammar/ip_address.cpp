// IP addresses in text: read by the grammar of RFC 3986 §3.2.2 and nothing wider, since what other
// readers make of `127.1` or `0177.0.0.1` is how guards are passed; written as RFC 5952 says.

#include "mcp_oauth/grammar/ip_address.hpp"

#include <algorithm>

#include "grammar/ascii.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

struct octet_list {
    ip_address::v6_octets octets{};
    std::size_t size = 0;

    bool push(unsigned octet) noexcept {
        if (size == octets.size()) return false;
        octets[size++] = static_cast<std::uint8_t>(octet);
        return true;
    }
};

// dec-octet: 0-255 without a leading zero.
std::optional<unsigned> dec_octet(std::string_view text) noexcept {
    if (text.empty() || text.size() > 3 || !std::all_of(text.begin(), text.end(), is_digit))
        return std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    unsigned value = 0;
    for (const char c : text) value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 255) return std::nullopt;
    return value;
}

bool append_v4(std::string_view text, octet_list& out) noexcept {
    for (int dots = 0; dots < 3; ++dots) {
        const auto dot = text.find('.');
        if (dot == std::string_view::npos) return false;
        const auto octet = dec_octet(text.substr(0, dot));
        if (!octet || !out.push(*octet)) return false;
        text.remove_prefix(dot + 1);
    }
    const auto last = dec_octet(text);
    return last && out.push(*last);
}

bool append_h16(std::string_view text, octet_list& out) noexcept {
    if (text.empty() || text.size() > 4 || !std::all_of(text.begin(), text.end(), is_hex))
        return false;
    unsigned value = 0;
    for (const char c : text) value = value * 16 + static_cast<unsigned>(hex_value(c));
    return out.push(value >> 8) && out.push(value & 0xFF);
}

// Colon-separated groups, or none. Only the end of an address may be written as IPv4.
bool append_groups(std::string_view text, bool is_end, octet_list& out) noexcept {
    if (text.empty()) return true;
    while (true) {
        const auto colon = text.find(':');
        const auto group = text.substr(0, colon);
        const bool is_last = colon == std::string_view::npos;
        const bool is_dotted = is_last && is_end && group.find('.') != std::string_view::npos;
        if (!(is_dotted ? append_v4(group, out) : append_h16(group, out))) return false;
        if (is_last) return true;
        text.remove_prefix(colon + 1);
    }
}

std::optional<ip_address> parse_v6(std::string_view text) noexcept {
    octet_list before;
    octet_list after;
    const auto gap = text.find("::");
    if (!append_groups(text.substr(0, gap), gap == std::string_view::npos, before))
        return std::nullopt;
    if (gap == std::string_view::npos) {
        if (before.size != before.octets.size()) return std::nullopt;
        return ip_address{before.octets};
    }
    if (!append_groups(text.substr(gap + 2), true, after)) return std::nullopt;
    if (before.size + after.size > before.octets.size() - 2) return std::nullopt;
    std::copy_n(after.octets.begin(), after.size,
                before.octets.end() - static_cast<std::ptrdiff_t>(after.size));
    return ip_address{before.octets};
}

using groups = std::array<unsigned, 8>;

// The longest run of at least two zero groups, the first of equals (RFC 5952 §4.2).
struct zero_run {
    std::size_t begin = 8;
    std::size_t size = 1;
};
zero_run longest_zero_run(const groups& all) noexcept {
    zero_run longest;
    for (std::size_t begin = 0; begin < all.size(); ++begin) {
        auto end = begin;
        while (end < all.size() && all[end] == 0) ++end;
        if (end - begin > longest.size) longest = {begin, end - begin};
    }
    return longest;
}

void append_hex(std::string& out, unsigned group) {
    bool started = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        const auto digit = (group >> shift) & 0xF;
        started = started || digit != 0 || shift == 0;
        if (started) out.push_back("0123456789abcdef"[digit]);
    }
}

std::string v6_text(const groups& all) {
    const auto run = longest_zero_run(all);
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i == run.begin) {
            text.append("::");
            i += run.size - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') text.push_back(':');
        append_hex(text, all[i]);
    }
    return text;
}

} // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) noexcept {
    if (text.find(':') != std::string_view::npos) return parse_v6(text);
    octet_list list;
    if (!append_v4(text, list)) return std::nullopt;
    return ip_address{v4_octets{list.octets[0], list.octets[1], list.octets[2], list.octets[3]}};
}

std::string ip_address::text() const {
    if (is_v4())
        return std::to_string(octets_[0]) + '.' + std::to_string(octets_[1]) + '.' +
               std::to_string(octets_[2]) + '.' + std::to_string(octets_[3]);
    groups all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<unsigned>(octets_[2 * i] << 8 | octets_[2 * i + 1]);
    return v6_text(all);
}

} // namespace v0
} // namespace mcp_oauth
