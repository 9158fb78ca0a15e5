// Encodes the numbers of a key as SubjectPublicKeyInfo (RFC 5480, 8410, 8017) or PKCS #8
// (RFC 5208, 5915), which every version of OpenSSL reads, and reads them back.

#include "base/key_encoding.hpp"

#include <array>

#include <openssl/core_names.h>
#include <openssl/x509.h>

#include "base/der.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

using namespace std::string_view_literals;

// AlgorithmIdentifier, whole.
constexpr auto p256 = "\x30\x13\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01"
                      "\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07"sv;
constexpr auto p384 = "\x30\x10\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01"
                      "\x06\x05\x2B\x81\x04\x00\x22"sv;
constexpr auto ed25519 = "\x30\x05\x06\x03\x2B\x65\x70"sv;
constexpr auto rsa = "\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01\x05\x00"sv;

std::string_view identifier(const signature_scheme& scheme) noexcept {
    switch (scheme.family) {
    case key_family::ec: return scheme.coordinate == 32 ? p256 : p384;
    case key_family::ed25519: return ed25519;
    case key_family::rsa: return rsa;
    }
    return {};
}

der_text public_octets(const signature_scheme& scheme, const public_numbers& numbers) {
    switch (scheme.family) {
    case key_family::ec: return der_text(1, '\x04').append(numbers.first).append(numbers.second);
    case key_family::ed25519: return der_text(numbers.first.begin(), numbers.first.end());
    case key_family::rsa:
        return der::element(der::sequence,
                            der::integer(numbers.first) + der::integer(numbers.second));
    }
    return {};
}

der_text private_octets(const signature_scheme& scheme, const public_numbers& numbers,
                        const private_numbers& hidden) {
    const auto version = der::integer("\x01"sv);
    switch (scheme.family) {
    case key_family::ec:
        return der::element(
            der::sequence,
            version + der::element(der::octet_string, hidden.d.reveal()) +
                der::element(der::explicit_1, der::bits(public_octets(scheme, numbers))));
    case key_family::ed25519: return der::element(der::octet_string, hidden.d.reveal());
    case key_family::rsa: break;
    }
    der_text all = der::integer("\0"sv);
    for (const std::string_view each :
         {std::string_view{numbers.first}, std::string_view{numbers.second}, hidden.d.reveal(),
          hidden.p.reveal(), hidden.q.reveal(), hidden.dp.reveal(), hidden.dq.reveal(),
          hidden.qi.reveal()})
        all += der::integer(each);
    return der::element(der::sequence, all);
}

// Big-endian and `width` octets long; as long as it is for a width of 0.
std::optional<secret> read_number(const EVP_PKEY* key, const char* name, std::size_t width = 0) {
    BIGNUM* read = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &read) != 1) return std::nullopt;
    const bignum_handle number(read);
    if (width == 0) width = static_cast<std::size_t>(BN_num_bytes(number.get()));
    der_text octets(width, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(octets.data());
    if (BN_bn2binpad(number.get(), out, static_cast<int>(width)) < 0) return std::nullopt;
    return secret{octets};
}

std::optional<public_numbers> both(const std::optional<secret>& first,
                                   const std::optional<secret>& second) {
    if (!first || !second) return std::nullopt;
    return public_numbers{std::string{first->reveal()}, std::string{second->reveal()}};
}

} // namespace

key_handle decode_public(const signature_scheme& scheme, const public_numbers& numbers) {
    const auto octets = der::bits(public_octets(scheme, numbers));
    const auto whole = der::element(der::sequence, der_text{identifier(scheme)} + octets);
    const auto* at = octets_of(whole.data());
    return key_handle(d2i_PUBKEY(nullptr, &at, static_cast<long>(whole.size())));
}

key_handle decode_private(const signature_scheme& scheme, const public_numbers& numbers,
                          const private_numbers& hidden) {
    const auto octets = der::element(der::octet_string, private_octets(scheme, numbers, hidden));
    const auto whole =
        der::element(der::sequence, der::integer("\0"sv) + der_text{identifier(scheme)} + octets);
    const auto* at = octets_of(whole.data());
    return key_handle(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(whole.size())));
}

bool suits(const signature_scheme& scheme, const EVP_PKEY* key) noexcept {
    if (EVP_PKEY_is_a(key, scheme.key_type) != 1) return false;
    if (scheme.curve == nullptr) return true;
    std::array<char, 32> curve{};
    return EVP_PKEY_get_group_name(key, curve.data(), curve.size(), nullptr) == 1 &&
           std::string_view{curve.data()} == scheme.curve;
}

std::optional<public_numbers> read_public(const signature_scheme& scheme, const EVP_PKEY* key) {
    switch (scheme.family) {
    case key_family::ec:
        return both(read_number(key, OSSL_PKEY_PARAM_EC_PUB_X, scheme.coordinate),
                    read_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, scheme.coordinate));
    case key_family::rsa:
        return both(read_number(key, OSSL_PKEY_PARAM_RSA_N),
                    read_number(key, OSSL_PKEY_PARAM_RSA_E));
    case key_family::ed25519: break;
    }
    std::array<unsigned char, 32> raw{};
    std::size_t size = raw.size();
    if (EVP_PKEY_get_raw_public_key(key, raw.data(), &size) != 1) return std::nullopt;
    return public_numbers{std::string(raw.begin(), raw.end()), {}};
}

std::optional<private_numbers> read_private(const signature_scheme& scheme, const EVP_PKEY* key) {
    private_numbers all;
    const auto take = [key](secret& target, const char* name, std::size_t width = 0) {
        auto read = read_number(key, name, width);
        if (read) target = std::move(*read);
        return read.has_value();
    };
    bool complete = false;
    switch (scheme.family) {
    case key_family::ec: complete = take(all.d, OSSL_PKEY_PARAM_PRIV_KEY, scheme.coordinate); break;
    case key_family::rsa:
        complete = take(all.d, OSSL_PKEY_PARAM_RSA_D) && take(all.p, OSSL_PKEY_PARAM_RSA_FACTOR1) &&
                   take(all.q, OSSL_PKEY_PARAM_RSA_FACTOR2) &&
                   take(all.dp, OSSL_PKEY_PARAM_RSA_EXPONENT1) &&
                   take(all.dq, OSSL_PKEY_PARAM_RSA_EXPONENT2) &&
                   take(all.qi, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
        break;
    case key_family::ed25519: {
        der_text raw(scheme.coordinate, '\0');
        std::size_t size = raw.size();
        auto* const out = reinterpret_cast<unsigned char*>(raw.data());
        complete = EVP_PKEY_get_raw_private_key(key, out, &size) == 1;
        all.d = secret{raw};
        break;
    }
    }
    if (!complete) return std::nullopt;
    return all;
}

} // namespace v0
} // namespace mcp_oauth
