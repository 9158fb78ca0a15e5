#pragma once

#include <string>

#include "bench.hpp"
#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/signature.hpp"

namespace bench {

/// What no refresh can do without: the MAC of the token it was given, the MAC of the one it gives,
/// and the signature under the access token.
struct own_cryptography {
    const mcp_oauth::signing_key& key;
    std::string signed_octets = std::string(420, 'x');
    std::string mac_key = std::string(32, 'k');
    std::string handle = std::string(36, 'h');
    void operator()() const {
        keep(mcp_oauth::hmac_sha256(mac_key, handle));
        keep(key.sign(signed_octets));
        keep(mcp_oauth::hmac_sha256(mac_key, handle));
    }
};

} // namespace bench
