#pragma once

#include <string>
#include <vector>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"

namespace mcp_server {

/// What must outlive the process, and must not lie in the database.
struct server_keys {
    std::vector<mcp_oauth::server_secret> secrets;    ///< exactly one is `current`
    std::vector<mcp_oauth::signing_key> signing_keys; ///< the first signs
};

/// Fresh ones. Errors: what failed.
[[nodiscard]] mcp_oauth::expected<server_keys, std::string>
generate_keys(mcp_oauth::signature_algorithm algorithm);

/// Reads the file; creates it first, with mode 0600, where it is missing.
///
///     {"server_secrets": [{"role": "current", "octets": "<32 octets or more in base64url>"}],
///      "signing_keys": [{"alg": "ES256", "pem": "-----BEGIN PRIVATE KEY-----…"}]}
///
/// A signing key that is a bare string is for ES256. The first key for `algorithm` signs, the
/// others only verify. To change the algorithm, add a key for it (`openssl genpkey` makes one) on
/// every server, then name it in the configuration, and drop the old one when its last token has
/// expired.
///
/// To replace a secret, add a second one as `next` on every server, then make it `current` and the
/// old one `previous`, and drop that one when the longest grant has ended.
///
/// Several processes may start at once: each writes a file of its own under another name and links
/// it into place, which works for one of them; then all read what is there.
///
/// Errors: a sentence, without the file's name.
[[nodiscard]] mcp_oauth::expected<server_keys, std::string>
load_or_create_keys(const std::string& path, mcp_oauth::signature_algorithm algorithm);

} // namespace mcp_server
