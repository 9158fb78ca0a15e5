#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"

#include <algorithm>
#include <cmath>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::string_view access_token_type = "at+jwt";

// 9999-12-31T23:59:59Z. A date beyond it is a mistake or an attack (JOSE-12).
constexpr std::int64_t last_second = 253'402'300'799;

// How many keys are tried for a token that names none.
constexpr std::size_t most_guesses = 4;

/// One NumericDate: rounded so that a fraction never lengthens a token's life.
enum class rounding { down, up };

bool take_date(json_value claims, std::string_view name, rounding to, std::int64_t& target) {
    const auto found = claims.find(name);
    const auto number = found ? found->number() : std::nullopt;
    if (!number || *number < 0 || *number > static_cast<double>(last_second)) return false;
    target =
        static_cast<std::int64_t>(to == rounding::down ? std::floor(*number) : std::ceil(*number));
    return true;
}

// A required claim: a string that is not empty.
bool take_text(json_value claims, std::string_view name, std::string& target) {
    const auto text = claims.string_at(name);
    if (!text || text->empty()) return false;
    target = *text;
    return true;
}

// A claim that may be absent, but not of another type.
bool take_optional_text(json_value claims, std::string_view name, std::string& target) {
    return !claims.find(name) || take_text(claims, name, target);
}

bool take_audience(json_value claims, std::vector<std::string>& target) {
    const auto found = claims.find("aud");
    if (!found) return false;
    if (const auto one = found->string()) {
        target.emplace_back(*one);
        return true;
    }
    auto several = found->strings();
    if (several) target = std::move(*several);
    return several.has_value();
}

bool take_scope(json_value claims, scope_set& target) {
    const auto found = claims.find("scope");
    if (!found) return true;
    const auto text = found->string();
    if (!text || text->empty()) return text.has_value();
    auto parsed = scope_set::parse(*text);
    if (parsed) target = std::move(*parsed);
    return parsed.has_value();
}

bool take_login(json_value claims, access_token_claims& target) {
    std::int64_t auth_time = 0;
    if (claims.find("auth_time")) {
        if (!take_date(claims, "auth_time", rounding::down, auth_time)) return false;
        target.auth_time = auth_time;
    }
    if (const auto amr = claims.find("amr")) {
        auto methods = amr->strings();
        if (!methods) return false;
        target.amr = std::move(*methods);
    }
    return take_optional_text(claims, "acr", target.acr);
}

bool take_claims(json_value claims, access_token_claims& target) {
    return take_text(claims, "iss", target.issuer) && take_text(claims, "sub", target.subject) &&
           take_audience(claims, target.audience) &&
           take_text(claims, "client_id", target.client_id) &&
           take_text(claims, "jti", target.jti) &&
           take_date(claims, "iat", rounding::down, target.issued_at) &&
           take_date(claims, "exp", rounding::down, target.expires_at) &&
           take_scope(claims, target.scope) &&
           take_optional_text(claims, "grant_id", target.grant_id) && take_login(claims, target);
}

bool is_for(const access_token_claims& claims, const resource_identifier& resource) {
    return std::any_of(claims.audience.begin(), claims.audience.end(),
                       [&resource](const std::string& each) { return resource.same_as(each); });
}

std::optional<token_fault> check_time(json_value root, const access_token_claims& claims,
                                      const access_token_expectations& expected) {
    const auto leeway = std::clamp(expected.leeway, seconds{0}, expected.most_leeway);
    if (expected.now >= from_unix_seconds(claims.expires_at) + leeway) return token_fault::expired;
    if (!root.find("nbf")) return std::nullopt;
    std::int64_t not_before = 0;
    if (!take_date(root, "nbf", rounding::up, not_before)) return token_fault::malformed;
    if (expected.now + leeway < from_unix_seconds(not_before)) return token_fault::not_yet_valid;
    return std::nullopt;
}

/// The keys that a token may have been signed with.
struct candidates {
    const named_key* only = nullptr;
    bool each = false; // the token names none
};

