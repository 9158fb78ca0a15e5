#include "mcp_oauth/server/resource_server.hpp"

#include <utility>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/rfc/9728_resource_metadata.hpp"
#include "server/configured_text.hpp"
#include "server/document_answer.hpp"
#include "server/dpop.hpp"
#include "server/pinned_issuers.hpp"
#include "server/resource_state.hpp"
#include "server/shared_state.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

using gate_state = resource_server::state;

constexpr std::size_t longest_session_id = 4096;
constexpr seconds metadata_max_age{3600};

unexpected<config_error> wrong(std::string_view member, std::string_view problem) {
    return unexpected{config_error{std::string{member}, std::string{problem}}};
}

// Another's issuer may end in a slash; ours never does.
bool is_issuer(std::string_view text) {
    const auto parsed = uri::parse(text);
    if (!parsed || parsed->query() || parsed->fragment() || parsed->userinfo()) return false;
    if (parsed->host().empty()) return false;
    return parsed->scheme_is("https") || (parsed->scheme_is("http") && parsed->host_is_loopback());
}

expected<scope_set, config_error> to_scopes(const std::string& member,
                                            const std::vector<std::string>& tokens) {
    scope_set scopes;
    for (const auto& each : tokens) {
        if (!is_scope_token(each)) return wrong(member, quoted(each) + ": is no scope token");
        scopes.add(each);
    }
    return scopes;
}

std::string nth(std::size_t index) { return "resources[" + std::to_string(index) + "]"; }

using issuers = std::vector<std::string>;

expected<guarded_resource, config_error> make_resource(const resource_config& config,
                                                       const std::string& member,
                                                       const issuers& served_by,
                                                       const policy& rules) {
    const auto id = resource_identifier::parse(config.identifier);
    if (!id) return wrong(member + ".identifier", url_fault(config.identifier, {true, true}));
    const auto supported = to_scopes(member + ".scopes_supported", config.scopes_supported);
    if (!supported) return unexpected{supported.error()};
    const auto baseline = to_scopes(member + ".baseline_scopes", config.baseline_scopes);
    if (!baseline) return unexpected{baseline.error()};
    const auto target = dpop_target::parse(config.url.empty() ? config.identifier : config.url);
    if (!target)
        return wrong(member + ".url", quoted_url(config.url) + ": must be an http or https URL");
    const bool bound_only = binds_tokens_for(rules, id->text());
    protected_resource described{*id, served_by, supported->empty() ? *baseline : *supported,
                                 config.name, config.documentation};
    if (rules.dpop.enabled) described.dpop_signing_algorithms = algorithm_set::all().names();
    described.dpop_bound_access_tokens_required = bound_only;
    return guarded_resource{
        *id,     *baseline, metadata_url(*id), metadata_path(*id), resource_metadata(described),
        *target, bound_only};
}

expected<std::vector<guarded_resource>, config_error>
make_resources(const std::vector<resource_config>& configs, const issuers& served_by,
               const policy& rules) {
    std::vector<guarded_resource> made;
    for (const auto& config : configs) {
        const auto member = nth(made.size());
        auto next = make_resource(config, member, served_by, rules);
        if (!next) return unexpected{next.error()};
        for (const auto& other : made)
            if (other.metadata_path == next->metadata_path)
                return wrong(member + ".identifier", quoted_url(config.identifier) +
                                                         ": has its metadata where that of " +
                                                         quoted_url(other.id.text()) + " is");
        made.push_back(std::move(*next));
    }
    if (made.empty()) return wrong("resources", "at least one is required");
    return made;
}

bool is_served(const std::string& id, const std::vector<resource_identifier>& served) {
    for (const auto& each : served)
        if (each.same_as(id)) return true;
    return false;
}

/// Beside an authorization server nothing is guarded, and no scope named, that it does not have.
expected<void, config_error> check_offer(const resource_config& config, const std::string& member,
                                         const authorization_server::shared& common) {
    const std::pair<const char*, const std::vector<std::string>*> lists[] = {
        {".scopes_supported", &config.scopes_supported},
        {".baseline_scopes", &config.baseline_scopes}};
    for (const auto& [name, list] : lists) {
        const auto scopes = to_scopes(member + name, *list);
        if (!scopes) return unexpected{scopes.error()};
        if (const auto missing = first_missing(*scopes, common.scopes_supported))
            return wrong(member + name, quoted(*missing) + " is not in scopes_supported of the "
                                                           "authorization server");
    }
    if (!resource_identifier::parse(config.identifier) ||
        is_served(config.identifier, common.resources))
        return {};
    std::string served;
    for (const auto& each : common.resources)
        served += (served.empty() ? "" : ", ") + quoted_url(each.text());
    return wrong(member + ".identifier", quoted_url(config.identifier) +
                                             ": the authorization server "
                                             "issues tokens for " +
                                             served);
}

