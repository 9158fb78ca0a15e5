#include "server/registration_endpoint.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/http_authorization.hpp"
#include "mcp_oauth/rfc/7591_client_registration.hpp"
#include "server/flow.hpp"
#include "server/leniency.hpp"
#include "server/record_keys.hpp"
#include "server/token_endpoint.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

/// `prefix` and this many random octets. The alphabet is `[A-Za-z0-9_-]`, so that a client which
/// does not form-encode Basic credentials and one that does send the same (MCP T-26).
std::optional<std::string> random_name(std::string_view prefix, std::size_t octets,
                                       random_source& random) {
    std::array<std::uint8_t, 32> drawn{};
    if (!random.fill(drawn.data(), octets)) return std::nullopt;
    return std::string{prefix} + base64url(as_view(drawn).substr(0, octets));
}

class registration final : public flow<registration, http_response> {
public:
    registration(exchange x, client_registration asked, leniency lenient)
        : x_(std::move(x)), asked_(std::move(asked)), lenient_(std::move(lenient)) {}

    void start() {
        auto& server = x_.server();
        const auto id = random_name(registered_client_prefix, 16, server.random);
        const auto drawn = random_name("mcpo_cs_", 32, server.random);
        record r;
        if (!id || !drawn || !server.random.fill(r.version.data(), r.version.size()))
            return unanswered();
        std::optional<secret_digest> digest;
        if (!asked_.draft().is_public()) {
            secret_ = secret{*drawn};
            const auto lifetime = x_.rules().registration.secret_lifetime;
            if (lifetime.count() > 0) secret_expires_at_ = x_.arrived() + lifetime;
            digest = secret_digest{sha256(*drawn), secret_expires_at_};
        }
        made_ = std::move(asked_).issue(*id, x_.arrived(), digest);
        made_.expires_at = x_.arrived() + x_.rules().registration.unused_lifetime;
        r.key = record_keys::client(server.common->issuer, *id);
        r.kind = record_kind::client;
        r.client_owner = record_keys::client_owner(server.common->issuer, *id);
        r.expires_at = *made_.expires_at;
        r.body = encode_client(made_);
        ask(create_step{std::move(r)}, &registration::on_created);
    }

private:
    void on_created(create_answer a) {
        // An unknown outcome is an answer lost: at worst a client that nobody knows of expires in a
        // day.
        if (a.outcome != write_outcome::done) return unanswered();
        auto e = x_.describe(event_kind::client_registered);
        e.client_id = made_.client_id;
        x_.report(e);
        lenient_.report(x_, made_.client_id);
        finish(json_answer(201, registration_response(made_, secret_.empty() ? nullptr : &secret_,
                                                      secret_expires_at_)));
    }
    void unanswered() {
        x_.report(x_.describe(event_kind::store_unavailable));
        finish(unavailable_answer());
    }

    exchange x_;
    client_registration asked_;
    leniency lenient_;
    client made_;
    secret secret_;
    std::optional<instant> secret_expires_at_;
};

/// A missing or wrong initial access token is answered as RFC 6750 says (RFC 7591 §3; DCR-02).
std::optional<http_response> refuse_uninvited(const exchange& x) {
    if (x.rules().registration.access != registration_access::initial_access_token)
        return std::nullopt;
    const auto header = x.request().header("authorization");
    const auto given = header ? parse_credentials(*header) : std::nullopt;
    auto response =
        error_answer({error_code::invalid_token, "an initial access token is required"});
    response.headers.pop_back(); // the challenge for Basic
    if (!given || !equal_ignoring_case(given->scheme, "Bearer")) {
        response.headers.push_back(
            {"WWW-Authenticate", challenge{"Bearer"}.with("realm", "registration").text()});
        return response;
    }
    const auto mine = sha256(x.server().initial_access_token.reveal());
    if (equal_in_constant_time(as_view(mine), as_view(sha256(given->token)))) return std::nullopt;
    response.headers.push_back(
        {"WWW-Authenticate",
         challenge{"Bearer"}.with("realm", "registration").with("error", "invalid_token").text()});
    return response;
}

/// Only what could become a client is counted: another method is refused anyway.
std::optional<http_response> throttle(const exchange& x) {
    if (x.request().method != "POST") return std::nullopt;
    const auto wait = x.count_attempt(attempt::registration, x.request().source);
    if (!wait) return std::nullopt;
    x.report(x.describe(event_kind::throttled, "registration"));
    return slow_down_answer(*wait);
}

/// What can be refused before the document is read.
std::optional<http_response> refuse_unread(const exchange& x) {
    if (x.request().method != "POST") return method_not_allowed("POST");
    if (auto response = refuse_uninvited(x)) return response;
    if (x.request().body.size() > x.rules().limits.body) {
        auto response =
            error_answer({error_code::invalid_client_metadata, "the document is too large"});
        response.status = 413;
        return response;
    }
    const auto type = x.request().header("content-type");
    if (!type || media_type(*type) != "application/json")
        return error_answer(
            {error_code::invalid_client_metadata, "the content type must be application/json"});
    return std::nullopt;
}

/// The registration, held to the migration rules that are about registrations.
expected<client_registration, error> read_registration(const exchange& x, leniency& lenient) {
    const auto& rules = x.server().registration;
    auto asked = client_registration::parse(x.request().body, rules);
    if (!asked) return asked;
    const auto held_to = [&](migration_rule rule, auto harden) -> expected<void, error> {
        if (x.rules().legacy.of(rule).mode == migration_mode::off) return {};
        auto strict = rules;
        harden(strict);
        const auto found = client_registration::parse(x.request().body, strict);
        if (found || lenient.serves(rule, true)) return {};
        return unexpected<error>{found.error()};
    };
    const auto web = held_to(migration_rule::web_with_native_redirect,
                             [](registration_rules& r) { r.web = impossible_web::refuse; });
    if (!web) return unexpected<error>{web.error()};
    const auto dotless =
        held_to(migration_rule::redirect_scheme_dotless,
                [](registration_rules& r) { r.redirects.dotless_schemes.clear(); });
    if (!dotless) return unexpected<error>{dotless.error()};
    return asked;
}

} // namespace

operation<http_response> begin_registration(exchange x) {
    if (auto response = throttle(x)) return finished(std::move(*response));
    if (auto response = refuse_unread(x)) {
        x.report(x.describe(event_kind::request_refused, "registration"));
        return finished(std::move(*response));
    }
    leniency lenient{x.rules(), {}, x.arrived()};
    auto asked = read_registration(x, lenient);
    if (!asked) {
        x.report(x.describe(event_kind::request_refused, asked.error().wire().name));
        return finished(error_answer(asked.error()));
    }
    return begin_flow<registration, http_response>(std::move(x), std::move(*asked),
                                                   std::move(lenient));
}

} // namespace v0
} // namespace mcp_oauth
