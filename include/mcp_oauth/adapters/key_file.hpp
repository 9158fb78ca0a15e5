#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/base/export.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"
#include "mcp_oauth/server/authorization_server.hpp"

/// The server's secrets and signing keys in a file, so that a restart logs nobody out. Link
/// `mcp_oauth::key_file`. It is there on POSIX systems.
namespace mcp_oauth {
inline namespace v0 {

/// What must outlive the process, and must not lie in the database.
struct server_keys {
    std::vector<server_secret> secrets;    ///< as in the configuration: exactly one is `current`
    std::vector<signing_key> signing_keys; ///< likewise: the first signs
};

/// Why there are no keys.
enum class key_file_failure : std::uint8_t {
    cannot_read,          ///< no permission, no regular file, or the system has failed
    cannot_create,        ///< no such folder, no permission, or no hard links on its file system
    open_to_others,       ///< its mode lets others read or write it: it was left as it was
    malformed,            ///< it is no key file, or holds no keys: it was left as it was
    no_key_for_algorithm, ///< it holds signing keys, but none for this algorithm
    no_random,            ///< the random source failed
};

/// Why there are no keys, in a word and in a sentence.
struct key_file_error {
    key_file_failure kind = key_file_failure::cannot_read; ///< to branch on
    std::string problem; ///< for the operator: the path, and what to do; never what is in the file
};

/// Fresh keys that are kept nowhere: with them, a restart logs everybody out.
/// Errors: `no_random`.
[[nodiscard]] MCP_OAUTH_EXPORT expected<server_keys, key_file_error>
generate_keys(signature_algorithm algorithm = signature_algorithm::es256);

/// Reads the file; makes it first, with mode 0600 and fresh keys, where there is none.
///
///     {"server_secrets": [{"role": "current", "octets": "<32 octets or more in base64url>"}],
///      "signing_keys": [{"alg": "ES256", "pem": "-----BEGIN PRIVATE KEY-----…"}]}
///
/// A signing key that is a bare string is for ES256. The first one for `algorithm` signs, the
/// others only verify.
///
/// Secrets:    to replace one, add a second as `next` on every server and restart each. Then make
///             it `current` and the old one `previous`, and drop that one when the longest grant
///             has ended (`policy.refresh.absolute`).
/// Algorithm:  to change it, add a key (`openssl genpkey` makes one) on every server. Then ask for
///             that algorithm, and drop the old key when its last access token has expired.
///
/// Checks:     the file is a regular one that others cannot read or write, as its mode has it. Its
///             group may read it where it is root's, which is how secrets are mounted.
/// Does not check: whose it is, access lists beyond the mode, its folder.
/// Atomicity:  several processes may start at once. Each writes a file of its own under another
///             name and links it into place, which works for one of them; then all read that one.
/// Durability: the file and its folder are flushed before this returns.
/// Errors:     as `key_file_failure` has them. A file that is there is never changed.
/// Threads:    any.
[[nodiscard]] MCP_OAUTH_EXPORT expected<server_keys, key_file_error>
load_or_create_keys(const std::string& path,
                    signature_algorithm algorithm = signature_algorithm::es256);

/// The same, into `config.secrets` and `config.signing_keys`, in place of what they held.
///
///     if (auto kept = mcp_oauth::load_or_create_keys("/var/lib/app/oauth.keys", config); !kept)
///         return fail(kept.error().problem);
///
/// Errors: as above; then `config` is as it was.
[[nodiscard]] MCP_OAUTH_EXPORT expected<void, key_file_error>
load_or_create_keys(const std::string& path, authorization_server_config& config,
                    signature_algorithm algorithm = signature_algorithm::es256);

} // namespace v0
} // namespace mcp_oauth
