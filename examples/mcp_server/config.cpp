#include "config.hpp"

#include <algorithm>
#include <set>

#include "mcp_oauth/grammar/scope_token.hpp"
#include "mcp_oauth/grammar/uri.hpp"
#include "mcp_oauth/rfc/8414_server_metadata.hpp"
#include "mcp_oauth/rfc/8707_resource_indicators.hpp"

namespace mcp_server {
namespace {

using mcp_oauth::milliseconds;
using mcp_oauth::seconds;

constexpr std::int64_t ten_years = 10LL * 365 * 24 * 60 * 60;

nlohmann::json parse_text(std::string_view text) {
    std::vector<std::set<std::string>> open; // the names seen in each object that is not closed yet
    const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
        using parse_event = nlohmann::json::parse_event_t;
        if (depth > 16) throw config_fault("", "is nested too deeply");
        if (event == parse_event::object_start) open.emplace_back();
        if (event == parse_event::object_end) open.pop_back();
        if (event == parse_event::key && !open.back().insert(parsed.get<std::string>()).second)
            throw config_fault("", "a member is there twice: " + parsed.get<std::string>());
        return true;
    };
    try {
        return nlohmann::json::parse(text, watch, true, true);
    } catch (const nlohmann::json::exception& error) {
        throw config_fault("", error.what());
    }
}

/// A feature that this program does not have. Naming it is a fault, unless to say that it is off.
void refuse_feature(object_reader& root, const char* name,
                    void (*read_others)(object_reader&) = nullptr) {
    auto in = root.object(name);
    if (!in) return;
    const bool enabled = in->flag("enabled", true);
    if (read_others != nullptr) read_others(*in);
    in->done();
    if (enabled)
        throw config_fault(in->has("enabled") ? in->at("enabled") : in->pointer(), "not built in");
}
void refuse_flag(object_reader& in, const char* name) {
    if (in.flag(name, false)) throw config_fault(in.at(name), "not built in");
}

void refuse_features(object_reader& root) {
    refuse_feature(root, "client_id_metadata_documents", [](object_reader& in) {
        refuse_flag(in, "allow_loopback");
        if (in.text_or_null("ca_file")) throw config_fault(in.at("ca_file"), "not built in");
    });
    refuse_feature(root, "pushed_authorization_requests",
                   [](object_reader& in) { refuse_flag(in, "required"); });
    refuse_feature(root, "device_authorization", [](object_reader& in) {
        (void)in.whole("lifetime_seconds", {1, 3600}, 600);
        (void)in.whole("interval_seconds", {1, 3600}, 5);
    });
}

mcp_oauth::policy read_profile(object_reader& root) {
    switch (root.choice("profile", {"strict", "mcp", "migration"}, 1)) {
    case 0: return mcp_oauth::policy::strict();
    case 1: return mcp_oauth::policy::mcp();
    default: return mcp_oauth::policy::migration();
    }
}

void read_issuer(object_reader& root, config& out) {
    out.issuer = root.text_or_null("issuer");
    if (out.issuer && !mcp_oauth::issuer_identifier::parse(*out.issuer))
        throw config_fault(root.at("issuer"), "must be https (http on a loopback host), without "
                                              "query, fragment and trailing slash");
}

void read_users(object_reader& root, config& out) {
    const bool there = root.each_object("users", [&](object_reader in) {
        const auto name = in.required_text("username");
        const auto password = in.required_text("password");
        in.done();
        if (name.size() > 128) throw config_fault(in.at("username"), "is longer than 128 octets");
        for (const auto& other : out.users)
            if (other.username == name) throw config_fault(in.at("username"), "is there twice");
        out.users.push_back({name, mcp_oauth::sha256(password)});
    });
    if (!there) out.users.push_back({"alice", mcp_oauth::sha256("wonderland")});
}

void read_clients(object_reader& root, config& out) {
    root.each_object("clients", [&](object_reader in) {
        auto client = read_client(in, out.policy);
        for (const auto& other : out.clients)
            if (other.client_id == client.client_id)
                throw config_fault(in.at("client_id"), "is there twice");
        out.clients.push_back(std::move(client));
    });
}

void read_scopes(object_reader& root, config& out) {
    auto scopes = root.texts("scopes_supported");
    if (!scopes) return;
    for (std::size_t i = 0; i < scopes->size(); ++i) {
        const auto& scope = (*scopes)[i];
        if (!mcp_oauth::is_scope_token(scope))
            throw config_fault(root.at("scopes_supported", i), "is no scope token");
        if (std::count(scopes->begin(), scopes->end(), scope) > 1)
            throw config_fault(root.at("scopes_supported", i), "is there twice");
    }
    out.scopes_supported = std::move(*scopes);
}

void read_resources(object_reader& root, config& out) {
    auto resources = root.texts("additional_resources");
    if (!resources) return;
    for (std::size_t i = 0; i < resources->size(); ++i)
        if (!mcp_oauth::resource_identifier::parse((*resources)[i]))
            throw config_fault(root.at("additional_resources", i),
                               "must be https (http on a loopback host), without a fragment");
    out.additional_resources = std::move(*resources);
}

void read_access_token(object_reader& root, config& out) {
    using algorithm = mcp_oauth::signature_algorithm;
    auto in = root.object("access_token");
    if (!in) return;
    if (in->choice("format", {"jwt", "opaque"}, 0) == 1)
        out.policy.access_token.format = mcp_oauth::access_token_format::opaque;
    switch (in->choice("signing_algorithm", {"ES256", "RS256", "PS256", "EdDSA", "ES384"}, 0)) {
    case 1: out.signing_algorithm = algorithm::rs256; break;
    case 2: out.signing_algorithm = algorithm::ps256; break;
    case 3: out.signing_algorithm = algorithm::eddsa; break;
    case 4: out.signing_algorithm = algorithm::es384; break;
    default: out.signing_algorithm = algorithm::es256; break;
    }
    out.policy.access_token.lifetime = seconds{in->whole("lifetime_seconds", {1, 86400}, 600)};
    in->done();
}

void read_code(object_reader& root, mcp_oauth::policy& policy) {
    auto in = root.object("authorization_code");
    if (!in) return;
    policy.code.lifetime = seconds{in->whole("lifetime_seconds", {1, 600}, 60)};
    in->done();
}

/// The profile's window is shrunk to what a short lifetime leaves room for; one that was asked for
/// by name is not, but has to fit. An idle lifetime beyond the absolute one means the absolute one.
void read_refresh_token(object_reader& root, mcp_oauth::policy& policy) {
    auto in = root.object("refresh_token");
    if (!in) return;
    auto& refresh = policy.refresh;
    refresh.absolute =
        seconds{in->whole("absolute_lifetime_seconds", {1, ten_years}, refresh.absolute.count())};
    refresh.idle =
        std::min(refresh.absolute,
                 seconds{in->whole("idle_lifetime_seconds", {1, ten_years}, refresh.idle.count())});
    const auto window = in->whole_or_null("retry_window_seconds", {0, ten_years});
    in->done();
    const milliseconds idle = refresh.idle;
    refresh.retry_window =
        window ? milliseconds{seconds{*window}} : std::min(refresh.retry_window, idle / 2);
    if (refresh.retry_window == milliseconds{0}) return;
    policy.operation_limit = std::min(policy.operation_limit, refresh.retry_window / 2);
    if (refresh.retry_window + policy.operation_limit >= idle)
        throw config_fault(in->at("retry_window_seconds"), "is too long for idle_lifetime_seconds");
}

void read_registration(object_reader& root, config& out) {
    auto in = root.object("registration");
    if (!in) return;
    using access = mcp_oauth::registration_access;
    const bool enabled = in->flag("enabled", true);
    const auto token = in->text_or_null("initial_access_token");
    in->done();
    out.policy.registration.access =
        !enabled ? access::off : (token ? access::initial_access_token : access::open);
    if (token) out.initial_access_token = mcp_oauth::secret{*token};
}

void read_dpop(object_reader& root, mcp_oauth::policy::dpop_options& dpop) {
    auto in = root.object("dpop");
    if (!in) return;
    dpop.enabled = in->flag("enabled", true);
    dpop.required = in->flag("required", false);
    dpop.nonces = in->flag("nonces", false);
    in->done();
    if (dpop.enabled) return;
    if (dpop.required) throw config_fault(in->at("required"), "needs dpop to be enabled");
    if (dpop.nonces) throw config_fault(in->at("nonces"), "needs dpop to be enabled");
}

void read_limits(object_reader& root, config& out) {
    if (root.is_null("limits")) return;
    auto in = root.object("limits");
    if (!in) return;
    const auto read = [&](const char* name) -> std::optional<std::uint32_t> {
        const auto rate = in->whole_or_null(name, {1, 1'000'000});
        if (!rate) return std::nullopt;
        return static_cast<std::uint32_t>(*rate);
    };
    out.registrations_per_minute = read("registrations_per_minute");
    out.failed_secrets_per_minute = read("failed_secrets_per_minute");
    in->done();
}

bool is_origin(const std::string& text) {
    const auto parsed = mcp_oauth::uri::parse(text);
    return parsed && (parsed->scheme_is("https") || parsed->scheme_is("http")) &&
           !parsed->host().empty() && parsed->origin() == text;
}

void read_cors(object_reader& root, config& out) {
    auto origins = root.texts("cors_allowed_origins");
    if (!origins) return;
    for (std::size_t i = 0; i < origins->size(); ++i)
        if ((*origins)[i] != "*" && !is_origin((*origins)[i]))
            throw config_fault(root.at("cors_allowed_origins", i),
                               "is neither * nor an origin such as https://example.com");
    out.cors_allowed_origins = std::move(*origins);
}

} // namespace

config parse_config(std::string_view text) {
    const auto document = parse_text(text);
    object_reader root{document, ""};
    config out;
    out.policy = read_profile(root);
    // A revocation counts at /mcp at once, and this server's clock is the one that dated its
    // tokens.
    out.policy.gate.revocation = mcp_oauth::gate_revocation::at_once;
    out.policy.gate.leeway = seconds{0};
    out.policy.scope.hierarchy = {{"notes:write", "notes:read"}};
    // Whatever the profile: who asks for no resource gets this one, and a registered scope bounds
    // nothing.
    out.policy.resource.missing = mcp_oauth::missing_resource::default_resource;
    out.policy.scope.registered = mcp_oauth::registered_scope::default_only;
    read_issuer(root, out);
    read_users(root, out);
    read_clients(root, out);
    read_scopes(root, out);
    read_resources(root, out);
    read_access_token(root, out);
    read_code(root, out.policy);
    read_dpop(root, out.policy.dpop);
    read_refresh_token(root, out.policy);
    read_registration(root, out);
    refuse_features(root);
    read_limits(root, out);
    read_cors(root, out);
    out.secrets_file = root.text_or_null("secrets_file");
    root.done();
    return out;
}

} // namespace mcp_server
