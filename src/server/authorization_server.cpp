#include "mcp_oauth/server/authorization_server.hpp"

#include <utility>

#include "mcp_oauth/server/driver.hpp"
#include "server/authorization_endpoint.hpp"
#include "server/document_answer.hpp"
#include "server/exchange.hpp"
#include "server/grant_administration.hpp"
#include "server/leniency.hpp"
#include "server/registration_endpoint.hpp"
#include "server/store_check.hpp"
#include "server/token_endpoint.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace {

constexpr seconds metadata_max_age{300};

http_response document(const exchange& x, const std::string& text, std::string_view type,
                       seconds max_age) {
    const auto& method = x.request().method;
    if (method != "GET" && method != "HEAD") return method_not_allowed("GET, HEAD");
    return document_answer(method, text, type, max_age);
}

/// Refuses what is too large to be looked at, whatever the endpoint.
std::optional<http_response> refuse_oversized(const exchange& x) {
    const auto& limits = x.rules().limits;
    const auto too_large = [](int status, public_text why) {
        auto response = error_answer({error_code::invalid_request, why});
        response.status = status;
        return response;
    };
    if (x.request().target.size() > limits.query)
        return too_large(414, "the request target is too long");
    for (const auto& header : x.request().headers)
        if (header.name.size() + header.value.size() > limits.header)
            return too_large(431, "a header field is too long");
    return std::nullopt;
}

/// What events tell of the request that a page of the host's was answered by.
http_request context_of(const http_request& page) {
    http_request context;
    context.source = page.source;
    context.correlation_id = page.correlation_id;
    if (const auto agent = page.header("user-agent"))
        context.headers.push_back({"User-Agent", std::string{*agent}});
    return context;
}

} // namespace

const std::string& server_state::metadata_at(instant now) const noexcept {
    return serves_plain_pkce(rules(), now) ? metadata_with_plain_pkce : metadata_document;
}

step_ports server_state::ports() const {
    return {&store, clients, [this](const sign_step& wanted) -> expected<std::string, unavailable> {
                const auto& key = common->signing_keys.front();
                if (key.is_held_elsewhere()) return signatures->sign(wanted.key_id, wanted.octets);
                auto signature = key.sign(wanted.octets);
                if (!signature) return unexpected<unavailable>{unavailable{}};
                return std::move(*signature);
            }};
}

authorization_server::authorization_server(std::shared_ptr<const state> made) noexcept
    : state_(std::move(made)) {}
authorization_server::authorization_server(authorization_server&&) noexcept = default;
authorization_server& authorization_server::operator=(authorization_server&&) noexcept = default;
authorization_server::~authorization_server() = default;

operation<http_response> authorization_server::begin(http_request request) const {
    exchange x{state_, std::move(request)};
    if (auto refused = refuse_oversized(x)) {
        x.report(x.describe(event_kind::request_refused, "oversized"));
        return finished(std::move(*refused));
    }
    const auto path = x.request().path();
    const auto& paths = state_->paths;
    if (path == paths.token) return begin_token(std::move(x));
    if (path == paths.revocation) return begin_revocation(std::move(x));
    if (path == paths.registration && state_->capabilities.registration_endpoint)
        return begin_registration(std::move(x));
    if (path == paths.jwks)
        return finished(
            document(x, state_->jwks_document, "application/jwk-set+json", state_->jwks_max_age));
    for (const auto& metadata : paths.metadata)
        if (path == metadata)
            return finished(document(x, state_->metadata_at(x.arrived()), "application/json",
                                     metadata_max_age));
    auto unknown = error_answer({error_code::invalid_request, "there is no such endpoint"});
    unknown.status = 404;
    return finished(std::move(unknown));
}

