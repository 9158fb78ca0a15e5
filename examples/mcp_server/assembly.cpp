#include "assembly.hpp"

#include <algorithm>
#include <utility>

namespace mcp_server {
namespace {

using mcp_oauth::authorization_server;
using mcp_oauth::config_error;
using mcp_oauth::resource_server;

/// The library's word for a member of its configuration, as a pointer into ours.
config_fault to_fault(const config_error& error) {
    static const std::pair<const char*, const char*> names[] = {
        {"issuer", "/issuer"},
        {"resources", "/additional_resources"},
        {"scopes_supported", "/scopes_supported"},
        {"default_scopes", "/scopes_supported"},
        {"clients", "/clients"},
        {"secrets", "/secrets_file"},
        {"signing_keys", "/secrets_file"},
        {"initial_access_token", "/registration/initial_access_token"},
        {"policy.refresh.idle", "/refresh_token/idle_lifetime_seconds"},
        {"policy.refresh.retry_window", "/refresh_token/retry_window_seconds"},
    };
    for (const auto& [member, pointer] : names)
        if (error.member == member) return {pointer, error.problem};
    return {"", error.member + ' ' + error.problem};
}

bool contains(const std::vector<std::string>& all, const char* one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

mcp_oauth::server_keys keys_of(const config& config, const storage& chosen) {
    const auto file = config.secrets_file ? config.secrets_file : chosen.secrets_file();
    if (!file && chosen.is_durable())
        throw config_fault("/secrets_file", "is required with this storage: what it holds is of no "
                                            "use without the secrets that it was made with");
    auto keys = file ? mcp_oauth::load_or_create_keys(*file, config.signing_algorithm)
                     : mcp_oauth::generate_keys(config.signing_algorithm);
    if (!keys) throw config_fault("/secrets_file", keys.error().problem);
    return std::move(*keys);
}

} // namespace

std::unique_ptr<assembly> assembly::make(config config, const std::string& origin, audit_log* audit,
                                         const storage& chosen) {
    std::unique_ptr<assembly> made{new assembly};
    auto store = open_store(chosen);
    if (!store) throw storage_fault(store.error());
    made->store_ = std::move(*store);
    const std::string issuer = config.issuer.value_or(origin);
    const std::string resource = issuer + "/mcp";
    made->make_limiter(config);
    if (audit != nullptr) made->events_ = std::make_unique<mcp_oauth::folding_events>(*audit);
    made->make_issuer(config, issuer, keys_of(config, chosen));
    made->make_gate(config, resource, audit);
    browser pages{{*made->issuer_, *made->sessions_, std::move(config.users), resource,
                   made->limiter_.get(), audit}};
    made->site_ = std::make_unique<site>(site::parts{*made->issuer_, *made->gate_, std::move(pages),
                                                     config.cors_allowed_origins, resource});
    return made;
}

void assembly::make_limiter(const config& config) {
    if (!config.registrations_per_minute && !config.failed_secrets_per_minute) return;
    mcp_oauth::memory_attempt_limiter::rates rates;
    const auto rate = [](std::optional<std::uint32_t> per_minute) {
        return per_minute ? std::optional{mcp_oauth::attempt_rate{*per_minute, *per_minute}}
                          : std::nullopt;
    };
    rates.registration = rate(config.registrations_per_minute);
    rates.failed_secret = rate(config.failed_secrets_per_minute);
    rates.failed_password = rate(config.failed_secrets_per_minute);
    limiter_ = std::make_unique<mcp_oauth::memory_attempt_limiter>(rates);
}

void assembly::make_issuer(config& config, const std::string& issuer, mcp_oauth::server_keys keys) {
    for (const auto& each : keys.secrets)
        if (each.role == mcp_oauth::secret_role::current)
            sessions_ = std::make_unique<sessions>(each.octets, issuer);

    mcp_oauth::authorization_server_config wanted;
    wanted.issuer = issuer;
    wanted.resources = {issuer + "/mcp"};
    wanted.resources.insert(wanted.resources.end(), config.additional_resources.begin(),
                            config.additional_resources.end());
    wanted.scopes_supported = config.scopes_supported;
    if (contains(config.scopes_supported, "mcp")) wanted.default_scopes = {"mcp"};
    wanted.secrets = std::move(keys.secrets);
    wanted.signing_keys = std::move(keys.signing_keys);
    wanted.clients = std::move(config.clients);
    wanted.initial_access_token = std::move(config.initial_access_token);
    wanted.policy = config.policy;
    mcp_oauth::server_ports ports{*store_};
    ports.limiter = limiter_.get();
    ports.events = events_.get();
    auto made = authorization_server::make(std::move(wanted), ports);
    if (!made) throw to_fault(made.error());
    issuer_ = std::make_unique<authorization_server>(std::move(*made));
    if (const auto matched = issuer_->check_store(); !matched)
        throw storage_fault(matched.error().problem);
}

void assembly::make_gate(const config& config, const std::string& resource, audit_log* audit) {
    mcp_oauth::resource_config served;
    served.identifier = resource;
    served.name = "Notes";
    served.scopes_supported = config.scopes_supported; // the library leaves offline_access out
    if (contains(config.scopes_supported, "mcp")) served.baseline_scopes = {"mcp"};
    mcp_oauth::resource_server_ports ports;
    ports.store = store_.get();
    ports.events = audit;
    auto made = resource_server::beside(*issuer_, {served}, ports);
    if (!made) throw to_fault(made.error());
    gate_ = std::make_unique<resource_server>(std::move(*made));
}

void assembly::sweep() {
    const auto now = mcp_oauth::system_clock{}.now();
    (void)store_->sweep(now);
    if (events_) events_->close_hours(now);
}

} // namespace mcp_server
