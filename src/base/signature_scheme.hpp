#pragma once

#include <cstddef>

#include <openssl/evp.h>

#include "base/openssl_handles.hpp"
#include "mcp_oauth/base/signature.hpp"

namespace mcp_oauth {
inline namespace v0 {

enum class key_family { ec, rsa, ed25519 };

/// What OpenSSL has to be told about an algorithm.
struct signature_scheme {
    key_family family;
    const char* key_type;      ///< OpenSSL's name for it
    const char* curve;         ///< likewise; null where there is none to choose
    std::size_t coordinate;    ///< octets of a coordinate of the curve, or of an Ed25519 key
    const EVP_MD* (*digest)(); ///< null where the algorithm brings its own
    bool pss;
};

[[nodiscard]] const signature_scheme& scheme_of(signature_algorithm algorithm) noexcept;

/// A context that is ready to sign or verify; an operation copies it, which costs a tenth of
/// preparing a new one. Nothing writes to it afterwards, so threads share it.
/// Errors: null.
[[nodiscard]] digest_context prepare_to_verify(const signature_scheme& scheme,
                                               EVP_PKEY* key) noexcept;
[[nodiscard]] digest_context prepare_to_sign(const signature_scheme& scheme,
                                             EVP_PKEY* key) noexcept;
[[nodiscard]] digest_context copy_for_one_use(const EVP_MD_CTX* prepared) noexcept;

} // namespace v0
} // namespace mcp_oauth
