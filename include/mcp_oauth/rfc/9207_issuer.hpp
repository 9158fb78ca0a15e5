#pragma once

#include <string>
#include <utility>

#include "mcp_oauth/rfc/8414_server_metadata.hpp"

/// RFC 9207: the issuer in the authorization response, against mix-up.
namespace mcp_oauth {
inline namespace v0 {

/// The `iss` parameter of every authorization response, success and error (RFC 9207 §2; ISS-01).
///
///   "Its value MUST be a URL that uses the "https" scheme without any query or fragment
///    components."
///
/// An `issuer_identifier` is that by construction (ISS-02), but for `http` on a loopback host,
/// which it takes for development.
[[nodiscard]] inline std::pair<std::string, std::string>
issuer_parameter(const issuer_identifier& issuer) {
    return {"iss", issuer.text()};
}

} // namespace v0
} // namespace mcp_oauth
