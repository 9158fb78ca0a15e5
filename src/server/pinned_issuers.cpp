#include "server/pinned_issuers.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp_oauth/rfc/7519_jwt.hpp"
#include "server/configured_text.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

unexpected<config_error> wrong(std::string_view member, std::string_view problem) {
    return unexpected{config_error{"trusted_issuers." + std::string{member}, std::string{problem}}};
}

bool is_possible(const key_freshness& f) {
    return seconds{1} <= f.between_fetches && f.between_fetches <= f.shortest &&
           f.shortest <= f.longest && f.longest <= std::chrono::hours{24} &&
           seconds{0} <= f.while_unreachable && f.while_unreachable <= std::chrono::hours{24 * 7};
}

expected<pinned_issuer, config_error> pin_one(const trusted_issuer& config, std::size_t resources) {
    auto id = foreign_issuer::parse(config.issuer);
    if (!id) return wrong("issuer", url_fault(config.issuer, {false, true, false}));
    if (!config.jwks.empty() && !config.jwks_uri.empty())
        return wrong("jwks", "there is a jwks_uri too");
    if (config.algorithms.empty()) return wrong("algorithms", "there must be one");
    if (config.leeway < seconds{0} || config.leeway > most_leeway)
        return wrong("leeway", "must be 0 to 60 seconds");
    if (!is_possible(config.freshness)) return wrong("freshness", "is not within its limits");
    if (!config.audience.empty() && resources != 1)
        return wrong("audience", "would open every resource; there must be one only");
    std::optional<key_set_location> location;
    if (!config.jwks_uri.empty()) {
        location = key_set_location::parse(config.jwks_uri);
        if (!location) return wrong("jwks_uri", url_fault(config.jwks_uri, {true, true, false}));
    }
    auto keys = std::make_unique<issuer_keys>(config.freshness);
    if (!config.jwks.empty()) {
        auto set = key_set::parse(config.jwks, config.algorithms);
        if (!set || set->keys().empty()) return wrong("jwks", "holds no key that may be used");
        keys = std::make_unique<issuer_keys>(std::move(*set));
    }
    return pinned_issuer{std::move(*id), config, std::move(location), std::move(keys)};
}

} // namespace

expected<std::vector<pinned_issuer>, config_error> pin(const resource_server_config& config) {
    std::vector<pinned_issuer> pinned;
    for (const auto& each : config.trusted_issuers) {
        bool is_known = each.issuer == config.issuer;
        for (const auto& other : pinned) is_known = is_known || other.id.text() == each.issuer;
        if (is_known) return wrong("issuer", quoted_url(each.issuer) + ": is there twice");
        auto next = pin_one(each, config.resources.size());
        if (!next) return unexpected{next.error()};
        pinned.push_back(std::move(*next));
    }
    return pinned;
}

} // namespace v0
} // namespace mcp_oauth
