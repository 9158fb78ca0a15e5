#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_oauth/base/clock.hpp"
#include "mcp_oauth/base/random.hpp"
#include "mcp_oauth/grant/server_secrets.hpp"
#include "mcp_oauth/rfc/6750_bearer.hpp"
#include "mcp_oauth/rfc/7517_jwk.hpp"
#include "mcp_oauth/rfc/8707_resource_indicators.hpp"
#include "mcp_oauth/rfc/9449_dpop.hpp"
#include "mcp_oauth/server/resource_server.hpp"
#include "server/dpop_replay_cache.hpp"
#include "server/key_refresh.hpp"
#include "server/verified_tokens.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// One resource, with everything that can be said of it before a request comes.
struct guarded_resource {
    resource_identifier id;
    scope_set baseline;
    std::string metadata_url;
    std::string metadata_path;
    std::string document;
    dpop_target target;
    bool bound_only; ///< takes no bearer tokens
};

/// Beyond so many proofs in their time the oldest are forgotten: see `dpop_replay::in_memory`.
inline constexpr std::size_t most_proofs_in_memory = 262'144;

/// Everything behind a `resource_server`. Immutable once made, but for the proofs and tokens that
/// it has seen and the keys of trusted issuers.
struct resource_server::state {
    std::string issuer;                      ///< empty where only others' tokens are taken
    std::vector<guarded_resource> resources; ///< the first is the default; never empty
    key_set keys;
    std::optional<key_ring> ring;
    checked_policy rules;
    resource_server_ports ports;
    std::vector<pinned_issuer> trusted;
    std::unique_ptr<verified_tokens> seen;
    std::unique_ptr<dpop_replay_cache> proofs =
        std::make_unique<dpop_replay_cache>(most_proofs_in_memory);

    /// By the authorization server beside; nothing where another process issues the tokens.
    std::optional<scope_set> offered{};

    /// Whether no token can ever have all of these: the host asks for more than there is.
    [[nodiscard]] bool asks_for_too_much(const scope_set& needed) const {
        if (!offered || offered->contains_all(needed)) return false;
        return !rules.hierarchy().satisfies(*offered, needed);
    }
    [[nodiscard]] std::string_view scope_refusal_reason(const scope_set& needed) const {
        return asks_for_too_much(needed) ? "scope_not_offered" : "insufficient_scope";
    }

    [[nodiscard]] const guarded_resource* find(std::string_view resource) const {
        if (resource.empty()) return &resources.front();
        for (const auto& each : resources)
            if (each.id.same_as(resource)) return &each;
        return nullptr;
    }
    [[nodiscard]] instant now() const noexcept {
        return ports.clock != nullptr ? ports.clock->now() : system_clock{}.now();
    }
};

/// Hands an event to the host. Whatever it throws is swallowed.
void report(const resource_server::state& server, const event& e) noexcept;

/// How a token came with its request.
enum class token_scheme : std::uint8_t { bearer, dpop };

/// The 403 that names all of `needed`; nothing where `held` is enough (MCP-SCO-06, MCP-SCO-12).
[[nodiscard]] std::optional<http_response>
refuse_scope(const resource_server::state& server, const guarded_resource& resource,
             const scope_set& held, const scope_set& needed, token_scheme scheme);

/// For a resource that this server was not told of: the host's fault, and nobody gets in.
[[nodiscard]] http_response unknown_resource_answer();

} // namespace v0
} // namespace mcp_oauth
