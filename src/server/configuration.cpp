#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mcp_oauth/rfc/7638_jwk_thumbprint.hpp"
#include "server/configured_text.hpp"
#include "server/derived_configuration.hpp"
#include "server/server_state.hpp"

/// `authorization_server::make`: everything that can be wrong with a configuration is found here,
/// before the first request, and said by the member's name.
namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::size_t most_scopes = 128; // a ticket holds one bit for each
constexpr std::size_t most_resources = 64;
constexpr std::size_t most_scope_octets = 4096;
constexpr std::size_t longest_resource = 640;

using client_table = std::map<std::string, client, std::less<>>;

unexpected<config_error> wrong(std::string member, std::string problem) {
    return unexpected<config_error>{config_error{std::move(member), std::move(problem)}};
}

expected<scope_set, config_error> scopes_of(const char* member,
                                            const std::vector<std::string>& texts) {
    scope_set scopes;
    for (const auto& text : texts) {
        if (!is_scope_token(text))
            return wrong(member, quoted(text) + ": is no scope token (printable ASCII without "
                                                "spaces, quotes and backslashes)");
        scopes.add(text);
    }
    return scopes;
}

expected<std::vector<resource_identifier>, config_error>
resources_of(const std::vector<std::string>& texts) {
    std::vector<resource_identifier> resources;
    for (const auto& text : texts) {
        auto parsed = resource_identifier::parse(text);
        if (!parsed) return wrong("resources", url_fault(text, {true, true}));
        for (const auto& each : resources)
            if (each.same_as(text))
                return wrong("resources", quoted_url(text) + ": is there twice");
        resources.push_back(std::move(*parsed));
    }
    if (resources.empty()) return wrong("resources", "at least one is required");
    if (resources.size() > most_resources) return wrong("resources", "are more than 64");
    for (const auto& each : resources)
        if (each.text().size() > longest_resource)
            return wrong("resources", quoted_url(each.text()) + ": is longer than 640 octets");
    return resources;
}

// The rules are those of registration: what could not be registered cannot be configured either, or
// a request would be redirected where no client may be (BCP-02, OA21-CLI-03, MCP-DCR-12).
expected<void, config_error> check_client(const client& who, const policy& rules,
                                          const redirect_rules& redirects,
                                          const scope_set& offered) {
    const auto& id = who.client_id;
    if (id.empty() || id.size() > rules.limits.client_id)
        return wrong("clients", quoted(id) + ": the client_id is empty or too long");
    for (const char c : id) // RFC 6749 appendix A.1
        if (c < 0x20 || c > 0x7E)
            return wrong("clients",
                         quoted(id) + ": the client_id holds what is no printable ASCII");
    if (who.is_public() && !who.secrets.empty())
        return wrong("clients", quoted(id) + ": has a secret, and a method that uses none");
    if (!who.is_public() && who.secrets.empty())
        return wrong("clients", quoted(id) + ": has no secret, and a method that needs one");
    for (const auto& uri : who.redirect_uris)
        if (!check_redirect_uri(uri, redirects))
            return wrong("clients", quoted(id) + ": its redirect URI " + quoted_url(uri) +
                                        " is not acceptable (policy.redirect says which are)");
    if (who.dpop_bound_access_tokens && !rules.dpop.enabled)
        return wrong("clients", quoted(id) + ": its tokens need policy.dpop.enabled");
    if (const auto missing = first_missing(who.scope.value_or(scope_set{}), offered))
        return wrong("clients", quoted(id) + ": its scope " + quoted(*missing) +
                                    " is not in scopes_supported");
    return {};
}

expected<client_table, config_error> clients_of(std::vector<client> clients, const policy& rules,
                                                const redirect_rules& redirects,
                                                const scope_set& offered) {
    client_table found;
    for (auto& each : clients) {
        const auto fine = check_client(each, rules, redirects, offered);
        if (!fine) return unexpected<config_error>{fine.error()};
        const auto id = each.client_id;
        each.provenance = client_provenance::configured;
        if (!found.emplace(id, std::move(each)).second)
            return wrong("clients", quoted(id) + ": is there twice");
    }
    return found;
}

