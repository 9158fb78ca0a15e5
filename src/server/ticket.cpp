#include "server/ticket.hpp"

#include <algorithm>

#include "mcp_oauth/base/octets.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::uint8_t format = 3;
enum flag : std::uint32_t {
    has_state = 1,
    has_challenge = 2,
    none_asked = 4,
    login_asked = 8,
    consent_asked = 16,
    has_max_age = 32,
    has_failed = 64,
    has_user = 128,
    sent_redirect_uri = 256,
    has_dpop_jkt = 512,
};

/// How long `bits_of` so many is: the lists are the same on both ends, or the ticket does not open.
constexpr std::size_t octets_for(std::size_t bits) noexcept { return (bits + 7) / 8; }

/// Members of `all` as one bit each: what is long as text is short as places in the configuration.
template <class All, class Contains> std::string bits_of(const All& all, Contains&& contains) {
    std::string bits;
    std::size_t at = 0;
    for (const auto& each : all) {
        if (at % 8 == 0) bits.push_back('\0');
        if (contains(each))
            bits.back() =
                static_cast<char>(static_cast<std::uint8_t>(bits.back()) | (1U << at % 8));
        ++at;
    }
    return bits;
}

template <class All, class Take>
void for_each_bit(std::string_view bits, const All& all, Take&& take) {
    std::size_t at = 0;
    for (const auto& each : all) {
        if (at / 8 < bits.size() && (static_cast<std::uint8_t>(bits[at / 8]) >> at % 8) & 1U)
            take(each);
        ++at;
    }
}

std::uint32_t flags_of(const ticket& t) {
    std::uint32_t flags = 0;
    if (t.state) flags |= has_state;
    if (t.challenge) flags |= has_challenge;
    if (t.prompt_none) flags |= none_asked;
    if (t.prompt_login) flags |= login_asked;
    if (t.prompt_consent) flags |= consent_asked;
    if (t.max_age) flags |= has_max_age;
    if (t.failed) flags |= has_failed;
    if (t.user) flags |= has_user;
    if (t.redirect_uri_sent) flags |= sent_redirect_uri;
    if (!t.dpop_jkt.empty()) flags |= has_dpop_jkt;
    return flags;
}

void write_user(octet_writer& out, const ticket_login& user) {
    out.field(user.subject);
    out.raw(as_view(user.session));
    out.u64(static_cast<std::uint64_t>(user.auth_time));
    out.field(user.acr);
    out.u8(static_cast<std::uint8_t>(user.amr.size()));
    for (const auto& method : user.amr) out.field(method);
}

ticket_login read_user(octet_reader& in) {
    ticket_login user;
    user.subject = in.field();
    if (const auto session = as_array<16>(in.raw(16))) user.session = *session;
    user.auth_time = static_cast<std::int64_t>(in.u64());
    user.acr = in.field();
    for (auto count = in.u8(); count > 0 && !in.failed(); --count)
        user.amr.emplace_back(in.field());
    return user;
}

key_purpose purpose_of(bool with_user) {
    return with_user ? key_purpose::consent_ticket : key_purpose::login_ticket;
}

} // namespace

std::optional<std::string> seal_ticket(const ticket& t, const server_state& server) {
    octet_writer out;
    out.u8(format);
    const auto flags = flags_of(t);
    out.u8(static_cast<std::uint8_t>(flags >> 8U));
    out.u8(static_cast<std::uint8_t>(flags));
    out.raw(as_view(t.id));
    out.u64(static_cast<std::uint64_t>(to_unix_ms(t.issued_at)));
    out.u32(static_cast<std::uint32_t>((t.deadline - t.issued_at).count())); // two days at most
    out.field(t.client_id);
    out.field(t.redirect_uri);
    if (t.state) out.field(*t.state);
    if (t.challenge) out.raw(*decode_base64url(t.challenge->view()));
    if (!t.dpop_jkt.empty()) out.raw(*decode_base64url(t.dpop_jkt));
    out.raw(bits_of(server.common->scopes_supported,
                    [&](const std::string& scope) { return t.scopes.contains(scope); }));
    out.raw(bits_of(server.resources, [&](const resource_identifier& each) {
        return std::find(t.resources.begin(), t.resources.end(), each.text()) != t.resources.end();
    }));
    if (t.max_age) out.u32(static_cast<std::uint32_t>(t.max_age->count()));
    if (t.failed) {
        out.u8(static_cast<std::uint8_t>(t.failed->code));
        out.field(t.failed->description);
    }
    if (t.user) write_user(out, *t.user);
    return server.ring().seal(purpose_of(t.user.has_value()), out.view(), server.random,
                              server.ticket_binding);
}

std::optional<ticket> open_ticket(ticket_kind kind, std::string_view text,
                                  const server_state& server, instant now) {
    if (text.size() > largest_ticket) return std::nullopt;
    const auto plain =
        server.ring().open(purpose_of(kind == ticket_kind::consent), text, server.ticket_binding);
    if (!plain) return std::nullopt;
    octet_reader in{*plain};
    ticket t;
    if (in.u8() != format) return std::nullopt;
    const unsigned high = in.u8();
    const unsigned flags = high << 8U | in.u8();
    if (const auto id = as_array<16>(in.raw(16))) t.id = *id;
    t.issued_at = from_unix_ms(static_cast<std::int64_t>(in.u64()));
    t.deadline = t.issued_at + milliseconds{in.u32()};
    t.client_id = in.field();
    t.redirect_uri = in.field();
    t.redirect_uri_sent = (flags & sent_redirect_uri) != 0;
    if (flags & has_state) t.state = std::string{in.field()};
    if (flags & has_challenge) {
        auto challenge = code_challenge::parse(base64url(in.raw(32)));
        if (!challenge) return std::nullopt;
        t.challenge = *challenge;
    }
    if (flags & has_dpop_jkt) t.dpop_jkt = base64url(in.raw(32));
    const auto& scopes = server.common->scopes_supported;
    for_each_bit(in.raw(octets_for(scopes.size())), scopes,
                 [&](const std::string& scope) { t.scopes.add(scope); });
    for_each_bit(in.raw(octets_for(server.resources.size())), server.resources,
                 [&](const resource_identifier& each) { t.resources.push_back(each.text()); });
    t.prompt_none = (flags & none_asked) != 0;
    t.prompt_login = (flags & login_asked) != 0;
    t.prompt_consent = (flags & consent_asked) != 0;
    if (flags & has_max_age) t.max_age = seconds{in.u32()};
    if (flags & has_failed) {
        t.failed.emplace();
        t.failed->code = static_cast<error_code>(in.u8());
        t.failed->description = in.field();
    }
    if (flags & has_user) t.user = read_user(in);
    if (!in.finished() || now >= t.deadline) return std::nullopt;
    return t;
}

std::array<std::uint8_t, 16> session_digest(std::string_view session) {
    const auto digest = sha256(session);
    std::array<std::uint8_t, 16> half{};
    std::copy_n(digest.begin(), half.size(), half.begin());
    return half;
}

} // namespace v0
} // namespace mcp_oauth
