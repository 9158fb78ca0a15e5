#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp_oauth/grant/server_secrets.hpp"

/// Key rings over secrets that are one character repeated.
namespace ring_tests {
using namespace mcp_oauth;

inline constexpr std::string_view issuer = "https://issuer.example";

inline server_secret secret_of(char c, secret_role role = secret_role::current) {
    return {secret{std::string(32, c)}, role};
}
inline std::optional<key_ring> try_ring(std::vector<std::pair<char, secret_role>> secrets,
                                        std::string_view for_issuer = issuer) {
    std::vector<server_secret> made;
    for (const auto& [c, role] : secrets) made.push_back(secret_of(c, role));
    return key_ring::make(made, for_issuer);
}
inline key_ring ring_of(std::vector<std::pair<char, secret_role>> secrets,
                        std::string_view for_issuer = issuer) {
    return *try_ring(std::move(secrets), for_issuer);
}
/// One secret, which is current.
inline key_ring ring_of(char c, std::string_view for_issuer = issuer) {
    return ring_of({{c, secret_role::current}}, for_issuer);
}

} // namespace ring_tests
