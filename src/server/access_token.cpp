// The inside of an opaque access token is binary: it is read at every guarded request, and nobody
// else reads it.

#include "server/access_token.hpp"

#include <algorithm>

#include "mcp_oauth/base/octets.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::uint8_t format_version = 1;
constexpr unsigned with_auth_time = 1;
constexpr unsigned with_jkt = 2;
constexpr unsigned with_custom = 4;

void write_texts(octet_writer& out, const std::vector<std::string>& texts) {
    out.u32(static_cast<std::uint32_t>(texts.size()));
    for (const auto& each : texts) out.field(each);
}

std::vector<std::string> read_texts(octet_reader& in) {
    std::vector<std::string> texts;
    for (auto count = in.u32(); count > 0 && !in.failed(); --count) texts.emplace_back(in.field());
    return texts;
}

std::string pack(const access_token_claims& claims) {
    octet_writer out;
    out.u8(format_version);
    const unsigned flags = (claims.auth_time ? with_auth_time : 0U) |
                           (claims.jkt.empty() ? 0U : with_jkt) |
                           (claims.custom.empty() ? 0U : with_custom);
    out.u8(static_cast<std::uint8_t>(flags));
    out.field(claims.issuer);
    out.field(claims.subject);
    write_texts(out, claims.audience);
    out.field(claims.client_id);
    out.field(claims.scope.text());
    out.u64(static_cast<std::uint64_t>(claims.issued_at));
    out.u64(static_cast<std::uint64_t>(claims.expires_at));
    out.field(claims.jti);
    out.field(claims.grant_id);
    if (claims.auth_time) out.u64(static_cast<std::uint64_t>(*claims.auth_time));
    if (!claims.jkt.empty()) out.field(claims.jkt);
    out.field(claims.acr);
    write_texts(out, claims.amr);
    if (!claims.custom.empty()) out.field(claims.custom.text());
    return out.take();
}

std::optional<access_token_claims> unpack(std::string_view octets) {
    octet_reader in(octets);
    if (in.u8() != format_version) return std::nullopt;
    const unsigned flags = in.u8();
    if (flags > (with_auth_time | with_jkt | with_custom))
        return std::nullopt; // it may restrict the token
    access_token_claims claims;
    claims.issuer = in.field();
    claims.subject = in.field();
    claims.audience = read_texts(in);
    claims.client_id = in.field();
    if (const auto scope = in.field(); !scope.empty()) {
        auto parsed = scope_set::parse(scope);
        if (!parsed) return std::nullopt;
        claims.scope = std::move(*parsed);
    }
    claims.issued_at = static_cast<std::int64_t>(in.u64());
    claims.expires_at = static_cast<std::int64_t>(in.u64());
    claims.jti = in.field();
    claims.grant_id = in.field();
    if (flags & with_auth_time) claims.auth_time = static_cast<std::int64_t>(in.u64());
    if (flags & with_jkt) claims.jkt = in.field();
    claims.acr = in.field();
    claims.amr = read_texts(in);
    if (flags & with_custom) {
        auto custom = custom_claims::parse(in.field());
        if (!custom) return std::nullopt;
        claims.custom = std::move(*custom);
    }
    if (!in.finished()) return std::nullopt;
    return claims;
}

} // namespace

std::optional<std::string> mint_opaque(const access_token_claims& claims, const key_ring& ring,
                                       random_source& random) {
    const auto sealed = ring.seal(key_purpose::access_token, pack(claims), random);
    if (!sealed) return std::nullopt;
    std::string token;
    token.reserve(opaque_token_prefix.size() + sealed->size());
    token.append(opaque_token_prefix).append(*sealed);
    if (token.size() > largest_access_token) return std::nullopt;
    return token;
}

std::optional<access_token_claims> open_opaque(std::string_view token, const key_ring& ring) {
    if (token.size() > largest_access_token) return std::nullopt;
    if (token.substr(0, opaque_token_prefix.size()) != opaque_token_prefix) return std::nullopt;
    token.remove_prefix(opaque_token_prefix.size());
    const auto octets = ring.open(key_purpose::access_token, token);
    if (!octets) return std::nullopt;
    return unpack(*octets);
}

expected<verified_access_token, token_refusal>
sealed_access_token::verify(std::string_view token, const key_ring& ring,
                            const access_token_expectations& expected) {
    const auto refuse_for = [](token_fault why) { return unexpected{token_refusal{why}}; };
    auto claims = open_opaque(token, ring);
    if (!claims) return refuse_for(token_fault::malformed);
    if (claims->issuer != expected.issuer) return refuse_for(token_fault::wrong_issuer);
    const auto is_for = [&](const std::string& each) { return expected.audience.same_as(each); };
    if (!std::any_of(claims->audience.begin(), claims->audience.end(), is_for))
        return refuse_for(token_fault::wrong_audience);
    const auto leeway = std::clamp(expected.leeway, seconds{0}, most_leeway);
    if (expected.now >= from_unix_seconds(claims->expires_at) + leeway)
        return refuse_for(token_fault::expired);
    return verified_access_token{std::move(*claims)};
}

} // namespace v0
} // namespace mcp_oauth