expected<candidates, token_fault> choose_key(std::string_view header, const key_set& keys) {
    for (const auto& each : keys.keys())
        if (each.access_token_header == header) return candidates{&each, false};
    const auto parsed = jose_header::parse(header);
    if (!parsed) return unexpected{token_fault::malformed};
    if (!parsed->typ || !typ_is(*parsed->typ, access_token_type))
        return unexpected{token_fault::wrong_type};
    if (parsed->alg != name(signature_algorithm::es256))
        return unexpected{token_fault::wrong_algorithm};
    if (!parsed->kid) return candidates{nullptr, true};
    const auto* named = keys.find(*parsed->kid);
    if (named == nullptr) return unexpected{token_fault::unknown_key};
    return candidates{named, false};
}

bool verifies(const candidates& chosen, const key_set& keys, std::string_view octets,
              std::string_view signature) {
    if (!chosen.each) return chosen.only->key.verify(octets, signature);
    const auto count = std::min(keys.keys().size(), most_guesses);
    return std::any_of(keys.keys().begin(),
                       keys.keys().begin() + static_cast<std::ptrdiff_t>(count),
                       [&](const named_key& each) { return each.key.verify(octets, signature); });
}

} // namespace

std::string to_json(const access_token_claims& claims) {
    json_object_writer json;
    json.add("iss", claims.issuer).add("sub", claims.subject);
    if (claims.audience.size() == 1)
        json.add("aud", claims.audience.front());
    else
        json.add("aud", claims.audience);
    json.add("client_id", claims.client_id)
        .add_unless_empty("scope", claims.scope.text())
        .add("iat", claims.issued_at)
        .add("exp", claims.expires_at)
        .add("jti", claims.jti)
        .add_unless_empty("grant_id", claims.grant_id);
    if (claims.auth_time) json.add("auth_time", *claims.auth_time);
    json.add_unless_empty("acr", claims.acr).add_unless_empty("amr", claims.amr);
    return json.take();
}

std::string signing_input(const access_token_claims& claims, std::string_view kid,
                          signature_algorithm algorithm) {
    auto octets = encoded_jose_header(access_token_type, algorithm, kid);
    octets += '.';
    octets += base64url(to_json(claims));
    return octets;
}

expected<access_token_claims, token_fault> check_claims(std::string_view json,
                                                        const access_token_expectations& expected) {
    const auto document = json_document::parse(json, {largest_access_token, 8});
    if (!document || !document->root().is_object()) return unexpected{token_fault::malformed};
    access_token_claims claims;
    if (!take_claims(document->root(), claims)) return unexpected{token_fault::malformed};
    if (claims.issuer != expected.issuer) return unexpected{token_fault::wrong_issuer};
    if (!is_for(claims, expected.audience)) return unexpected{token_fault::wrong_audience};
    if (const auto late = check_time(document->root(), claims, expected)) return unexpected{*late};
    return claims;
}

expected<verified_access_token, token_refusal>
verify_access_token(std::string_view token, const key_set& keys,
                    const access_token_expectations& expected) {
    const auto refuse_for = [](token_fault why) { return unexpected{token_refusal{why}}; };
    if (token.size() > largest_access_token) return refuse_for(token_fault::malformed);
    const auto parts = compact_jws::split(token);
    if (!parts) return refuse_for(token_fault::malformed);
    const auto chosen = choose_key(parts->header, keys);
    if (!chosen) return refuse_for(chosen.error());
    const auto signature = decode_base64url(parts->signature);
    const auto payload = decode_base64url(parts->payload);
    if (!signature || !payload) return refuse_for(token_fault::malformed);
    if (!verifies(*chosen, keys, parts->signing_input, *signature))
        return refuse_for(token_fault::bad_signature);
    auto claims = check_claims(*payload, expected);
    if (!claims) return refuse_for(claims.error());
    return verified_access_token{std::move(*claims)};
}

} // namespace v0
} // namespace mcp_oauth
