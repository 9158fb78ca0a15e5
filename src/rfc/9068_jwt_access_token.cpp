#include "mcp_oauth/rfc/9068_jwt_access_token.hpp"

#include <algorithm>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "mcp_oauth/rfc/7519_jwt.hpp"
#include "rfc/optional_claim.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr std::string_view access_token_type = "at+jwt";
constexpr std::size_t deepest_claims = 8;

bool take_scope(json_value claims, std::string_view name, scope_set& target) {
    const auto found = claims.find(name);
    if (!found) return true;
    const auto text = found->string();
    if (!text || text->empty()) return text.has_value();
    auto parsed = scope_set::parse(*text);
    if (parsed) target = std::move(*parsed);
    return parsed.has_value();
}

// As identity providers spell it: text, or an array with one scope in each element.
bool take_plain_scope(json_value claims, scope_set& target) {
    const std::string_view name = claims.find("scope") ? "scope" : "scp";
    const auto found = claims.find(name);
    if (!found || !found->is_array()) return take_scope(claims, name, target);
    const auto each = found->strings();
    if (!each) return false;
    for (const auto& token : *each) {
        if (!is_scope_token(token)) return false;
        target.add(token);
    }
    return true;
}

// The claim that names the client; the first that is there counts.
bool take_plain_client(json_value claims, std::string& target) {
    for (const std::string_view name : {"client_id", "azp", "cid"})
        if (claims.find(name)) return take_optional(claims, name, target);
    return true;
}

bool take_login(json_value claims, access_token_claims& target) {
    if (!take_optional(claims, "auth_time", target.auth_time)) return false;
    if (const auto amr = claims.find("amr")) {
        auto methods = amr->strings();
        if (!methods) return false;
        target.amr = std::move(*methods);
    }
    return take_optional(claims, "acr", target.acr);
}

// A binding of another kind, such as to a certificate, cannot be enforced here, and a token that
// has one is not taken for a bearer token (RFC 7800 §3.1).
bool take_confirmation(json_value claims, std::string& jkt) {
    const auto found = claims.find("cnf");
    if (!found) return true;
    auto thumbprint = text_claim(*found, "jkt");
    if (!thumbprint || found->size() != 1) return false;
    jkt = std::move(*thumbprint);
    return true;
}

// Those of RFC 7519 that the profile requires: RFC 9068 §2.2, or what no token is judged without.
bool take_registered(registered_claims from, const access_token_expectations& expected,
                     access_token_claims& target) {
    if (from.issuer.empty() && expected.implied != implied_claims::none)
        from.issuer = expected.issuer;
    const bool for_somebody =
        !from.audience.empty() || expected.implied == implied_claims::issuer_and_audience;
    if (from.issuer.empty() || from.subject.empty() || !for_somebody || !from.expires_at)
        return false;
    if (expected.profile == access_token_profile::rfc_9068 &&
        (from.jwt_id.empty() || !from.issued_at))
        return false;
    target.issuer = std::move(from.issuer);
    target.subject = std::move(from.subject);
    target.audience = std::move(from.audience);
    target.jti = std::move(from.jwt_id);
    target.issued_at = from.issued_at.value_or(0);
    target.expires_at = *from.expires_at;
    return true;
}

bool take_client_and_scope(json_value claims, access_token_profile profile,
                           access_token_claims& target) {
    if (profile == access_token_profile::plain_jwt)
        return take_plain_client(claims, target.client_id) &&
               take_plain_scope(claims, target.scope);
    auto client_id = text_claim(claims, "client_id");
    if (!client_id) return false;
    target.client_id = std::move(*client_id);
    return take_scope(claims, "scope", target.scope);
}

bool take_own(json_value claims, access_token_profile profile, access_token_claims& target) {
    return take_client_and_scope(claims, profile, target) &&
           take_optional(claims, "grant_id", target.grant_id) &&
           take_confirmation(claims, target.jkt) && take_login(claims, target);
}

// Without an audience only where it is implied: `take_registered` has seen to that.
bool is_for(const access_token_claims& claims, const access_token_expectations& expected) {
    if (claims.audience.empty()) return true;
    return std::any_of(claims.audience.begin(), claims.audience.end(),
                       [&expected](const std::string& each) {
                           return expected.audience_name.empty() ? expected.audience.same_as(each)
                                                                 : each == expected.audience_name;
                       });
}

// How many members at least the claims were read from. Where that is all of them there are no
// others to look for, which is so for most tokens.
std::size_t members_read(const access_token_claims& claims, bool not_before) noexcept {
    constexpr std::size_t required = 7;
    const auto one_if = [](bool there) { return there ? std::size_t{1} : std::size_t{0}; };
    return required + one_if(not_before) + one_if(!claims.scope.empty()) +
           one_if(!claims.grant_id.empty()) + one_if(!claims.jkt.empty()) +
           one_if(claims.auth_time.has_value()) + one_if(!claims.acr.empty()) +
           one_if(!claims.amr.empty());
}

token_fault fault_of(jws_fault why) noexcept {
    switch (why) {
    case jws_fault::malformed: return token_fault::malformed;
    case jws_fault::refused_header: return token_fault::refused_header;
    case jws_fault::wrong_type: return token_fault::wrong_type;
    case jws_fault::wrong_algorithm: return token_fault::wrong_algorithm;
    case jws_fault::unknown_key: return token_fault::unknown_key;
    case jws_fault::bad_signature: return token_fault::bad_signature;
    }
    return token_fault::malformed;
}

token_fault fault_of(jwt_time_fault why) noexcept {
    return why == jwt_time_fault::expired ? token_fault::expired : token_fault::not_yet_valid;
}

