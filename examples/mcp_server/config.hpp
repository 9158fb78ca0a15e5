#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config_reader.hpp"
#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/base/secret.hpp"
#include "mcp_oauth/base/signature.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"
#include "mcp_oauth/server/policy.hpp"

namespace mcp_server {

/// Somebody who may log in. Of the password only a digest is kept.
///
/// A fast digest will do for users of an example, whose passwords lie in the file beside it. A
/// server with users of its own keeps a slow, salted hash (Argon2id, scrypt) and compares with
/// that.
struct user {
    std::string username;
    mcp_oauth::digest256 password;
};

/// The configuration, every default filled in. README.md lists the members of the file.
struct config {
    std::optional<std::string> issuer; ///< nothing: `http://HOST:PORT`
    std::vector<user> users;
    std::vector<mcp_oauth::client> clients;
    std::vector<std::string> scopes_supported{"mcp", "notes:read", "notes:write", "offline_access"};
    std::vector<std::string> additional_resources;
    std::vector<std::string> cors_allowed_origins{"*"};
    std::optional<std::string> secrets_file;
    mcp_oauth::signature_algorithm signing_algorithm = mcp_oauth::signature_algorithm::es256;
    mcp_oauth::secret initial_access_token;
    std::optional<std::uint32_t> registrations_per_minute;  ///< nothing: no limit
    std::optional<std::uint32_t> failed_secrets_per_minute; ///< nothing: no limit
    /// The profile with the file's lifetimes and switches put in; consistent.
    mcp_oauth::policy policy;
};

/// Errors: throws `config_fault`. Comments in the text are ignored.
[[nodiscard]] config parse_config(std::string_view text);

/// One element of `clients`: RFC 7591's member names, `client_id` and `client_secret`.
[[nodiscard]] mcp_oauth::client read_client(object_reader in, const mcp_oauth::policy& policy);

} // namespace mcp_server
