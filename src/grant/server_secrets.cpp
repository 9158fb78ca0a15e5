// The secrets of one issuer and the keys derived from them (HKDF, RFC 5869).
//
// Every key is bound to the format's version, the issuer, the purpose and the use, so a blob of one
// kind is noise to another, and a secret that two issuers share by mistake makes nothing that
// passes from one to the other.

#include "mcp_oauth/grant/server_secrets.hpp"

#include <algorithm>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::size_t least_octets = 32;

constexpr std::array<std::string_view, 12> purpose_names{
    "code",           "refresh_token", "access_token",        "login_ticket",
    "consent_ticket", "host_data",     "consent_record",      "session",
    "store_check",    "dpop_nonce",    "dpop_resource_nonce", "signing_key",
};
static_assert(purpose_names.size() == static_cast<std::size_t>(key_purpose::signing_key) + 1);

secret derive(const secret& from, std::string_view issuer, std::string_view purpose,
              std::string_view use) {
    octet_writer info;
    info.field("mcp-oauth");
    info.u8(format_version);
    info.field(issuer);
    info.field(purpose);
    info.field(use);
    return hkdf_sha256(from.reveal(), info.view());
}

// The two uses of a purpose have a key each: a MAC never says anything about a cipher's key stream.
struct purpose_keys {
    secret mac;
    aead_key seal;
};

struct derived_keys {
    secret_id id{};
    std::vector<purpose_keys> of; // by purpose
};

derived_keys derive_all(const secret& from, std::string_view issuer) {
    derived_keys keys;
    const auto name = derive(from, issuer, {}, "id");
    keys.id = *as_array<6>(name.reveal().substr(0, 6));
    keys.of.reserve(purpose_names.size());
    for (const auto purpose : purpose_names)
        keys.of.push_back({derive(from, issuer, purpose, "mac"),
                           aead_key{derive(from, issuer, purpose, "seal")}});
    return keys;
}

} // namespace

struct key_ring::state {
    std::vector<derived_keys> secrets; // the current one first

    [[nodiscard]] const purpose_keys* find(const secret_id& id,
                                           key_purpose purpose) const noexcept {
        for (const auto& each : secrets)
            if (each.id == id) return &each.of[static_cast<std::size_t>(purpose)];
        return nullptr;
    }
};

std::optional<server_secret> server_secret::generate(random_source& random, secret_role role) {
    std::array<std::uint8_t, least_octets> octets{};
    if (!random.fill(octets.data(), octets.size())) return std::nullopt;
    server_secret made{secret{as_view(octets)}, role};
    // The secret's own copy is wiped with it; this one must not outlive it.
    volatile std::uint8_t* const copy = octets.data();
    for (std::size_t i = 0; i < octets.size(); ++i) copy[i] = 0;
    return made;
}

std::optional<key_ring> key_ring::make(const std::vector<server_secret>& secrets,
                                       std::string_view issuer) {
    const auto is_current = [](const server_secret& s) { return s.role == secret_role::current; };
    if (std::count_if(secrets.begin(), secrets.end(), is_current) != 1) return std::nullopt;

    auto made = std::make_shared<state>();
    for (const auto& each : secrets) {
        if (each.octets.reveal().size() < least_octets) return std::nullopt;
        auto keys = derive_all(each.octets, issuer);
        // The same octets twice have the same name, so this sees them too.
        if (made->find(keys.id, key_purpose::code) != nullptr) return std::nullopt;
        made->secrets.push_back(std::move(keys));
        if (is_current(each)) std::swap(made->secrets.front(), made->secrets.back());
    }
    return key_ring{std::move(made)};
}

const secret_id& key_ring::current() const noexcept { return state_->secrets.front().id; }

bool key_ring::knows(const secret_id& id) const noexcept {
    return state_->find(id, key_purpose::code) != nullptr;
}

std::vector<secret_id> key_ring::ids() const {
    std::vector<secret_id> all;
    for (const auto& each : state_->secrets) all.push_back(each.id);
    return all;
}

std::optional<digest256> key_ring::mac(key_purpose purpose, const secret_id& id,
                                       std::string_view octets) const noexcept {
    const auto* keys = state_->find(id, purpose);
    if (keys == nullptr) return std::nullopt;
    return hmac_sha256(keys->mac.reveal(), octets);
}

std::optional<std::string> key_ring::seal(key_purpose purpose, std::string_view plain,
                                          random_source& random,
                                          std::string_view associated) const {
    const auto& id = current();
    const auto sealed = state_->find(id, purpose)->seal.seal(plain, associated, random);
    if (!sealed) return std::nullopt;
    std::string blob;
    blob.reserve(id.size() + sealed->size());
    blob.append(as_view(id)).append(*sealed);
    return base64url(blob);
}

std::optional<std::string> key_ring::open(key_purpose purpose, std::string_view sealed,
                                          std::string_view associated) const {
    const auto blob = decode_base64url(sealed);
    if (!blob) return std::nullopt;
    octet_reader reader(*blob);
    const auto id = as_array<6>(reader.raw(6));
    if (!id) return std::nullopt;
    const auto* keys = state_->find(*id, purpose);
    if (keys == nullptr) return std::nullopt;
    return keys->seal.open(std::string_view{*blob}.substr(id->size()), associated);
}

std::string to_text(const secret_id& id) { return base64url(as_view(id)); }

std::optional<secret_id> secret_id_from(std::string_view text) {
    const auto octets = decode_base64url(text);
    if (!octets) return std::nullopt;
    return as_array<6>(*octets);
}

} // namespace v0
} // namespace mcp_oauth