/// Where the endpoints are: `https`, or `http` on a loopback host for development, as for the
/// issuer.
std::optional<uri> endpoint_base_of(const std::string& text) {
    auto base = uri::parse(text);
    if (!base || base->query() || base->fragment() || base->userinfo()) return std::nullopt;
    if (base->host().empty() || text.back() == '/') return std::nullopt;
    const bool development = base->scheme_is("http") && base->host_is_loopback();
    if (!base->scheme_is("https") && !development) return std::nullopt;
    return std::move(*base);
}

// With everything at its limit a ticket is still short enough for an URL or a hidden field.
bool tickets_would_be_too_long(const policy::limits_options& limits) {
    constexpr std::size_t room = 2048 + 384 + 200;
    return limits.state > room || limits.redirect_uri > room || limits.client_id > room ||
           limits.state + limits.redirect_uri + limits.client_id > room;
}

// Also where the two are for different algorithms: they have one name (RFC 7638 §3.2).
bool holds_one_twice(const std::vector<signing_key>& keys) {
    std::vector<std::string> names;
    for (const auto& key : keys) names.push_back(jwk_thumbprint(key.public_key()));
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

/// Reads one configuration, member by member. The order matters where one member decides what
/// another may be.
class configuration_reader {
public:
    explicit configuration_reader(authorization_server_config config)
        : config_(std::move(config)) {}

    expected<void, config_error> read() {
        using part = expected<void, config_error> (configuration_reader::*)();
        for (const part next : {&configuration_reader::locations, &configuration_reader::rules,
                                &configuration_reader::scopes, &configuration_reader::resources,
                                &configuration_reader::clients, &configuration_reader::keys}) {
            auto done = (this->*next)();
            if (!done) return done;
        }
        return {};
    }

    /// Requires: `read` found nothing wrong. So does `made`.
    [[nodiscard]] bool needs_signer() const noexcept {
        return config_.signing_keys.front().is_held_elsewhere();
    }

    std::shared_ptr<const server_state> made(const server_ports& ports) && {
        auto paths = paths_of(*issuer_, *base_);
        auto capabilities = capabilities_of(**rules_, paths, base_->origin(), config_.issuer);
        capabilities.scopes_supported = scopes_;
        capabilities.id_token_signing_algorithms = {
            std::string{name(config_.signing_keys.front().algorithm())}};
        for (const auto& resource : resources_)
            capabilities.protected_resources.push_back(resource.text());
        std::vector<verification_key> keys;
        for (const auto& key : config_.signing_keys) keys.push_back(key.public_key());
        auto set = key_set::of(keys);
        auto metadata = server_metadata(capabilities);
        auto with_plain = metadata_with_plain(capabilities);
        auto jwks = set.text();
        auto hierarchy = rules_->hierarchy();
        auto binding = binding_of(scopes_, resources_);
        auto own = std::make_shared<default_ports>();
        const auto& clock = ports.clock != nullptr ? *ports.clock : own->clock;
        auto& random = ports.random != nullptr ? *ports.random : own->random;
        auto common =
            std::make_shared<const authorization_server::shared>(authorization_server::shared{
                config_.issuer, std::move(*ring_), std::move(config_.signing_keys),
                std::move(*rules_), std::move(scopes_), resources_, ports});
        return std::make_shared<const server_state>(
            server_state{std::move(common),
                         std::move(*issuer_),
                         std::move(resources_),
                         std::move(defaults_),
                         std::move(hierarchy),
                         std::move(clients_),
                         std::move(registration_),
                         std::move(set),
                         std::move(config_.initial_access_token),
                         std::move(config_.may_refresh),
                         std::move(config_.custom_claims),
                         std::move(capabilities),
                         std::move(paths),
                         std::move(metadata),
                         std::move(with_plain),
                         std::move(jwks),
                         config_.jwks_max_age,
                         std::move(binding),
                         std::move(own),
                         ports.store,
                         ports.clients,
                         ports.limiter,
                         ports.events,
                         clock,
                         random,
                         ports.signatures});
    }

private:
    expected<void, config_error> locations() {
        issuer_ = issuer_identifier::parse(config_.issuer);
        if (!issuer_) return wrong("issuer", url_fault(config_.issuer, {}));
        base_ = endpoint_base_of(config_.endpoint_base.empty() ? config_.issuer
                                                               : config_.endpoint_base);
        if (!base_) return wrong("endpoint_base", url_fault(config_.endpoint_base, {}));
        return {};
    }
    expected<void, config_error> rules() {
        auto checked = checked_policy::make(std::move(config_.policy));
        if (!checked) return wrong("policy." + checked.error().member, checked.error().problem);
        const auto& limits = (*checked)->limits;
        if (tickets_would_be_too_long(limits))
            return wrong("policy.limits.state",
                         std::to_string(limits.state) +
                             ": must be at most 2632 together with limits.redirect_uri, which is " +
                             std::to_string(limits.redirect_uri) +
                             ", and limits.client_id, which is " +
                             std::to_string(limits.client_id));
        rules_.emplace(std::move(*checked));
        return {};
    }
    expected<void, config_error> scopes() {
        auto supported = scopes_of("scopes_supported", config_.scopes_supported);
        if (!supported) return unexpected<config_error>{supported.error()};
        // All of them at once have to fit into one access token and one grant.
        if (supported->size() > most_scopes || supported->text().size() > most_scope_octets)
            return wrong("scopes_supported", "are more than 128, or 4096 octets in all");
        if (supported->empty())
            return wrong("scopes_supported", "at least one is required: without a scope nothing "
                                             "can be granted");
        auto defaults = scopes_of("default_scopes", config_.default_scopes);
        if (!defaults) return unexpected<config_error>{defaults.error()};
        if (const auto missing = first_missing(*defaults, *supported))
            return wrong("default_scopes", quoted(*missing) + " is not in scopes_supported");
        // Or there would be a grant type in the metadata that nobody ever gets a token for.
        if ((*rules_)->refresh.issue == refresh_issuance::when_offline_access &&
            !supported->contains("offline_access"))
            return wrong("policy.refresh.issue",
                         "when_offline_access: needs offline_access among scopes_supported");
        scopes_ = std::move(*supported);
        defaults_ = std::move(*defaults);
        return {};
    }
    expected<void, config_error> resources() {
        auto found = resources_of(config_.resources);
        if (!found) return unexpected<config_error>{found.error()};
        resources_ = std::move(*found);
        for (const auto& text : (*rules_)->dpop.required_for) // or a slip of the pen binds nothing
            if (std::none_of(resources_.begin(), resources_.end(),
                             [&text](const auto& each) { return each.same_as(text); }))
                return wrong("policy.dpop.required_for",
                             quoted_url(text) + ": is none of resources");
        return {};
    }
    expected<void, config_error> clients() {
        registration_ = registration_of(**rules_, scopes_);
        auto found =
            clients_of(std::move(config_.clients), **rules_, registration_.redirects, scopes_);
        if (!found) return unexpected<config_error>{found.error()};
        clients_ = std::move(*found);
        return {};
    }
    expected<void, config_error> keys() {
        ring_ = key_ring::make(config_.secrets, config_.issuer);
        if (!ring_)
            return wrong("secrets",
                         "exactly one must be current, each different and 32 octets or more");
        if (config_.signing_keys.empty()) return wrong("signing_keys", "at least one is required");
        if (holds_one_twice(config_.signing_keys))
            return wrong("signing_keys", "one key is there twice");
        if (config_.jwks_max_age < seconds{0} || config_.jwks_max_age > std::chrono::hours{24})
            return wrong("jwks_max_age", text_of(config_.jwks_max_age) + ": must be 0 s to 24 h");
        const bool needs_token =
            (*rules_)->registration.access == registration_access::initial_access_token;
        if (needs_token && config_.initial_access_token.empty())
            return wrong("initial_access_token", "is required by policy.registration.access");
        return {};
    }

    authorization_server_config config_;
    std::optional<issuer_identifier> issuer_;
    std::optional<uri> base_;
    std::optional<checked_policy> rules_;
    scope_set scopes_;
    scope_set defaults_;
    std::vector<resource_identifier> resources_;
    registration_rules registration_;
    client_table clients_;
    std::optional<key_ring> ring_;
};

} // namespace

expected<authorization_server, config_error>
authorization_server::make(authorization_server_config config, server_ports ports) {
    configuration_reader reader{std::move(config)};
    const auto fine = reader.read();
    if (!fine) return unexpected<config_error>{fine.error()};
    if (reader.needs_signer() && ports.signatures == nullptr)
        return wrong("ports.signatures", "the first of signing_keys is held elsewhere");
    return authorization_server{std::move(reader).made(ports)};
}

} // namespace v0
} // namespace mcp_oauth
