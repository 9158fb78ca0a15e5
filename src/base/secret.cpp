#include "mcp_oauth/base/secret.hpp"

#include <openssl/crypto.h>

#include <utility>

namespace mcp_oauth {
inline namespace v0 {

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

secret::secret(std::string_view octets) : octets_(octets.begin(), octets.end()) {}

secret::secret(secret&& other) noexcept = default;

secret& secret::operator=(secret&& other) noexcept {
    if (this == &other) return *this;
    wipe();
    octets_ = std::move(other.octets_);
    return *this;
}

secret::~secret() { wipe(); }

secret secret::taken_from(std::string&& text) {
    secret taken{text};
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
    return taken;
}

void secret::wipe() noexcept {
    if (!octets_.empty()) OPENSSL_cleanse(octets_.data(), octets_.size());
}

} // namespace v0
} // namespace mcp_oauth
