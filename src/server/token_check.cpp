#include "server/token_check.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "mcp_oauth/base/crypto.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grant/handle.hpp"
#include "server/access_token.hpp"
#include "server/verified_tokens.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

using gate_state = resource_server::state;

token_refusal refused(token_fault why) { return token_refusal{why}; }

bool begins_with(std::string_view text, std::string_view start) noexcept {
    return text.substr(0, start.size()) == start;
}

// Only JWTs: opening a sealed token costs no more than looking it up.
void remember(const gate_state& server, std::string_view token, const verified_access_token& good,
              verified_entry entry) {
    if (server.seen->is_off()) return;
    entry.token = std::make_shared<const verified_access_token>(good);
    server.seen->insert(sha256(token), std::move(entry));
}

// A token that was verified for this resource, under the keys that still count, and is in its time.
// A key that was removed, or a set that is due, ends what it was good for.
std::optional<verified_access_token> recall(const gate_state& server,
                                            const guarded_resource& resource,
                                            std::string_view token, instant now) {
    if (server.seen->is_off() || token.size() > largest_access_token ||
        (begins_with(token, opaque_token_prefix) && !server.issuer.empty()))
        return std::nullopt;
    const auto found = server.seen->find(sha256(token));
    if (!found.token || found.resource != &resource) return std::nullopt;
    if (found.until)
        return found.since <= now && now < *found.until ? std::optional{*found.token}
                                                        : std::nullopt;
    auto leeway = server.rules->gate.leeway;
    if (found.issuer != nullptr) {
        const auto known = found.issuer->keys->look(now);
        if (known.is_due || known.generation != found.generation) return std::nullopt;
        leeway = found.issuer->config.leeway;
    }
    // `nbf` had passed then; a clock that was set back since may be before it again.
    if (now < found.since) return std::nullopt;
    const auto ends = from_unix_seconds(found.token->claims().expires_at) + leeway;
    return now < ends ? std::optional{*found.token} : std::nullopt;
}

token_verdict verdict(expected<verified_access_token, token_refusal> verified) {
    if (!verified) return verified.error();
    return std::move(*verified);
}

token_verdict check_own(const gate_state& server, const guarded_resource& resource,
                        std::string_view token, instant now) {
    // Codes and refresh tokens are no access tokens, and the event says so (ATK-TK-10).
    if (begins_with(token, prefix(handle_kind::code)) ||
        begins_with(token, prefix(handle_kind::refresh_token)))
        return refused(token_fault::wrong_type);
    if (server.issuer.empty()) return refused(token_fault::malformed);
    const access_token_expectations expectations{server.issuer, resource.id, now,
                                                 server.rules->gate.leeway};
    // The format is the server's setting; nothing in the request chooses how it is verified.
    switch (server.rules->access_token.format) {
    case access_token_format::jwt: {
        auto verified = verify_access_token(token, server.keys, expectations);
        if (verified) remember(server, token, *verified, {nullptr, &resource, nullptr, 0, now});
        return verdict(std::move(verified));
    }
    case access_token_format::opaque:
        return verdict(sealed_access_token::verify(token, *server.ring, expectations));
    }
    return refused(token_fault::wrong_type);
}

// Keys first, where they are due; and once more where the token names one that is not among them.
// What the issuer cannot be asked about is never called invalid.
token_verdict check_foreign(const gate_state& server, const pinned_issuer& issuer,
                            const guarded_resource& resource, std::string_view token, instant now,
                            key_fetches fetches) {
    const auto claim = [&]() -> std::optional<issuer_keys::claim> {
        if (fetches == key_fetches::none) return std::nullopt;
        return issuer.keys->try_claim(now);
    };
    const auto known = issuer.keys->look(now);
    if (known.is_due)
        if (auto claimed = claim()) return key_refresh{issuer, std::move(*claimed)};
    if (known.value == nullptr) return keys_away{};
    access_token_expectations expectations{issuer.id.text(), resource.id, now, issuer.config.leeway,
                                           issuer.config.algorithms};
    expectations.profile = issuer.config.profile;
    expectations.audience_name = issuer.config.audience;
    auto verified = verify_access_token(token, *known.value, expectations);
    if (verified)
        remember(server, token, *verified, {nullptr, &resource, &issuer, known.generation, now});
    if (verified || verified.error().fault != token_fault::unknown_key)
        return verdict(std::move(verified));
    if (auto claimed = claim()) return key_refresh{issuer, std::move(*claimed)};
    if (issuer.keys->is_settled()) return verified.error();
    return keys_away{};
}

// Whether a token is no JWT that could say whose it is: there is no JOSE header in front of it, or
// the rest is encrypted.
bool is_opaque(std::string_view token) {
    const auto dot = token.find('.');
    if (dot == std::string_view::npos) return true;
    const auto header = decode_base64url(token.substr(0, dot));
    constexpr auto dots_of_jwe = 4; // RFC 7516 §7.1
    return !header || !begins_with(*header, "{") ||
           std::count(token.begin(), token.end(), '.') == dots_of_jwe;
}

bool is_own_handle(const gate_state& server, std::string_view token) {
    return begins_with(token, prefix(handle_kind::code)) ||
           begins_with(token, prefix(handle_kind::refresh_token)) ||
           (begins_with(token, opaque_token_prefix) && !server.issuer.empty());
}

// Whoever is asked about a token could use it, so it is shown to nobody but the issuer that it
// names, or where it names none the only one that it can be of.
bool is_introspected(const gate_state& server, std::string_view token,
                     const std::optional<std::string>& claimed) {
    if (server.introspected == nullptr || token.size() > largest_access_token) return false;
    if (claimed) return *claimed == server.introspected->id.text();
    return is_opaque(token) && !is_own_handle(server, token);
}

} // namespace

token_verdict check_token(const gate_state& server, const guarded_resource& resource,
                          std::string_view token, instant now, key_fetches fetches) {
    if (auto known = recall(server, resource, token, now)) return std::move(*known);
    if (server.trusted.empty() && server.introspected == nullptr)
        return check_own(server, resource, token, now);
    const auto claimed = claimed_issuer(token);
    if (is_introspected(server, token, claimed)) return issuer_tells{};
    if (!claimed || *claimed == server.issuer) return check_own(server, resource, token, now);
    for (const auto& each : server.trusted)
        if (each.id.text() == *claimed)
            return check_foreign(server, each, resource, token, now, fetches);
    return refused(token_fault::wrong_issuer);
}

void remember_told(const gate_state& server, const guarded_resource& resource,
                   std::string_view token, const verified_access_token& good, instant now) {
    const auto& config = server.introspected->config;
    const auto ends = from_unix_seconds(good.claims().expires_at) + config.leeway;
    verified_entry entry{nullptr, &resource, nullptr, 0, now};
    entry.until = (std::min)(now + config.remembered, ends);
    if (now < *entry.until) remember(server, token, good, std::move(entry));
}

} // namespace v0
} // namespace mcp_oauth
