#include "base/signature_scheme.hpp"

#include <array>
#include <cstdlib>

#include <openssl/objects.h>
#include <openssl/rsa.h>

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::array<signature_scheme, 5> schemes{{
    {key_family::ec, "EC", SN_X9_62_prime256v1, 32, sha256_method, false},
    {key_family::ec, "EC", SN_secp384r1, 48, sha384_method, false},
    {key_family::ed25519, "ED25519", nullptr, 32, nullptr, false},
    {key_family::rsa, "RSA", nullptr, 0, sha256_method, false},
    {key_family::rsa, "RSA", nullptr, 0, sha256_method, true},
}};
static_assert(schemes.size() == static_cast<std::size_t>(signature_algorithm::ps256) + 1);

using initialise = int (*)(EVP_MD_CTX*, EVP_PKEY_CTX**, const EVP_MD*, ENGINE*, EVP_PKEY*);

digest_context prepare(initialise with, const signature_scheme& scheme, EVP_PKEY* key) noexcept {
    digest_context context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr; // belongs to the context
    const auto* digest = scheme.digest != nullptr ? scheme.digest() : nullptr;
    if (!context || with(context.get(), &options, digest, nullptr, key) != 1) return nullptr;
    if (!scheme.pss) return context;
    // MGF1 takes the digest of the signature unless told otherwise.
    if (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
        EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1)
        return nullptr;
    return context;
}

} // namespace

const signature_scheme& scheme_of(signature_algorithm algorithm) noexcept {
    return schemes[static_cast<std::size_t>(algorithm)];
}

const EVP_MD* sha384_method() noexcept {
    static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA384", nullptr);
    if (method == nullptr) std::abort();
    return method;
}

digest_context prepare_to_verify(const signature_scheme& scheme, EVP_PKEY* key) noexcept {
    return prepare(EVP_DigestVerifyInit, scheme, key);
}
digest_context prepare_to_sign(const signature_scheme& scheme, EVP_PKEY* key) noexcept {
    return prepare(EVP_DigestSignInit, scheme, key);
}

// Without this flag OpenSSL copies the context a second time, to keep the first usable.
digest_context copy_for_one_use(const EVP_MD_CTX* prepared) noexcept {
    digest_context copy(EVP_MD_CTX_new());
    if (!copy || EVP_MD_CTX_copy_ex(copy.get(), prepared) != 1) return nullptr;
    EVP_MD_CTX_set_flags(copy.get(), EVP_MD_CTX_FLAG_FINALISE);
    return copy;
}

} // namespace v0
} // namespace mcp_oauth
