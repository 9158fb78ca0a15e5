#include "base/verification_key.hpp"

#include <climits>

#include <openssl/pem.h>

#include "base/ecdsa.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

std::size_t octets_of_signature(const signature_scheme& scheme, const public_numbers& numbers) {
    return scheme.family == key_family::rsa ? numbers.first.size() : 2 * scheme.coordinate;
}

key_handle read_public_pem(std::string_view pem) {
    if (pem.size() > INT_MAX) return nullptr;
    const bio_handle in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!in) return nullptr;
    return key_handle(PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr));
}

bool is_rsa(signature_algorithm algorithm) noexcept {
    return scheme_of(algorithm).family == key_family::rsa;
}

} // namespace

std::optional<verification_key> verification_key::state::make(signature_algorithm algorithm,
                                                              std::string_view first,
                                                              std::string_view second) {
    const error_mark mark;
    const auto& scheme = scheme_of(algorithm);
    auto numbers = acceptable(scheme, first, second);
    if (!numbers) return std::nullopt;
    auto key = decode_public(scheme, *numbers);
    if (!key) return std::nullopt;
    auto prepared = prepare_to_verify(scheme, key.get());
    if (!prepared) return std::nullopt;
    const auto octets = octets_of_signature(scheme, *numbers);
    return verification_key{std::make_shared<const state>(
        state{algorithm, std::move(*numbers), std::move(key), std::move(prepared), octets})};
}

std::optional<verification_key> verification_key::es256(std::string_view x, std::string_view y) {
    return state::make(signature_algorithm::es256, x, y);
}
std::optional<verification_key> verification_key::es384(std::string_view x, std::string_view y) {
    return state::make(signature_algorithm::es384, x, y);
}
std::optional<verification_key> verification_key::eddsa(std::string_view x) {
    return state::make(signature_algorithm::eddsa, x, {});
}
std::optional<verification_key> verification_key::rs256(std::string_view n, std::string_view e) {
    return state::make(signature_algorithm::rs256, n, e);
}
std::optional<verification_key> verification_key::ps256(std::string_view n, std::string_view e) {
    return state::make(signature_algorithm::ps256, n, e);
}

std::optional<verification_key> verification_key::from_pem(std::string_view pem,
                                                           signature_algorithm algorithm) {
    const error_mark mark;
    const auto& scheme = scheme_of(algorithm);
    const auto key = read_public_pem(pem);
    if (!key || !suits(scheme, key.get())) return std::nullopt;
    const auto numbers = read_public(scheme, key.get());
    if (!numbers) return std::nullopt;
    return state::make(algorithm, numbers->first, numbers->second);
}

signature_algorithm verification_key::algorithm() const noexcept { return state_->algorithm; }
std::string_view verification_key::x() const noexcept {
    return is_rsa(algorithm()) ? std::string_view{} : state_->numbers.first;
}
std::string_view verification_key::y() const noexcept {
    return is_rsa(algorithm()) ? std::string_view{} : state_->numbers.second;
}
std::string_view verification_key::n() const noexcept {
    return is_rsa(algorithm()) ? state_->numbers.first : std::string_view{};
}
std::string_view verification_key::e() const noexcept {
    return is_rsa(algorithm()) ? state_->numbers.second : std::string_view{};
}

bool verification_key::verify(std::string_view octets, std::string_view signature) const noexcept {
    if (signature.size() != state_->signature_octets) return false;
    const error_mark mark;
    const auto context = copy_for_one_use(state_->prepared.get());
    if (!context) return false;
    const auto* const text = octets_of(octets.data());
    if (scheme_of(state_->algorithm).family != key_family::ec)
        return EVP_DigestVerify(context.get(), octets_of(signature.data()), signature.size(), text,
                                octets.size()) == 1;
    const auto der = der_from_jws(signature);
    return EVP_DigestVerify(context.get(), der.octets.data(), der.size, text, octets.size()) == 1;
}

} // namespace v0
} // namespace mcp_oauth