issuers all_issuers(const resource_server_config& config) {
    issuers all;
    if (!config.issuer.empty()) all.push_back(config.issuer);
    for (const auto& each : config.trusted_issuers) all.push_back(each.issuer);
    if (config.introspected) all.push_back(config.introspected->issuer);
    return all;
}

expected<void, config_error> check_dpop_means(const gate_state& s) {
    if (s.rules->dpop.enabled && s.rules->dpop.gate_replay == dpop_replay::in_store &&
        s.ports.store == nullptr)
        return wrong("ports.store", "the policy keeps DPoP proofs in it");
    if (s.rules->dpop.nonces && !s.ring) return wrong("secrets", "DPoP nonces need one");
    return {};
}

expected<void, config_error> check_means(const gate_state& s) {
    const bool opaque = s.rules->access_token.format == access_token_format::opaque;
    for (const auto& each : s.trusted)
        if (each.config.jwks.empty() && s.ports.fetcher == nullptr)
            return wrong("ports.fetcher", "the keys of trusted issuers are fetched");
    if (s.introspected != nullptr && s.ports.fetcher == nullptr)
        return wrong("ports.fetcher", "the introspected issuer is asked through it");
    if (s.issuer.empty() && s.rules->gate.revocation == gate_revocation::at_once)
        return wrong("policy.gate.revocation", "there are no grants of another issuer to load");
    if (s.issuer.empty()) return check_dpop_means(s);
    if (opaque && !s.ring) return wrong("secrets", "opaque access tokens need the issuer's");
    if (!opaque && s.keys.keys().empty()) return wrong("keys", "there must be one");
    if (s.rules->gate.revocation == gate_revocation::at_once && s.ports.store == nullptr)
        return wrong("ports.store", "the policy loads grants at the gate");
    return check_dpop_means(s);
}

/// The ports of a gate beside its issuer: those that the host did not bring are the issuer's.
resource_server_ports filled_in(resource_server_ports own, const server_ports& usual) {
    if (own.store == nullptr) own.store = &usual.store;
    if (own.events == nullptr) own.events = usual.events;
    if (own.clock == nullptr) own.clock = usual.clock;
    if (own.random == nullptr) own.random = usual.random;
    return own;
}

http_response empty_answer(int status) {
    return {status, {{"Cache-Control", "no-store"}, {"Content-Length", "0"}}, {}};
}

/// What a session ID is sealed over.
std::string session_fields(const principal& who) {
    octet_writer fields;
    fields.field(who.issuer());
    fields.field(who.subject());
    fields.field(who.client_id());
    fields.field(who.grant_id());
    return fields.take();
}

event describe(const gate_state& server, const principal& who) {
    event e;
    e.at = server.now();
    e.grant_id = who.grant_id();
    e.client_id = who.client_id();
    e.subject = who.subject();
    return e;
}

} // namespace

principal::principal() noexcept = default;

void report(const gate_state& server, const event& e) noexcept {
    if (server.ports.events == nullptr) return;
#if defined(__cpp_exceptions)
    try {
        server.ports.events->on_event(e);
    } catch (...) {
        return; // an audit log that fails must not change an answer
    }
#else
    server.ports.events->on_event(e);
#endif
}

resource_server::resource_server(std::shared_ptr<const state> made) noexcept
    : state_(std::move(made)) {}
resource_server::resource_server(resource_server&&) noexcept = default;
resource_server& resource_server::operator=(resource_server&&) noexcept = default;
resource_server::~resource_server() = default;

expected<resource_server, config_error> resource_server::make(resource_server_config config,
                                                              resource_server_ports ports) {
    const bool trusts = !config.trusted_issuers.empty() || config.introspected;
    if (config.issuer.empty() ? !trusts : !is_issuer(config.issuer))
        return wrong("issuer", url_fault(config.issuer, {false, true}));
    auto trusted = pin(config);
    if (!trusted) return unexpected{trusted.error()};
    const auto served_by = all_issuers(config);
    auto introspected = pin_introspected(config, ports.limiter);
    if (!introspected) return unexpected{introspected.error()};
    auto rules = checked_policy::make(std::move(config.policy));
    if (!rules) return wrong("policy." + rules.error().member, rules.error().problem);
    auto resources = make_resources(config.resources, served_by, **rules);
    if (!resources) return unexpected{resources.error()};
    std::optional<key_ring> ring;
    if (!config.secrets.empty()) {
        ring = key_ring::make(config.secrets, config.issuer);
        if (!ring) return wrong("secrets", "must be 32 octets or more each, one of them current");
    }
    auto seen = std::make_unique<verified_tokens>(config.remembered_tokens);
    auto made = std::make_shared<state>(
        state{std::move(config.issuer), std::move(*resources), key_set::of(config.keys),
              std::move(ring), std::move(*rules), ports, std::move(*trusted), std::move(seen)});
    made->introspected = std::move(*introspected);
    if (auto means = check_means(*made); !means) return unexpected{means.error()};
    return resource_server{std::move(made)};
}

