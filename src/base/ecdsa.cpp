// ES256: ECDSA on P-256 with SHA-256 (RFC 7518 §3.4), signatures as R || S.
//
// Each key carries a digest context that is ready to sign or verify; an operation copies it, which
// costs a tenth of preparing a new one. Nothing writes to it after construction, so threads share
// it.

#include <climits>

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/openssl_handles.hpp"
#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/octets.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::size_t coordinate_octets = 32;
constexpr std::size_t signature_octets = 2 * coordinate_octets;
constexpr std::size_t longest_der_signature = 72; // two INTEGERs of 33 octets, and their headers

using coordinate = std::array<std::uint8_t, coordinate_octets>;

// SubjectPublicKeyInfo (RFC 5480 §2) of an uncompressed P-256 point, up to the point itself:
//   SEQUENCE { SEQUENCE { OID id-ecPublicKey, OID prime256v1 }, BIT STRING { 04 || x || y } }
constexpr std::array<std::uint8_t, 27> p256_key_header{
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06,
    0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

// OpenSSL's decoder refuses a point that is not on the curve.
key_handle decode_public_key(std::string_view x, std::string_view y) {
    std::string der(as_view(p256_key_header));
    der.append(x).append(y);
    const auto* at = octets_of(der.data());
    return key_handle(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
}

bool is_p256(const EVP_PKEY* key) noexcept {
    std::array<char, 32> curve{};
    return EVP_PKEY_is_a(key, "EC") == 1 &&
           EVP_PKEY_get_group_name(key, curve.data(), curve.size(), nullptr) == 1 &&
           std::string_view{curve.data()} == SN_X9_62_prime256v1;
}

// A pair whose halves do not belong together would sign what its own public key refuses.
bool is_consistent(EVP_PKEY* key) noexcept {
    const key_context context(EVP_PKEY_CTX_new(key, nullptr));
    return context && EVP_PKEY_check(context.get()) == 1;
}

std::optional<coordinate> read_coordinate(const EVP_PKEY* key, const char* name) noexcept {
    BIGNUM* read = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &read) != 1) return std::nullopt;
    const bignum_handle number(read);
    coordinate octets{};
    if (BN_bn2binpad(number.get(), octets.data(), coordinate_octets) < 0) return std::nullopt;
    return octets;
}

// Without this flag OpenSSL copies the context a second time, to keep the first usable.
digest_context copy_for_one_use(const EVP_MD_CTX* prepared) noexcept {
    digest_context copy(EVP_MD_CTX_new());
    if (!copy || EVP_MD_CTX_copy_ex(copy.get(), prepared) != 1) return nullptr;
    EVP_MD_CTX_set_flags(copy.get(), EVP_MD_CTX_FLAG_FINALISE);
    return copy;
}

std::optional<std::string> jws_from_der(const unsigned char* der, std::size_t size) {
    const ecdsa_signature parsed(d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size)));
    if (!parsed) return std::nullopt;
    std::string jws(signature_octets, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(jws.data());
    constexpr int width = coordinate_octets;
    if (BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), out, width) < 0) return std::nullopt;
    if (BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), out + width, width) < 0) return std::nullopt;
    return jws;
}

// One DER INTEGER: no leading zero octets but the one that keeps the number positive.
std::size_t append_der_integer(unsigned char* out, std::string_view big_endian) noexcept {
    while (big_endian.size() > 1 && big_endian.front() == '\0') big_endian.remove_prefix(1);
    const bool needs_zero = (static_cast<unsigned char>(big_endian.front()) & 0x80U) != 0;
    const std::size_t size = big_endian.size() + (needs_zero ? 1 : 0);
    *out++ = 0x02;
    *out++ = static_cast<unsigned char>(size);
    if (needs_zero) *out++ = 0;
    for (const char c : big_endian) *out++ = static_cast<unsigned char>(c);
    return size + 2;
}

struct der_signature {
    std::array<unsigned char, longest_der_signature> octets{};
    std::size_t size = 0;
};

