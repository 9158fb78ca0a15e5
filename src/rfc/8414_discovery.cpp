#include "mcp_oauth/rfc/8414_discovery.hpp"

#include "mcp_oauth/grammar/json.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

std::optional<uri> https_url(std::string_view text) {
    auto parsed = uri::parse(text);
    if (!parsed || !parsed->scheme_is("https") || parsed->host().empty()) return std::nullopt;
    if (parsed->fragment() || parsed->userinfo()) return std::nullopt;
    return parsed;
}

// What one member of the issuer's own document names.
template <class Location>
expected<Location, metadata_fault>
location_in(std::string_view document, const foreign_issuer& issuer, std::string_view member,
            metadata_fault absent, metadata_fault refused) {
    const auto parsed = json_document::parse(document, {largest_metadata, 16});
    if (!parsed || !parsed->root().is_object()) return unexpected{metadata_fault::malformed};
    if (parsed->root().string_at("issuer") != issuer.text())
        return unexpected{metadata_fault::wrong_issuer};
    if (!parsed->root().find(member)) return unexpected{absent};
    auto location = Location::parse(parsed->root().string_at(member).value_or(""));
    if (!location) return unexpected{refused};
    return std::move(*location);
}

} // namespace

std::optional<foreign_issuer> foreign_issuer::parse(std::string_view text) {
    auto parsed = https_url(text);
    if (!parsed || parsed->query()) return std::nullopt;
    return foreign_issuer{std::move(*parsed)};
}

std::vector<uri> discovery_urls(const foreign_issuer& issuer) {
    std::vector<uri> urls;
    const auto add = [&urls](const std::string& text) {
        if (auto url = uri::parse(text)) urls.push_back(std::move(*url));
    };
    const auto& location = issuer.location();
    add(well_known_inserted(location, "oauth-authorization-server"));
    add(well_known_inserted(location, "openid-configuration"));
    auto path = location.path();
    if (!path.empty() && path.back() == '/') path.remove_suffix(1);
    if (!path.empty())
        add(location.origin() + std::string{path} + "/.well-known/openid-configuration");
    return urls;
}

std::optional<key_set_location> key_set_location::parse(std::string_view text) {
    auto parsed = https_url(text);
    if (!parsed) return std::nullopt;
    return key_set_location{std::move(*parsed)};
}

std::optional<introspection_location> introspection_location::parse(std::string_view text) {
    auto parsed = https_url(text);
    if (!parsed) return std::nullopt;
    return introspection_location{std::move(*parsed)};
}

std::string_view name(metadata_fault fault) noexcept {
    switch (fault) {
    case metadata_fault::malformed: return "metadata_malformed";
    case metadata_fault::wrong_issuer: return "metadata_wrong_issuer";
    case metadata_fault::no_key_set: return "metadata_no_key_set";
    case metadata_fault::refused_key_set: return "metadata_refused_key_set";
    case metadata_fault::no_introspection: return "metadata_no_introspection";
    case metadata_fault::refused_introspection: return "metadata_refused_introspection";
    }
    return "";
}

expected<key_set_location, metadata_fault> key_set_of_issuer(std::string_view document,
                                                             const foreign_issuer& issuer) {
    return location_in<key_set_location>(document, issuer, "jwks_uri", metadata_fault::no_key_set,
                                         metadata_fault::refused_key_set);
}

expected<introspection_location, metadata_fault>
introspection_of_issuer(std::string_view document, const foreign_issuer& issuer) {
    return location_in<introspection_location>(document, issuer, "introspection_endpoint",
                                               metadata_fault::no_introspection,
                                               metadata_fault::refused_introspection);
}

} // namespace v0
} // namespace mcp_oauth
