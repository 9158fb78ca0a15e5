// Digests (FIPS 180-4), HMAC (RFC 2104), HKDF (RFC 5869) and AES-256-GCM (NIST SP 800-38D).
//
// The functions that return a digest have no way to say that there is none. OpenSSL fails them only
// where memory has run out or the installation lacks SHA-256; going on with octets that are not the
// digest would let a comparison succeed, so the process ends instead.

#include "mcp_oauth/base/crypto.hpp"

#include <cstdlib>
#include <limits>

#include <openssl/crypto.h>

#include "base/openssl_handles.hpp"
#include "mcp_oauth/base/octets.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::size_t block_octets = 64; // of SHA-256
constexpr std::size_t key_octets = 32;
constexpr std::size_t nonce_octets = 12;
constexpr std::size_t tag_octets = 16;
constexpr std::size_t most_octets = std::numeric_limits<int>::max(); // EVP ciphers count in int

using hmac_block = std::array<std::uint8_t, block_octets>;

// Inside HMAC, where OpenSSL's own one-shot spends three quarters of its time on look-ups.
bool digest_of_two(EVP_MD_CTX* context, const hmac_block& pad, std::string_view text,
                   digest256& out) noexcept {
    return EVP_DigestInit_ex(context, sha256_method(), nullptr) == 1 &&
           EVP_DigestUpdate(context, pad.data(), pad.size()) == 1 &&
           EVP_DigestUpdate(context, text.data(), text.size()) == 1 &&
           EVP_DigestFinal_ex(context, out.data(), nullptr) == 1;
}

// Looked up once, like the digest.
const EVP_CIPHER* aes_256_gcm() noexcept {
    static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    return cipher;
}

bool usable(const secret& key, std::string_view text, std::string_view associated) noexcept {
    return key.reveal().size() == key_octets && text.size() <= most_octets - aead_key::overhead &&
           associated.size() <= most_octets && aes_256_gcm() != nullptr;
}

unsigned char* octets_of(std::string& text, std::size_t offset) noexcept {
    return reinterpret_cast<unsigned char*>(text.data()) + offset;
}

} // namespace

const EVP_MD* sha256_method() noexcept {
    static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (method == nullptr) std::abort();
    return method;
}

digest256 sha256(std::string_view octets) noexcept {
    digest256 digest{};
    if (EVP_Digest(octets.data(), octets.size(), digest.data(), nullptr, sha256_method(),
                   nullptr) != 1)
        std::abort();
    return digest;
}

digest256 hmac_sha256(std::string_view key, std::string_view octets) noexcept {
    hmac_block inner_pad{};
    if (key.size() <= block_octets)
        std::copy(key.begin(), key.end(), inner_pad.begin());
    else {
        const auto shortened = sha256(key);
        std::copy(shortened.begin(), shortened.end(), inner_pad.begin());
    }
    hmac_block outer_pad = inner_pad;
    for (auto& octet : inner_pad) octet ^= 0x36U;
    for (auto& octet : outer_pad) octet ^= 0x5CU;

    const digest_context context(EVP_MD_CTX_new());
    digest256 mac{};
    if (!context || !digest_of_two(context.get(), inner_pad, octets, mac) ||
        !digest_of_two(context.get(), outer_pad, as_view(mac), mac))
        std::abort();
    OPENSSL_cleanse(inner_pad.data(), inner_pad.size());
    OPENSSL_cleanse(outer_pad.data(), outer_pad.size());
    return mac;
}

secret hkdf_sha256(std::string_view key, std::string_view info) {
    const digest256 no_salt{}; // RFC 5869 §2.2: as many zero octets as the hash has
    auto extracted = hmac_sha256(as_view(no_salt), key);
    std::string first_block(info); // §2.3: T(1), and 32 octets need no second
    first_block.push_back('\x01');
    auto expanded = hmac_sha256(as_view(extracted), first_block);

    secret derived{as_view(expanded)};
    OPENSSL_cleanse(extracted.data(), extracted.size());
    OPENSSL_cleanse(expanded.data(), expanded.size());
    return derived;
}

std::optional<std::string> aead_key::seal(std::string_view plain, std::string_view associated,
                                          random_source& random) const {
    if (!usable(key_, plain, associated)) return std::nullopt;
    std::string sealed(overhead + plain.size(), '\0');
    auto* const nonce = octets_of(sealed, 0);
    auto* const text = octets_of(sealed, nonce_octets);
    auto* const tag = text + plain.size();
    if (!random.fill(nonce, nonce_octets)) return std::nullopt;

    const error_mark mark;
    const cipher_context context(EVP_CIPHER_CTX_new());
    int written = 0;
    const bool done =
        context &&
        EVP_EncryptInit_ex(context.get(), aes_256_gcm(), nullptr, octets_of(key_.reveal().data()),
                           nonce) == 1 &&
        EVP_EncryptUpdate(context.get(), nullptr, &written, octets_of(associated.data()),
                          static_cast<int>(associated.size())) == 1 &&
        EVP_EncryptUpdate(context.get(), text, &written, octets_of(plain.data()),
                          static_cast<int>(plain.size())) == 1 &&
        EVP_EncryptFinal_ex(context.get(), tag, &written) == 1 && // GCM writes nothing here
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_octets, tag) == 1;
    if (!done) return std::nullopt;
    return sealed;
}

std::optional<std::string> aead_key::open(std::string_view sealed,
                                          std::string_view associated) const {
    if (sealed.size() < overhead || !usable(key_, {}, associated)) return std::nullopt;
    if (sealed.size() > most_octets) return std::nullopt;
    const auto nonce = sealed.substr(0, nonce_octets);
    const auto text = sealed.substr(nonce_octets, sealed.size() - overhead);
    std::string tag(sealed.substr(sealed.size() - tag_octets));
    std::string plain(text.size(), '\0');

    const error_mark mark;
    const cipher_context context(EVP_CIPHER_CTX_new());
    int written = 0;
    const bool authentic =
        context &&
        EVP_DecryptInit_ex(context.get(), aes_256_gcm(), nullptr, octets_of(key_.reveal().data()),
                           octets_of(nonce.data())) == 1 &&
        EVP_DecryptUpdate(context.get(), nullptr, &written, octets_of(associated.data()),
                          static_cast<int>(associated.size())) == 1 &&
        EVP_DecryptUpdate(context.get(), octets_of(plain, 0), &written, octets_of(text.data()),
                          static_cast<int>(text.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_octets, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), octets_of(plain, 0), &written) == 1;
    if (authentic) return plain;

    // What was decrypted before the tag was seen to be wrong is the forger's choice, or a secret.
    OPENSSL_cleanse(plain.data(), plain.size());
    return std::nullopt;
}

} // namespace v0
} // namespace mcp_oauth