operation<authorize_outcome> authorization_server::begin_authorize(http_request request) const {
    return begin_authorization(exchange{state_, std::move(request)});
}
operation<authenticated_outcome>
authorization_server::begin_authenticated(std::string_view ticket, std::optional<login> who,
                                          const http_request& page) const {
    return begin_authenticated_flow(exchange{state_, context_of(page)}, ticket, std::move(who));
}
operation<decision_outcome> authorization_server::begin_approve(std::string_view ticket,
                                                                std::string_view session,
                                                                approval given,
                                                                const http_request& page) const {
    return begin_decision(exchange{state_, context_of(page)}, ticket, session, std::move(given));
}
operation<decision_outcome> authorization_server::begin_deny(std::string_view ticket,
                                                             std::string_view session,
                                                             const http_request& page) const {
    return begin_decision(exchange{state_, context_of(page)}, ticket, session, std::nullopt);
}
operation<expected<void, config_error>>
authorization_server::begin_check_store(on_mismatch mismatch) const {
    return begin_store_check(state_, mismatch);
}
operation<expected<bool, unavailable>>
authorization_server::begin_revoke_grant(std::string_view id) const {
    return begin_grant_revocation(state_, id);
}

operation<expected<grant_page, unavailable>>
authorization_server::begin_list_grants(const grant_owner& owner, std::string_view after,
                                        std::size_t limit) const {
    return begin_grant_listing(exchange{state_, {}}, owner, after, limit);
}
operation<expected<std::size_t, unavailable>>
authorization_server::begin_revoke_grants(const grant_owner& owner) const {
    return begin_owner_revocation(state_, owner);
}
operation<expected<std::size_t, unavailable>>
authorization_server::begin_delete_client(std::string_view client_id) const {
    return begin_client_deletion(state_, client_id);
}

// The blocking face: the same operations, driven at once.
http_response authorization_server::handle(const http_request& request) const {
    return run(begin(request), state_->ports());
}
authorize_outcome authorization_server::authorize(const http_request& request) const {
    return run(begin_authorize(request), state_->ports());
}
authenticated_outcome authorization_server::authenticated(std::string_view ticket,
                                                          std::optional<login> who,
                                                          const http_request& page) const {
    return run(begin_authenticated(ticket, std::move(who), page), state_->ports());
}
decision_outcome authorization_server::approve(std::string_view ticket, std::string_view session,
                                               approval given, const http_request& page) const {
    return run(begin_approve(ticket, session, std::move(given), page), state_->ports());
}
decision_outcome authorization_server::deny(std::string_view ticket, std::string_view session,
                                            const http_request& page) const {
    return run(begin_deny(ticket, session, page), state_->ports());
}
expected<void, config_error> authorization_server::check_store(on_mismatch mismatch) const {
    return run(begin_check_store(mismatch), state_->ports());
}
expected<bool, unavailable> authorization_server::revoke_grant(std::string_view id) const {
    return run(begin_revoke_grant(id), state_->ports());
}
expected<grant_page, unavailable> authorization_server::list_grants(const grant_owner& owner,
                                                                    std::string_view after,
                                                                    std::size_t limit) const {
    return run(begin_list_grants(owner, after, limit), state_->ports());
}
expected<std::size_t, unavailable>
authorization_server::revoke_grants(const grant_owner& owner) const {
    return run(begin_revoke_grants(owner), state_->ports());
}
expected<std::size_t, unavailable>
authorization_server::delete_client(std::string_view client_id) const {
    return run(begin_delete_client(client_id), state_->ports());
}

const std::string& authorization_server::authorization_path() const noexcept {
    return state_->paths.authorization;
}
const std::string& authorization_server::issuer() const noexcept { return state_->common->issuer; }
std::shared_ptr<const authorization_server::shared> authorization_server::share() const noexcept {
    return state_->common;
}

std::vector<endpoint> authorization_server::endpoints() const {
    const auto& paths = state_->paths;
    std::vector<endpoint> all{{"POST", paths.token}, {"POST", paths.revocation}};
    if (state_->capabilities.registration_endpoint) all.push_back({"POST", paths.registration});
    auto documents = paths.metadata;
    documents.insert(documents.begin(), paths.jwks);
    for (const auto& path : documents)
        for (const char* method : {"GET", "HEAD"}) all.push_back({method, path});
    return all;
}

} // namespace v0
} // namespace mcp_oauth
