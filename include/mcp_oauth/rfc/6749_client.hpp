#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/grammar/scope_token.hpp"

/// RFC 6749 §2: what an authorization server knows about a client.
namespace mcp_oauth {
inline namespace v0 {

/// How a client authenticates at the token endpoint: the IANA registry's names, those that are
/// served.
enum class client_authentication_method : std::uint8_t {
    none,
    client_secret_basic,
    client_secret_post,
};

/// The registered name.
[[nodiscard]] constexpr std::string_view name(client_authentication_method method) noexcept {
    switch (method) {
    case client_authentication_method::none: return "none";
    case client_authentication_method::client_secret_basic: return "client_secret_basic";
    case client_authentication_method::client_secret_post: return "client_secret_post";
    }
    return "";
}

/// Errors: nothing where no method that is served is called so.
[[nodiscard]] constexpr std::optional<client_authentication_method>
client_authentication_method_from(std::string_view text) noexcept {
    if (text == "none") return client_authentication_method::none;
    if (text == "client_secret_basic") return client_authentication_method::client_secret_basic;
    if (text == "client_secret_post") return client_authentication_method::client_secret_post;
    return std::nullopt;
}

/// Where a client record comes from. One kind never overwrites another (MCP-REG-07).
enum class client_provenance : std::uint8_t { configured, registered };

/// OpenID Connect Registration §2, and MCP-DCR-03.
enum class application_type : std::uint8_t { web, native };

/// SHA-256 of a client secret: what is stored in its place (OA21-GEN-05).
struct secret_digest {
    digest256 octets{};
    /// When the secret stops working; nothing: never (RFC 7591 §3.2.1).
    std::optional<instant> expires_at;
};

/// One client. Plain data; members may be added, so name them when you make one.
struct client {
    std::string client_id;
    client_provenance provenance = client_provenance::configured;
    client_authentication_method method = client_authentication_method::none;
    std::vector<secret_digest> secrets; ///< several while one is being replaced
    std::vector<std::string> redirect_uris;
    std::vector<std::string> grant_types{"authorization_code", "refresh_token"};
    std::vector<std::string> response_types{"code"};
    application_type application = application_type::native;
    /// The registered `scope`: a default, or a ceiling, as the policy says.
    std::optional<scope_set> scope;
    bool disabled = false;
    /// Every token of this client is bound to a key (RFC 9449 §5.2).
    bool dpop_bound_access_tokens = false;

    // What a consent page shows. Self-asserted, and never proof of anything (DCR-13).
    std::string client_name;
    std::string client_uri;
    std::string logo_uri;
    std::string tos_uri;
    std::string policy_uri;
    std::vector<std::string> contacts;
    std::string software_id;
    std::string software_version;

    instant issued_at{};
    /// When the registration ends unless a grant keeps it alive; nothing: never.
    std::optional<instant> expires_at;

    [[nodiscard]] bool may_use(std::string_view grant_type) const noexcept {
        for (const auto& each : grant_types)
            if (each == grant_type) return true;
        return false;
    }
    [[nodiscard]] bool is_public() const noexcept {
        return method == client_authentication_method::none;
    }
};

} // namespace v0
} // namespace mcp_oauth