expected<resource_server, config_error>
resource_server::beside(const authorization_server& issuer, std::vector<resource_config> resources,
                        resource_server_ports ports, std::size_t remembered_tokens) {
    const auto common = issuer.share();
    std::vector<verification_key> keys;
    for (const auto& each : common->signing_keys) keys.push_back(each.public_key());
    const auto& offered = common->scopes_supported;
    for (std::size_t i = 0; i < resources.size(); ++i) {
        auto& each = resources[i];
        if (auto fine = check_offer(each, nth(i), *common); !fine) return unexpected{fine.error()};
        if (each.scopes_supported.empty() && each.baseline_scopes.empty())
            each.scopes_supported.assign(offered.begin(), offered.end());
    }
    auto guarded = make_resources(resources, {common->issuer}, *common->rules);
    if (!guarded) return unexpected{guarded.error()};
    auto seen = std::make_unique<verified_tokens>(remembered_tokens);
    auto made = std::make_shared<state>(state{common->issuer,
                                              std::move(*guarded),
                                              key_set::of(keys),
                                              common->ring,
                                              common->rules,
                                              filled_in(ports, common->ports),
                                              {},
                                              std::move(seen)});
    made->offered = offered;
    if (auto means = check_means(*made); !means) return unexpected{means.error()};
    return resource_server{std::move(made)};
}

std::optional<http_response> resource_server::require(const principal& who, const scope_set& needed,
                                                      std::string_view resource) const {
    const auto* guarded = state_->find(resource);
    if (auto fault = refuse_host(*state_, guarded, needed, describe(*state_, who))) return fault;
    auto refused =
        refuse_scope(*state_, *guarded, who.scopes(), needed,
                     who.key_thumbprint().empty() ? token_scheme::bearer : token_scheme::dpop);
    if (!refused) return std::nullopt;
    event e = describe(*state_, who);
    e.kind = event_kind::scope_refused;
    e.reason = state_->scope_refusal_reason(needed);
    report(*state_, e);
    return refused;
}

http_response resource_server::handle(const http_request& request) const {
    const auto path = request.path();
    const guarded_resource* found = nullptr;
    if (path == root_metadata_path()) found = &state_->resources.front();
    for (const auto& each : state_->resources)
        if (each.metadata_path == path) found = &each; // a resource without a path owns the root
    if (found == nullptr) return empty_answer(404);
    if (request.method != "GET" && request.method != "HEAD") {
        auto refused = empty_answer(405);
        refused.headers.push_back({"Allow", "GET, HEAD"});
        return refused;
    }
    return document_answer(request.method, found->document, "application/json", metadata_max_age);
}

std::vector<endpoint> resource_server::endpoints() const {
    std::vector<endpoint> routes;
    const auto add = [&routes](const std::string& path) {
        for (const auto& each : routes)
            if (each.path == path) return;
        routes.push_back({"GET", path});
        routes.push_back({"HEAD", path});
    };
    for (const auto& each : state_->resources) add(each.metadata_path);
    add(root_metadata_path());
    return routes;
}

std::optional<std::string> resource_server::open_session(const principal& who) const {
    if (!state_->ring) return std::nullopt;
    system_random fallback;
    random_source& random = state_->ports.random != nullptr ? *state_->ports.random : fallback;
    return state_->ring->seal(key_purpose::session, session_fields(who), random);
}

bool resource_server::owns_session(const principal& who, std::string_view session_id) const {
    const bool readable = state_->ring && session_id.size() <= longest_session_id;
    const auto fields = readable ? state_->ring->open(key_purpose::session, session_id)
                                 : std::optional<std::string>{};
    if (fields && *fields == session_fields(who)) return true;
    event e = describe(*state_, who);
    e.kind = event_kind::session_refused;
    e.reason = fields ? "another_principal" : "unknown_session";
    report(*state_, e);
    return false;
}

} // namespace v0
} // namespace mcp_oauth