// The key that wrote this very header, which then needs no parser. Null: there is none.
const named_key* key_of_header(std::string_view header, const key_set& keys,
                               algorithm_set allowed) noexcept {
    for (const auto& each : keys.keys())
        if (each.access_token_header == header && allowed.contains(each.key.algorithm()))
            return &each;
    return nullptr;
}

expected<verified_jws, jws_fault> verify_signature(std::string_view token, const key_set& keys,
                                                   algorithm_set allowed,
                                                   access_token_profile profile) {
    const auto parts = compact_jws::split(token);
    if (!parts) return unexpected{jws_fault::malformed};
    if (const auto* ours = key_of_header(parts->header, keys, allowed))
        return verify_jws(*parts, ours->key);
    jws_use use;
    use.algorithms = allowed;
    use.types = {access_token_type};
    if (profile == access_token_profile::plain_jwt) {
        use.types = {access_token_type, "jwt"};
        use.type = jws_use::typ::optional;
    }
    use.largest = largest_access_token;
    return verify_jws(token, use, keys);
}

bool may_be_custom(std::string_view name) noexcept {
    return !name.empty() && !is_protocol_claim(name);
}

} // namespace

std::optional<custom_claims> custom_claims::parse(std::string_view json) {
    if (json.empty()) return custom_claims{};
    const auto document = json_document::parse(json, {most_custom_claims, deepest_claims});
    if (!document || !document->root().is_object()) return std::nullopt;
    auto found = among(document->root());
    std::size_t own = 0;
    document->root().for_each_member([&own](std::string_view name, json_value) {
        if (may_be_custom(name)) ++own;
    });
    if (own != document->root().size()) return std::nullopt;
    return found;
}

custom_claims custom_claims::among(json_value claims) {
    custom_claims found;
    claims.for_each_member([&found](std::string_view name, json_value value) {
        if (!may_be_custom(name)) return;
        found.text_ += found.text_.empty() ? '{' : ',';
        append_json_string(found.text_, name);
        found.text_ += ':';
        append_json(found.text_, value);
    });
    if (!found.text_.empty()) found.text_ += '}';
    return found;
}

std::string to_json(const access_token_claims& claims) {
    json_object_writer json(512);
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
    if (!claims.jkt.empty()) {
        json_object_writer confirmation;
        confirmation.add("jkt", claims.jkt);
        json.add_json("cnf", confirmation.take());
    }
    if (claims.auth_time) json.add("auth_time", *claims.auth_time);
    json.add_unless_empty("acr", claims.acr).add_unless_empty("amr", claims.amr);
    auto text = json.take();
    if (!claims.custom.empty()) {
        text.back() = ',';
        text.append(claims.custom.text(), 1, std::string::npos);
    }
    return text;
}

std::string signing_input(const access_token_claims& claims, std::string_view kid,
                          signature_algorithm algorithm) {
    return signing_input(claims, encoded_jose_header(access_token_type, algorithm, kid));
}

std::string signing_input(const access_token_claims& claims, std::string_view encoded_header) {
    constexpr std::size_t room_for_signature = 128; // of the algorithms that are fast
    const auto payload = base64url(to_json(claims));
    std::string octets;
    octets.reserve(encoded_header.size() + 1 + payload.size() + room_for_signature);
    return octets.append(encoded_header).append(1, '.').append(payload);
}

expected<access_token_claims, token_fault> check_claims(std::string_view json,
                                                        const access_token_expectations& expected) {
    const auto document = json_document::parse(json, {largest_access_token, deepest_claims});
    if (!document) return unexpected{token_fault::malformed};
    auto registered = registered_claims::read(document->root());
    if (!registered) return unexpected{token_fault::malformed};
    const auto time = check_times(*registered, expected.now, expected.leeway);
    const bool not_before = registered->not_before.has_value();
    access_token_claims claims;
    if (!take_registered(std::move(*registered), expected, claims) ||
        !take_own(document->root(), expected.profile, claims))
        return unexpected{token_fault::malformed};
    if (claims.issuer != expected.issuer) return unexpected{token_fault::wrong_issuer};
    if (!is_for(claims, expected)) return unexpected{token_fault::wrong_audience};
    if (time) return unexpected{fault_of(*time)};
    // Other profiles may lack some of those, and have as many of their own.
    const bool may_lack = expected.profile != access_token_profile::rfc_9068;
    if (may_lack || document->root().size() != members_read(claims, not_before))
        claims.custom = custom_claims::among(document->root());
    return claims;
}

std::optional<std::string> claimed_issuer(std::string_view token) {
    if (token.size() > largest_access_token) return std::nullopt;
    const auto parts = compact_jws::split(token);
    const auto payload = parts ? decode_base64url(parts->payload) : std::nullopt;
    if (!payload) return std::nullopt;
    const auto document = json_document::parse(*payload, {largest_access_token, 8});
    if (!document) return std::nullopt;
    return text_claim(document->root(), "iss");
}

expected<verified_access_token, token_refusal>
verify_access_token(std::string_view token, const key_set& keys,
                    const access_token_expectations& expected) {
    const auto refuse_for = [](token_fault why) { return unexpected{token_refusal{why}}; };
    if (token.size() > largest_access_token) return refuse_for(token_fault::malformed);
    const auto verified = verify_signature(token, keys, expected.algorithms, expected.profile);
    if (!verified) return refuse_for(fault_of(verified.error()));
    auto claims = check_claims(verified->payload(), expected);
    if (!claims) return refuse_for(claims.error());
    return verified_access_token{std::move(*claims)};
}

} // namespace v0
} // namespace mcp_oauth
