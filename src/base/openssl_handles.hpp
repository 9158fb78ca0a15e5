#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>

namespace mcp_oauth {
inline namespace v0 {

template <auto Free> struct openssl_deleter {
    template <class T> void operator()(T* handle) const noexcept { Free(handle); }
};
template <class T, auto Free> using openssl_handle = std::unique_ptr<T, openssl_deleter<Free>>;

using bio_handle = openssl_handle<BIO, BIO_free_all>;
using bignum_handle = openssl_handle<BIGNUM, BN_free>;
using cipher_context = openssl_handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using digest_context = openssl_handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using key_context = openssl_handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using key_handle = openssl_handle<EVP_PKEY, EVP_PKEY_free>;

/// Takes back what OpenSSL put on this thread's error queue since the mark was set.
///
/// A host's TLS connection on the same thread reads that queue after each call: an entry that a bad
/// token left there would end a healthy connection.
class error_mark {
public:
    error_mark() noexcept { ERR_set_mark(); }
    ~error_mark() { ERR_pop_to_mark(); }
    error_mark(const error_mark&) = delete;
    error_mark& operator=(const error_mark&) = delete;
};

/// What OpenSSL calls unsigned, and the rest of the library a view.
inline const unsigned char* octets_of(const char* text) noexcept {
    return reinterpret_cast<const unsigned char*>(text);
}

/// SHA-256, looked up once: a look-up for each digest costs twice the digest. Never freed, because
/// a static with a destructor would be used after its end by a host's own statics.
const EVP_MD* sha256_method() noexcept;
/// SHA-384, likewise.
const EVP_MD* sha384_method() noexcept;

} // namespace v0
} // namespace mcp_oauth