der_signature der_from_jws(std::string_view jws) noexcept {
    der_signature der;
    auto* const body = der.octets.data() + 2;
    std::size_t size = append_der_integer(body, jws.substr(0, coordinate_octets));
    size += append_der_integer(body + size, jws.substr(coordinate_octets));
    der.octets[0] = 0x30;
    der.octets[1] = static_cast<unsigned char>(size);
    der.size = size + 2;
    return der;
}

// A password prompt on the host's terminal is OpenSSL's default.
int no_password(char*, int, int, void*) noexcept { return -1; }

key_handle decode_private_key(std::string_view pem) {
    if (pem.size() > INT_MAX) return nullptr;
    const bio_handle in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!in) return nullptr;
    return key_handle(PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr));
}

} // namespace

struct verification_key::state {
    std::string x;
    std::string y;
    key_handle key;
    digest_context prepared;
};

struct signing_key::state {
    key_handle key;
    digest_context prepared;
    verification_key public_key;

    static std::optional<signing_key> from(key_handle key) {
        if (!key || !is_p256(key.get())) return std::nullopt;
        const auto x = read_coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_X);
        const auto y = read_coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y);
        if (!x || !y) return std::nullopt;
        auto public_key = verification_key::es256(as_view(*x), as_view(*y));
        if (!public_key) return std::nullopt;

        digest_context prepared(EVP_MD_CTX_new());
        if (!prepared ||
            EVP_DigestSignInit(prepared.get(), nullptr, sha256_method(), nullptr, key.get()) != 1)
            return std::nullopt;
        return signing_key{std::make_shared<const state>(
            state{std::move(key), std::move(prepared), std::move(*public_key)})};
    }
};

std::optional<verification_key> verification_key::es256(std::string_view x, std::string_view y) {
    if (x.size() != coordinate_octets || y.size() != coordinate_octets) return std::nullopt;
    const error_mark mark;
    auto key = decode_public_key(x, y);
    if (!key) return std::nullopt;

    digest_context prepared(EVP_MD_CTX_new());
    if (!prepared ||
        EVP_DigestVerifyInit(prepared.get(), nullptr, sha256_method(), nullptr, key.get()) != 1)
        return std::nullopt;
    return verification_key{std::make_shared<const state>(
        state{std::string(x), std::string(y), std::move(key), std::move(prepared)})};
}

signature_algorithm verification_key::algorithm() const noexcept {
    return signature_algorithm::es256;
}
std::string_view verification_key::x() const noexcept { return state_->x; }
std::string_view verification_key::y() const noexcept { return state_->y; }

bool verification_key::verify(std::string_view octets, std::string_view signature) const noexcept {
    if (signature.size() != signature_octets) return false;
    const error_mark mark;
    const auto der = der_from_jws(signature);
    const auto context = copy_for_one_use(state_->prepared.get());
    return context && EVP_DigestVerify(context.get(), der.octets.data(), der.size,
                                       octets_of(octets.data()), octets.size()) == 1;
}

std::optional<signing_key> signing_key::generate_es256() {
    const error_mark mark;
    return state::from(key_handle(EVP_EC_gen("P-256")));
}

std::optional<signing_key> signing_key::from_pem(std::string_view pem) {
    const error_mark mark;
    auto key = decode_private_key(pem);
    if (!key || !is_consistent(key.get())) return std::nullopt;
    return state::from(std::move(key));
}

secret signing_key::to_pem() const {
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

const verification_key& signing_key::public_key() const noexcept { return state_->public_key; }
signature_algorithm signing_key::algorithm() const noexcept {
    return state_->public_key.algorithm();
}

std::optional<std::string> signing_key::sign(std::string_view octets) const {
    const error_mark mark;
    const auto context = copy_for_one_use(state_->prepared.get());
    if (!context) return std::nullopt;
    std::array<unsigned char, longest_der_signature> der{};
    std::size_t size = der.size();
    if (EVP_DigestSign(context.get(), der.data(), &size, octets_of(octets.data()), octets.size()) !=
        1)
        return std::nullopt;
    return jws_from_der(der.data(), size);
}

} // namespace v0
} // namespace mcp_oauth
