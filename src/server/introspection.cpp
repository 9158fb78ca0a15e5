#include "server/introspection.hpp"

#include <chrono>
#include <utility>

#include "mcp_oauth/rfc/7519_jwt.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr seconds longest_remembered{60};

// The place moves seldom, and one that was found goes on while the metadata is away.
constexpr key_freshness freshness_of_place{std::chrono::hours{1}, std::chrono::hours{1},
                                           std::chrono::hours{24 * 7}, seconds{30}};

unexpected<config_error> wrong(std::string_view member, std::string_view problem) {
    return unexpected{config_error{"introspected." + std::string{member}, std::string{problem}}};
}

bool is_pinned_already(const resource_server_config& config, const std::string& issuer) {
    if (issuer == config.issuer) return true;
    for (const auto& each : config.trusted_issuers)
        if (each.issuer == issuer) return true;
    return false;
}

bool is_possible(const introspection_limits& limits) {
    return limits.at_once > 0 && limits.fruitless.burst > 0;
}

expected<void, config_error> check(const introspected_issuer& config, std::size_t resources) {
    if (config.leeway < seconds{0} || config.leeway > most_leeway)
        return wrong("leeway", "must be 0 to 60 seconds");
    if (config.remembered < seconds{0} || config.remembered > longest_remembered)
        return wrong("remembered", "must be 0 to 60 seconds");
    if (!is_possible(config.limits)) return wrong("limits", "would let nobody ask");
    if (resources == 1) return {};
    if (!config.audience.empty())
        return wrong("audience", "would open every resource; there must be one only");
    if (config.rules.audience == absent_member::accepted)
        return wrong("rules.audience", "would open every resource; there must be one only");
    return {};
}

// A 401 or 403 is about this server's credentials, not about the token (RFC 7662 §2.3).
std::string_view why_none(const fetch_answer& given) {
    if (given && (given->status == 401 || given->status == 403))
        return "introspection_unauthorized";
    return fault_of(given);
}

} // namespace

pinned_introspection::pinned_introspection(foreign_issuer named, introspected_issuer with,
                                           introspection_client as,
                                           std::optional<introspection_location> at,
                                           attempt_limiter* limiter)
    : id(std::move(named)),
      config(std::move(with)),
      asker(std::move(as)),
      place(at ? introspection_place(std::move(*at)) : introspection_place(freshness_of_place)),
      limits(config.limits, limiter) {}

expected<std::unique_ptr<pinned_introspection>, config_error>
pin_introspected(resource_server_config& config, attempt_limiter* limiter) {
    if (!config.introspected) return std::unique_ptr<pinned_introspection>{};
    auto& wanted = *config.introspected;
    auto id = foreign_issuer::parse(wanted.issuer);
    if (!id) return wrong("issuer", "must be an https URL without query and fragment");
    if (is_pinned_already(config, wanted.issuer)) return wrong("issuer", "is there twice");
    std::optional<introspection_location> location;
    if (!wanted.endpoint.empty()) {
        location = introspection_location::parse(wanted.endpoint);
        if (!location) return wrong("endpoint", "must be an https URL without fragment");
    }
    const auto given = std::exchange(wanted.client_secret, secret{});
    auto asker = introspection_client::make(wanted.client_id, given, wanted.method);
    if (!asker) return wrong("client_id", "needs a secret, and a method that sends it");
    if (auto fine = check(wanted, config.resources.size()); !fine) return unexpected{fine.error()};
    return std::make_unique<pinned_introspection>(std::move(*id), std::move(wanted),
                                                  std::move(*asker), std::move(location), limiter);
}

inquiry::inquiry(pinned_introspection& issuer, const resource_identifier& resource,
                 std::string_view token, std::string_view source, instant now)
    : issuer_(&issuer),
      resource_(&resource),
      token_(token),
      search_(issuer.id, introspection_of_issuer) {
    auto permit = issuer.limits.begin(source, now);
    if (!permit) {
        be_silent(permit.error(), true);
        return;
    }
    permit_.emplace(std::move(*permit));
    auto known = issuer.place.look(now);
    place_ = std::move(known.value);
    if (known.is_due)
        if (auto claimed = issuer.place.try_claim(now)) claim_.emplace(std::move(*claimed));
    if (!place_ && !claim_) be_silent("no_introspection_endpoint");
}

std::optional<fetch_step> inquiry::next() const {
    if (outcome_) return std::nullopt;
    if (claim_) return search_.next();
    auto form = std::make_shared<form_post>();
    form->body = issuer_->asker.form_about(token_.reveal());
    form->authorization = issuer_->asker.authorization().clone();
    auto asked = get_from_issuer(place_->url(), largest_introspection);
    asked.wanted.form = std::move(form);
    return asked;
}

void inquiry::take(const fetch_answer& given, instant now) {
    if (claim_) return take_place(given, now);
    take_answer(given, now);
}

void inquiry::take_place(const fetch_answer& given, instant now) {
    if (auto found = search_.take(given)) {
        place_ = std::make_shared<const introspection_location>(*found);
        claim_->succeed(std::move(*found), std::nullopt, now);
        claim_.reset();
    } else if (!search_.next()) {
        claim_.reset(); // the place that was known, if any, goes on
        if (!place_) be_silent(search_.fault());
    }
}

void inquiry::take_answer(const fetch_answer& given, instant now) {
    const auto fault = why_none(given);
    if (!fault.empty()) return be_silent(fault);
    const auto& config = issuer_->config;
    access_token_expectations expected{issuer_->id.text(), *resource_, now, config.leeway};
    expected.audience_name = config.audience;
    auto read = introspected_token::read(given->body, expected, config.rules);
    if (std::holds_alternative<introspection_unreadable>(read))
        return be_silent("introspection_unreadable");
    if (auto* good = std::get_if<verified_access_token>(&read)) {
        outcome_.emplace(std::move(*good));
        permit_->end(question_limits::ending::good_token);
    } else {
        outcome_.emplace(std::get<token_refusal>(read));
        permit_->end(question_limits::ending::refused_token);
    }
}

void inquiry::be_silent(std::string_view reason, bool is_throttled) {
    outcome_.emplace(silence{reason, is_throttled});
    permit_.reset();
}

} // namespace v0
} // namespace mcp_oauth
