#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grammar/base64url.hpp"

namespace bench {

/// OpenSSL at its best: the key is parsed, the context prepared, copied for each call and used up
/// by it; signature and text lie ready in the form that OpenSSL wants.
class bare_verification {
public:
    bare_verification(const mcp_oauth::signing_key& key, std::string_view token) {
        using algorithm = mcp_oauth::signature_algorithm;
        const auto pem = key.to_pem();
        BIO* bio = BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size()));
        key_ = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
        BIO_free(bio);
        prepared_ = EVP_MD_CTX_new();
        EVP_PKEY_CTX* options = nullptr;
        const auto alg = key.algorithm();
        const EVP_MD* digest = alg == algorithm::eddsa   ? nullptr
                               : alg == algorithm::es384 ? EVP_sha384()
                                                         : EVP_sha256();
        EVP_DigestVerifyInit(prepared_, &options, digest, nullptr, key_);
        if (alg == algorithm::ps256) {
            EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
            EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
        }
        const auto dot = token.rfind('.');
        octets_ = token.substr(0, dot);
        signature_ = *mcp_oauth::decode_base64url(token.substr(dot + 1));
        if (alg == algorithm::es256 || alg == algorithm::es384) signature_ = der_of(signature_);
    }
    bare_verification(const bare_verification&) = delete;
    bare_verification& operator=(const bare_verification&) = delete;
    ~bare_verification() {
        EVP_MD_CTX_free(prepared_);
        EVP_PKEY_free(key_);
    }
    void operator()() const {
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        EVP_MD_CTX_copy_ex(context, prepared_);
        EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE);
        const int right = EVP_DigestVerify(
            context, reinterpret_cast<const unsigned char*>(signature_.data()), signature_.size(),
            reinterpret_cast<const unsigned char*>(octets_.data()), octets_.size());
        if (right != 1) std::abort();
        EVP_MD_CTX_free(context);
    }

private:
    static std::string integer(std::string_view big_endian) {
        while (big_endian.size() > 1 && big_endian.front() == '\0') big_endian.remove_prefix(1);
        std::string value{big_endian};
        if (static_cast<unsigned char>(value.front()) >= 0x80) value.insert(0, 1, '\0');
        return std::string{"\x02"} + static_cast<char>(value.size()) + value;
    }
    static std::string der_of(const std::string& signature) {
        const auto half = signature.size() / 2;
        const auto both = integer(std::string_view{signature}.substr(0, half)) +
                          integer(std::string_view{signature}.substr(half));
        return std::string{"\x30"} + static_cast<char>(both.size()) + both;
    }
    EVP_PKEY* key_ = nullptr;
    EVP_MD_CTX* prepared_ = nullptr;
    std::string octets_;
    std::string signature_;
};

} // namespace bench
