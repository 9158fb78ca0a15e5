#include "server/dpop.hpp"

#include <algorithm>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "mcp_oauth/rfc/8707_resource_indicators.hpp"
#include "server/record_keys.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t mac_octets = 16;
// The clocks of two servers that share a secret may be apart by as much.
constexpr seconds clock_difference{60};

} // namespace

bool binds_tokens_for(const policy& rules, std::string_view resource) {
    if (rules.dpop.required) return true;
    const auto& some = rules.dpop.required_for;
    return std::any_of(some.begin(), some.end(), [resource](const std::string& each) {
        const auto parsed = resource_identifier::parse(each);
        return parsed && parsed->same_as(resource);
    });
}

std::optional<digest256> dpop_nonces::mac(const secret_id& id, std::uint64_t made_at) const {
    octet_writer fields;
    fields.field(server_);
    fields.u64(made_at);
    return ring_.mac(purpose_, id, fields.view());
}

std::string dpop_nonces::make(instant now) const {
    const auto made_at = static_cast<std::uint64_t>(to_unix_seconds(now));
    octet_writer nonce;
    nonce.raw(as_view(ring_.current()));
    nonce.u64(made_at);
    nonce.raw(as_view(*mac(ring_.current(), made_at)).substr(0, mac_octets));
    return base64url(nonce.view());
}

bool dpop_nonces::accepts(std::string_view nonce, instant now, seconds lifetime) const {
    constexpr std::size_t longest = 64;
    const auto octets = nonce.size() <= longest ? decode_base64url(nonce) : std::nullopt;
    if (!octets) return false;
    octet_reader in{*octets};
    const auto id = as_array<6>(in.raw(6));
    const auto made_at = in.u64();
    const auto shown = in.raw(mac_octets);
    if (!id || !in.finished()) return false;
    const auto right = mac(*id, made_at);
    if (!right || !equal_in_constant_time(as_view(*right).substr(0, mac_octets), shown))
        return false;
    const auto since = from_unix_seconds(static_cast<std::int64_t>(made_at));
    return since <= now + clock_difference && now < since + lifetime;
}

record mark_of(const dpop_proof& proof, const record_version& version, std::string_view issuer) {
    record mark;
    mark.key = record_keys::dpop_proof(issuer, base64url(as_view(proof.replay_digest())));
    mark.kind = record_kind::dpop_proof;
    mark.version = version;
    mark.expires_at = proof.expires_at();
    json_object_writer body;
    body.add("expires_at", to_unix_ms(proof.expires_at()));
    mark.body = body.take();
    return mark;
}

} // namespace v0
} // namespace mcp_oauth
