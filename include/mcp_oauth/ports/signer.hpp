#pragma once

#include <string>
#include <string_view>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/ports/record_store.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// Signs with keys that never enter this process: a security module, a key service.
///
/// Asked once for each access token, before anything is written: a signature that does not come
/// uses nothing up. What it returns is verified under the public half of the key, so an answer of
/// the wrong key or in the wrong form counts as none and never reaches a client.
///
/// Errors:  `unavailable` where the key does not answer (503 `temporarily_unavailable`).
/// Threads: called concurrently. Must not call back into the library. It must answer within the
///          policy's `operation_limit`: an operation older than that writes nothing.
class MCP_OAUTH_EXPORT signer {
public:
    virtual ~signer();
    /// `key_id` is the key's thumbprint (see `jwk_thumbprint`).
    /// Returns: the signature in JWS form: R || S for ECDSA, which `ecdsa_signature_from_der` makes
    ///          of the usual one; for PS256 with a salt of 32 octets.
    [[nodiscard]] virtual expected<std::string, unavailable> sign(std::string_view key_id,
                                                                  std::string_view octets) = 0;
};

} // namespace v0
} // namespace mcp_oauth
