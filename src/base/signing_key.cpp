#include <climits>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/ecdsa.hpp"
#include "base/verification_key.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr unsigned generated_modulus_bits = 2048;

// A pair whose halves do not belong together would sign what its own public key refuses.
bool is_consistent(EVP_PKEY* key) noexcept {
    const key_context context(EVP_PKEY_CTX_new(key, nullptr));
    return context && EVP_PKEY_check(context.get()) == 1;
}

// A password prompt on the host's terminal is OpenSSL's default.
int no_password(char*, int, int, void*) noexcept { return -1; }

key_handle read_private_pem(std::string_view pem) {
    if (pem.size() > INT_MAX) return nullptr;
    const bio_handle in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!in) return nullptr;
    return key_handle(PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr));
}

key_handle generate_key(const signature_scheme& scheme) {
    const key_context context(EVP_PKEY_CTX_new_from_name(nullptr, scheme.key_type, nullptr));
    if (!context || EVP_PKEY_keygen_init(context.get()) != 1) return nullptr;
    if (scheme.curve != nullptr && EVP_PKEY_CTX_set_group_name(context.get(), scheme.curve) != 1)
        return nullptr;
    if (scheme.family == key_family::rsa &&
        EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), generated_modulus_bits) != 1)
        return nullptr;
    EVP_PKEY* made = nullptr;
    if (EVP_PKEY_generate(context.get(), &made) != 1) return nullptr;
    return key_handle(made);
}

} // namespace

struct signing_key::state {
    verification_key public_key;
    key_handle key;          // null where it is held elsewhere
    digest_context prepared; // likewise

    static std::optional<signing_key> from(signature_algorithm algorithm, key_handle key) {
        const auto& scheme = scheme_of(algorithm);
        if (!key || !suits(scheme, key.get())) return std::nullopt;
        const auto numbers = read_public(scheme, key.get());
        if (!numbers) return std::nullopt;
        auto public_key = verification_key::state::make(algorithm, numbers->first, numbers->second);
        auto prepared = prepare_to_sign(scheme, key.get());
        if (!public_key || !prepared) return std::nullopt;
        return signing_key{std::make_shared<const state>(
            state{std::move(*public_key), std::move(key), std::move(prepared)})};
    }
};

std::optional<signing_key> signing_key::generate(signature_algorithm algorithm) {
    const error_mark mark;
    return state::from(algorithm, generate_key(scheme_of(algorithm)));
}

std::optional<signing_key> signing_key::generate_es256() {
    return generate(signature_algorithm::es256);
}

std::optional<signing_key> signing_key::from_pem(std::string_view pem,
                                                 signature_algorithm algorithm) {
    const error_mark mark;
    auto key = read_private_pem(pem);
    if (!key || !is_consistent(key.get())) return std::nullopt;
    return state::from(algorithm, std::move(key));
}

std::optional<signing_key> signing_key::from_numbers(const verification_key& public_half,
                                                     const private_numbers& numbers) {
    const error_mark mark;
    const auto algorithm = public_half.algorithm();
    const auto& expected = verification_key::state::numbers_of(public_half);
    auto key = decode_private(scheme_of(algorithm), expected, numbers);
    if (!key || !is_consistent(key.get())) return std::nullopt;
    auto made = state::from(algorithm, std::move(key));
    // The public half of an Ed25519 key is not encoded: OpenSSL works it out.
    if (!made || made->public_key().x() != public_half.x()) return std::nullopt;
    return made;
}

signing_key signing_key::held_elsewhere(verification_key public_half) {
    return signing_key{
        std::make_shared<const state>(state{std::move(public_half), nullptr, nullptr})};
}

secret signing_key::to_pem() const {
    if (is_held_elsewhere()) return {};
    const error_mark mark;
    const bio_handle out(BIO_new(BIO_s_mem())); // wipes its memory when it grows and when it goes
    if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), state_->key.get(), nullptr, nullptr, 0,
                                              nullptr, nullptr) != 1)
        return {};
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    if (size <= 0) return {};
    return secret{std::string_view{text, static_cast<std::size_t>(size)}};
}

std::optional<private_numbers> signing_key::numbers() const {
    if (is_held_elsewhere()) return std::nullopt;
    const error_mark mark;
    return read_private(scheme_of(algorithm()), state_->key.get());
}

const verification_key& signing_key::public_key() const noexcept { return state_->public_key; }
signature_algorithm signing_key::algorithm() const noexcept {
    return state_->public_key.algorithm();
}
bool signing_key::is_held_elsewhere() const noexcept { return state_->key == nullptr; }

std::optional<std::string> signing_key::sign(std::string_view octets) const {
    if (is_held_elsewhere()) return std::nullopt;
    const error_mark mark;
    const auto context = copy_for_one_use(state_->prepared.get());
    if (!context) return std::nullopt;
    std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(state_->key.get()));
    std::string signature(size, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(signature.data());
    if (EVP_DigestSign(context.get(), out, &size, octets_of(octets.data()), octets.size()) != 1)
        return std::nullopt;
    signature.resize(size);
    const auto& scheme = scheme_of(algorithm());
    if (scheme.family != key_family::ec) return signature;
    return jws_from_der(signature, scheme.coordinate);
}

} // namespace v0
} // namespace mcp_oauth
