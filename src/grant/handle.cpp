// A handle is 66 octets in base64url behind its prefix:
//
//     key ID 6 | grant ID 16 | generation 4 | nonce 8 | HMAC-SHA-256 32
//
// numbers in network order. The MAC covers a version octet, the kind, and the 34 octets before it,
// under a key of the kind's own purpose. 66 is a multiple of three: no character has unused bits,
// so a handle has one spelling.

#include "mcp_oauth/grant/handle.hpp"

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr char format_version = 1;
constexpr std::size_t header_octets = 2; // version and kind: authenticated, not sent
constexpr std::size_t named_octets = 6 + 16 + 4 + 8;
constexpr std::size_t mac_octets = 32;
constexpr std::size_t text_characters = (named_octets + mac_octets) / 3 * 4;
static_assert((named_octets + mac_octets) % 3 == 0);

constexpr key_purpose purpose_of(handle_kind kind) noexcept {
    return kind == handle_kind::code ? key_purpose::code : key_purpose::refresh_token;
}

constexpr bool fits(handle_kind kind, std::uint32_t generation) noexcept {
    return (kind == handle_kind::code) == (generation == 0);
}

std::string authenticated_header(handle_kind kind) {
    std::string octets;
    octets.reserve(header_octets + named_octets + mac_octets);
    octets.push_back(format_version);
    octets.push_back(kind == handle_kind::code ? 'c' : 'r');
    return octets;
}

void append_number(std::string& octets, std::uint64_t value, unsigned width) {
    while (width-- > 0) octets.push_back(static_cast<char>((value >> (8 * width)) & 0xFFU));
}

} // namespace

std::string to_text(const grant_id& id) { return base64url(as_view(id)); }

std::optional<grant_id> grant_id_from(std::string_view text) {
    const auto octets = decode_base64url(text);
    if (!octets) return std::nullopt;
    return as_array<16>(*octets);
}

std::optional<secret> mint(const handle& h, const key_ring& ring) {
    if (!fits(h.kind, h.generation)) return std::nullopt;
    auto octets = authenticated_header(h.kind);
    octets.append(as_view(h.key)).append(as_view(h.grant));
    append_number(octets, h.generation, 4);
    append_number(octets, h.nonce, 8);
    const auto mac = ring.mac(purpose_of(h.kind), h.key, octets);
    if (!mac) return std::nullopt;
    octets.append(as_view(*mac));

    std::string text;
    text.reserve(prefix(h.kind).size() + text_characters);
    text.append(prefix(h.kind)).append(base64url(std::string_view{octets}.substr(header_octets)));
    return secret{text};
}

std::optional<handle> open_handle(handle_kind kind, std::string_view text, const key_ring& ring) {
    const auto start = prefix(kind);
    if (text.size() != start.size() + text_characters) return std::nullopt;
    if (text.substr(0, start.size()) != start) return std::nullopt;
    const auto octets = decode_base64url(text.substr(start.size()));
    if (!octets) return std::nullopt;

    octet_reader reader(*octets);
    handle opened;
    opened.kind = kind;
    opened.key = *as_array<6>(reader.raw(6));
    opened.grant = *as_array<16>(reader.raw(16));
    opened.generation = reader.u32();
    opened.nonce = reader.u64();
    if (!fits(kind, opened.generation)) return std::nullopt;

    auto claimed = authenticated_header(kind);
    claimed.append(*octets, 0, named_octets);
    const auto mac = ring.mac(purpose_of(kind), opened.key, claimed);
    if (!mac || !equal_in_constant_time(as_view(*mac), reader.raw(mac_octets))) return std::nullopt;
    return opened;
}

} // namespace v0
} // namespace mcp_oauth
